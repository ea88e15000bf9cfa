/** One run: real broker, real service processes, a seeded load and a seeded disaster; then the judgement. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { type NatsConnection, nanos } from '@nats-io/transport-node';
import { Random } from '../judge/random.js';
import { BrokerProcess } from './broker-process.js';
import { check } from './checker.js';
import { type Conducted, conduct, exportNow, type Stage, stopInOrder } from './conductor.js';
import { claimSequence, type Disagreement, same } from './entries.js';
import { deliveriesOf } from './events.js';
import { NodeProcess } from './node-process.js';
import { drawSchedule } from './schedule.js';
import { type Confirmed, sendAll } from './sender.js';
import { checkSlowDisks } from './slow-disk.js';
import { SmallDisk } from './small-disk.js';
import type { Export } from './state.js';
import { type Entry, lastSequence, Meanings, readStream } from './streams.js';
import { checkTwin, undisturbed } from './twin.js';

export interface ChaosOptions {
  readonly seed: number;
  readonly kills: number;
  /** About so many deliveries. */
  readonly events: number;
  readonly nodes: number;
  /** Whether an undisturbed node has to give the same decisions, which takes as long again as the work itself. */
  readonly twin: boolean;
  /** Whether data directories get small disks that are filled now and then; needs the right to mount. */
  readonly disks: boolean;
  /** Whether disks of nodes and broker are slow now and then; needs strace and the right to trace. */
  readonly slowDisks: boolean;
  readonly say: (line: string) => void;
}

export interface Outcome {
  readonly disagreements: readonly Disagreement[];
  readonly kills: number;
  /** Threads that died at their work. */
  readonly workersLost: number;
  readonly messages: number;
  readonly answers: number;
  readonly deadLetters: number;
  readonly exports: readonly Export[];
  /** Kept where there are disagreements: logs, data directories, the broker's store. */
  readonly folder: string;
}

const secondsPerKill = 4;

export async function runChaos(options: ChaosOptions): Promise<Outcome> {
  if (options.slowDisks) await checkSlowDisks();
  const folder = await mkdtemp(join(tmpdir(), 'claimgate-chaos-'));
  const broker = await BrokerProcess.start(join(folder, 'broker'));
  const names = Array.from({ length: options.nodes }, (_, i) => `node-${i}`);
  const nodes = names.map((name) => new NodeProcess(name, folder, broker.url));
  const disks = options.disks ? await Promise.all(nodes.map(({ dataDir }) => SmallDisk.mount(dataDir))) : [];
  const stage: Stage = { broker, nodes, disks, say: options.say };
  const connection = await broker.connect();
  let fine = false;
  try {
    const outcome = await perform(stage, connection, options, folder);
    if (outcome.disagreements.length > 0)
      await writeFile(join(folder, 'disagreements.json'), JSON.stringify(outcome.disagreements, null, 1));
    fine = outcome.disagreements.length === 0;
    return outcome;
  } finally {
    for (const node of nodes) {
      node.signal('SIGCONT');
      await node.end('SIGKILL');
    }
    await connection.close();
    await broker.kill('SIGKILL');
    for (const disk of disks) await disk.unmount();
    if (fine) await rm(folder, { recursive: true, force: true });
  }
}

async function perform(
  stage: Stage,
  connection: NatsConnection,
  options: ChaosOptions,
  folder: string,
): Promise<Outcome> {
  const { seed, kills, events, say } = options;
  const deliveries = deliveriesOf({ seed, events, todayMs: Date.now() });
  for (const node of stage.nodes) node.start();
  // All of them: what has never begun has nothing to export yet.
  await until(async () => (await Promise.all(stage.nodes.map((node) => node.ready()))).every(Boolean));
  await haveRepetitionsKept(connection);
  say(`seed ${seed}: ${deliveries.length} deliveries, ${kills} kills, ${folder}`);
  const random = new Random(seed + 2);
  const doors = () => stage.nodes.flatMap((node) => node.http ?? []);
  const perSecond = deliveries.length / Math.max(1, kills * secondsPerKill);
  const [conducted, confirmed] = await Promise.all([
    conduct(stage, drawSchedule(new Random(seed + 3), { ...options, nodes: stage.nodes.length })),
    sendAll(deliveries, { connection, random, perSecond, doors }),
  ]);
  say(`${confirmed.length} deliveries confirmed; waiting for the last answer`);
  const faults = [...conducted.faults];
  const exports = [...conducted.exports, ...(await settle(stage, connection, faults))];
  const lost = await Promise.all(stage.nodes.map((node) => node.workersLostAtWork()));
  const judged = await judge(
    connection,
    deliveries,
    confirmed,
    { ...conducted, faults, exports },
    { folder, withTwin: options.twin },
  );
  return { ...judged, workersLost: lost.reduce((sum, count) => sum + count, 0) };
}

