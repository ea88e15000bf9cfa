/** Does to the processes what the schedule says, and leaves them all running. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BrokerProcess } from './broker-process.js';
import type { NodeProcess } from './node-process.js';
import { type Act, describe, type Moment } from './schedule.js';
import type { SmallDisk } from './small-disk.js';
import type { Export } from './state.js';

export interface Stage {
  readonly broker: BrokerProcess;
  readonly nodes: readonly NodeProcess[];
  /** One for each node, or none at all. */
  readonly disks: readonly SmallDisk[];
  readonly say: (line: string) => void;
}

export interface Conducted {
  /** What nodes remembered in the middle of the run. */
  readonly exports: readonly Export[];
  /** What ended otherwise than it should. */
  readonly faults: readonly string[];
  readonly kills: number;
}

export async function conduct(stage: Stage, schedule: readonly Moment[]): Promise<Conducted> {
  const exports: Export[] = [];
  const faults: string[] = [];
  const recoveries: Promise<void>[] = [];
  let kills = 0;
  for (const { afterMs, act } of schedule) {
    await sleep(afterMs);
    stage.say(describe(act));
    if (act.what.startsWith('kill')) kills++;
    const failed = (error: unknown) => void faults.push(`${describe(act)}: ${String(error).slice(0, 500)}`);
    recoveries.push(perform(stage, act, exports, faults).catch(failed));
  }
  await Promise.all(recoveries);
  for (const node of stage.nodes) {
    node.signal('SIGCONT');
    node.start();
  }
  return { exports, faults, kills };
}

async function perform(stage: Stage, act: Act, exports: Export[], faults: string[]): Promise<void> {
  if (act.what === 'kill-broker') return stage.broker.killAndRevive(act.downMs);
  if (act.what === 'slow-broker-disk') return stage.broker.slowDown(act.slowMs);
  const node = stage.nodes[act.node];
  if (node === undefined) return;
  switch (act.what) {
    case 'kill-node':
      await node.end('SIGKILL');
      await sleep(act.downMs);
      node.start();
      break;
    case 'freeze-node':
      node.signal('SIGSTOP');
      await sleep(act.frozenMs);
      node.signal('SIGCONT');
      break;
    case 'stop-node':
      // Under load: what is still starting has nothing to drain.
      if (await readyInTime(node)) await stopInOrder(node, faults);
      await sleep(act.downMs);
      node.start();
      break;
    case 'lose-workers':
      if (await readyInTime(node)) node.loseWorkers();
      break;
    case 'slow-disk':
      await node.slowDown(act.slowMs);
      break;
    case 'fill-disk':
      await stage.disks[act.node]?.fill();
      await sleep(act.fullMs);
      await stage.disks[act.node]?.free();
      break;
    case 'export-node':
      await exportNow(node, exports, faults);
  }
}

async function readyInTime(node: NodeProcess): Promise<boolean> {
  for (let waits = 0; waits < 40; waits++) {
    if (await node.ready()) return true;
    await sleep(250);
  }
  return false;
}

/** Longer than a service gives itself, on a busy machine too. */
const endPatienceMs = 60_000;

/** SIGTERM ends a process with code 0, unless another act killed it meanwhile. */
export async function stopInOrder(node: NodeProcess, faults: string[]): Promise<void> {
  if (!node.running) return;
  const deadline = sleep(endPatienceMs, 'late' as const, { ref: false });
  const exit = await Promise.race([node.end('SIGTERM'), deadline]);
  if (exit === 'late') {
    faults.push(`${node.name} did not end in time after SIGTERM`);
    await node.end('SIGKILL');
  } else if (exit.code !== 0 && exit.signal !== 'SIGKILL') {
    faults.push(`${node.name} ended with code ${exit.code} and signal ${exit.signal} after SIGTERM`);
  }
}

/** What it remembers now, or the fault that it could not say. */
export async function exportNow(node: NodeProcess, exports: Export[], faults: string[]): Promise<void> {
  try {
    exports.push(await node.export());
  } catch (error) {
    faults.push(`${node.name}: history export failed: ${String(error).slice(0, 500)}`);
  }
}
