import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, connect as dial } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readBrokerRecord, writeBrokerRecord } from '../../src/nats/broker-record.js';
import { type EmbeddedBroker, startBroker } from '../../src/nats/embedded.js';
import { describeProcess } from '../../src/nats/process-table.js';
import { keepPort, maxPayloadBytes, serverProgram } from './broker-fixture.js';

let folder: string;
let running: EmbeddedBroker[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'claimgate-embedded-'));
  await keepPort(folder);
  running = [];
});
afterEach(async () => {
  for (const broker of running) await broker.stop();
  await rm(folder, { recursive: true });
});

async function start(onLost?: (exit: string) => void): Promise<EmbeddedBroker> {
  const options = { program: await serverProgram(), folder, maxPayloadBytes };
  const started = await startBroker(onLost === undefined ? options : { ...options, onLost });
  if (!started.ok) throw new Error(started.error);
  running.push(started.value);
  return started.value;
}

/** The greeting line of the server at this address. */
async function greeting(url: string): Promise<Record<string, unknown>> {
  const socket = dial(Number(new URL(url).port), '127.0.0.1');
  const [first] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return JSON.parse(first.toString().replace(/^INFO /, '')) as Record<string, unknown>;
}

async function lives(pid: number): Promise<boolean> {
  return (await describeProcess(pid)) !== null;
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('the embedded broker', () => {
  test('it speaks NATS on loopback with JetStream and our message limit', async () => {
    const info = await greeting((await start()).url);
    expect(info).toMatchObject({ host: '127.0.0.1', jetstream: true, max_payload: maxPayloadBytes });
  });

  test('a second start after a stop listens where the first did', async () => {
    const first = await start();
    await first.stop();
    expect(await lives(first.pid)).toBe(false);
    const second = await start();
    expect(second.url).toBe(first.url);
  });

  test('a busy port is not a crash: another one is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const port = (other.address() as { port: number }).port;
    await writeBrokerRecord(folder, { ownerPid: 0, brokerPid: 0, port, url: '' });
    const broker = await start();
    expect(new URL(broker.url).port).not.toBe(String(port));
    expect(await greeting(broker.url)).toMatchObject({ jetstream: true });
    other.close();
  });

  test('killed, it is started again on the same port', async () => {
    const lost: string[] = [];
    const broker = await start((exit) => lost.push(exit));
    const before = broker.pid;
    process.kill(before, 'SIGKILL');
    await until(() => broker.pid !== before);
    expect(lost).toEqual(['SIGKILL']);
    expect(await greeting(broker.url)).toMatchObject({ jetstream: true });
    await until(async () => (await readBrokerRecord(folder))?.brokerPid === broker.pid);
  });

  test('a broker whose owner was killed is ended before its store is opened again', async () => {
    const { owner, brokerPid } = await startForeignBroker();
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    expect(await lives(brokerPid)).toBe(true);
    const broker = await start();
    expect(await lives(brokerPid)).toBe(false);
    expect(await greeting(broker.url)).toMatchObject({ jetstream: true });
  });

  test('a data directory whose owner lives is refused with one line', async () => {
    const { owner, brokerPid } = await startForeignBroker();
    const refused = await startBroker({ program: await serverProgram(), folder, maxPayloadBytes });
    expect(refused).toEqual({
      ok: false,
      error: `the data directory is in use by process ${owner.pid}; stop it or set CLAIMGATE_DATA_DIR`,
    });
    process.kill(brokerPid, 'SIGKILL');
    await once(owner, 'exit');
  });
});

/** Another service on our folder, as far as we can tell: a shell that has started a broker there. */
async function startForeignBroker(): Promise<{ owner: ChildProcess; brokerPid: number }> {
  const config = join(folder, 'nats-server.conf');
  await writeFile(config, 'host: 127.0.0.1\n');
  const line = '"$1" --config "$2" --port=-1 & echo $!; wait';
  const command = ['-c', line, 'sh', await serverProgram(), config];
  const owner = spawn('sh', command, { stdio: ['ignore', 'pipe', 'ignore'] });
  const [said] = (await once(owner.stdout!, 'data')) as [Buffer];
  const brokerPid = Number(said.toString());
  await writeBrokerRecord(folder, { ownerPid: owner.pid!, brokerPid, port: 1, url: '' });
  return { owner, brokerPid };
}