/**
 * The broker swallows what comes again under the same message id within two minutes, and with it the proof that what
 * is published again is the same. With the smallest window that it has, repetitions stay in the stream to be judged.
 */
async function haveRepetitionsKept(connection: NatsConnection): Promise<void> {
  const manager = await jetstreamManager(connection);
  await manager.streams.update('DECISIONS', { duplicate_window: nanos(100) });
}

/** Waits for the last answer and for every node to have seen it; then ends the nodes and reads what they keep. */
async function settle(stage: Stage, connection: NatsConnection, faults: string[]): Promise<Export[]> {
  // A broker that was killed last may still be reading its store.
  let last = Number.NaN;
  await until(async () => {
    last = await lastSequence(connection, 'CLAIMS');
    return true;
  });
  const answered = await until(async () => {
    // Repetitions may follow the last answer.
    const end = await readStream(connection, 'DECISIONS', 1000);
    // Before it was answered it may have come back as several messages.
    const before = last;
    last = await lastSequence(connection, 'CLAIMS');
    return before === last && end.some((entry) => claimSequence(entry) === last);
  });
  if (!answered) faults.push(`the last message, ${last}, was not answered in time`);
  const followed = await until(async () => {
    const exports = await Promise.all(stage.nodes.map((node) => node.export()));
    return exports.every(({ position }) => position === last);
  });
  if (!followed) faults.push(`not every node came to position ${last} in time after the last answer`);
  const exports: Export[] = [];
  await Promise.all(stage.nodes.map((node) => exportNow(node, exports, faults)));
  await Promise.all(stage.nodes.map((node) => stopInOrder(node, faults)));
  await Promise.all(stage.nodes.map((node) => exportNow(node, exports, faults)));
  return exports;
}

async function judge(
  connection: NatsConnection,
  sent: readonly { institution: string; body: Uint8Array; meaning: Confirmed['delivery']['meaning'] }[],
  confirmed: readonly Confirmed[],
  { exports, faults, kills }: Conducted,
  { folder, withTwin }: { readonly folder: string; readonly withTwin: boolean },
): Promise<Omit<Outcome, 'workersLost'>> {
  const claims = await readStream(connection, 'CLAIMS');
  const decisions = await readStream(connection, 'DECISIONS');
  const deadLetters = await readStream(connection, 'DEADLETTER');
  const messages = new Meanings(sent).messages(claims);
  const disagreements = [
    ...faults.map((detail) => ({ rule: 'processes', detail })),
    ...checkConfirmed(confirmed, claims),
    ...check({ messages, decisions, deadLetters, exports }),
  ];
  if (withTwin) disagreements.push(...checkTwin(decisions, await undisturbed(claims, folder)));
  const counts = { messages: claims.length, answers: decisions.length, deadLetters: deadLetters.length };
  return { disagreements, kills, ...counts, exports, folder };
}

/** What was confirmed is where the confirmation said. */
function checkConfirmed(confirmed: readonly Confirmed[], claims: readonly Entry[]): Disagreement[] {
  const bySequence = new Map(claims.map((entry) => [entry.sequence, entry]));
  return confirmed.flatMap(({ delivery, sequence }) => {
    const stored = bySequence.get(sequence);
    if (stored !== undefined && same(stored.body, delivery.body)) return [];
    return [{ rule: 'confirmed is stored', detail: `${delivery.key} by ${delivery.via} at ${sequence}` }];
  });
}

/** On a busy machine everything takes its time. */
const patienceMs = 120_000;

/** False where it did not come true in time. */
async function until(holds: () => Promise<boolean>): Promise<boolean> {
  const startedMs = performance.now();
  while (performance.now() - startedMs < patienceMs) {
    try {
      if (await holds()) return true;
    } catch {
      // A broker or a node that is just getting up; asked again below, and judged in the end.
    }
    await sleep(300);
  }
  return false;
}
