/** Thread of a process that the node has started: looks at nothing but whether the node is still there. */
import { Socket } from 'node:net';
import { workerData } from 'node:worker_threads';

const node = new Socket({ fd: workerData as number, writable: false });
node.on('error', () => {});
node.once('close', () => process.kill(process.pid, 'SIGKILL'));
node.resume();
