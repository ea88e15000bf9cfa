/**
 * One timed run: CLAIMS is full, somebody answers all of it, and the stream of answers says when. The first part is
 * warm-up; the rate is that of the rest, by the times at which the broker stored it.
 */
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../src/base/clock.js';
import { streams } from '../../src/nats/streams.js';
import { startChild } from '../load/children.js';
import { cpuSeconds, type Watched } from '../load/process-cpu.js';
import { startServiceUnderTest } from '../load/service-under-test.js';
import type { BarePlan } from './bare-loop.js';
import { bareStream, type ClaimsStreams } from './claims-streams.js';
import { patientSecret } from './patient-records.js';
import { copyOf, type WarmHistory } from './warm-history.js';

export interface SettlePlace {
  readonly url: string;
  /** Null: unknown. */
  readonly brokerPid: number | null;
  readonly claims: ClaimsStreams;
}

export interface SettlePlan {
  readonly warm: number;
  readonly timed: number;
}

export interface SettleRun {
  /** Answers a second, after the warm-up. */
  readonly rate: number;
  /** Microseconds of CPU an answer, by process; null where unknown. */
  readonly cpuMicros: Readonly<Record<string, number | null>>;
}

const lookMs = 20;
const patienceMs = 180_000;

/** Of a service, what the environment of every one under test says. */
export const underTest = { CLAIMGATE_PATIENT_SECRET: patientSecret };

/** A fresh service decides all of CLAIMS, on a copy of the history. Throws where an entry is missing or refused. */
export async function runService(
  place: SettlePlace,
  plan: SettlePlan,
  history: WarmHistory,
): Promise<SettleRun> {
  const { claims, url } = place;
  await claims.forgetDecisions();
  const dataDir = await copyOf(history, await claims.claimsCreated());
  try {
    const service = await startServiceUnderTest(url, { ...underTest, CLAIMGATE_DATA_DIR: dataDir });
    try {
      return await timed(place, plan, streams.decisions.name, service.pid);
    } finally {
      await service.stop();
      await verifyDecided(claims, plan);
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** A fresh bare loop answers all of CLAIMS. */
export async function runBare(place: SettlePlace, plan: SettlePlan, answerBytes: number): Promise<SettleRun> {
  const { claims, url } = place;
  await claims.prepareBare();
  const bare: BarePlan = { messages: plan.warm + plan.timed, answerBytes };
  const environment = { NATS_URL: url, BENCH_PLAN: JSON.stringify(bare) };
  const child = await startChild('../durable/bare-loop.js', environment);
  try {
    return await timed(place, plan, bareStream, child.pid);
  } finally {
    await child.stop();
    await claims.removeBare();
  }
}

async function timed(
  { claims, brokerPid }: SettlePlace,
  { warm, timed: count }: SettlePlan,
  stream: string,
  pid: number,
): Promise<SettleRun> {
  const watched: Watched = { worker: pid, ...(brokerPid === null ? {} : { broker: brokerPid }) };
  const total = warm + count;
  const begun = await look(claims, stream, warm, watched);
  const ended = await look(claims, stream, total, watched);
  const [first, last] = [await claims.storedAt(stream, warm), await claims.storedAt(stream, total)];
  const names = Object.keys(watched);
  const micros = (name: string): number | null => {
    const [from, to] = [begun.cpu[name], ended.cpu[name]];
    if (from === undefined || to === undefined || from === null || to === null) return null;
    return ((to - from) * 1e6) / (ended.count - begun.count);
  };
  return {
    rate: (count * 1000) / (last - first),
    cpuMicros: Object.fromEntries(names.map((name) => [name, micros(name)])),
  };
}

/** Until every one of so many settlements has its entry. */
export async function untilDecided(claims: ClaimsStreams, settlements: number): Promise<void> {
  await look(claims, streams.decisions.name, settlements, {});
}

interface Look {
  readonly count: number;
  readonly cpu: Readonly<Record<string, number | null>>;
}

/** Looks until the stream holds so many. */
async function look(claims: ClaimsStreams, stream: string, wanted: number, watched: Watched): Promise<Look> {
  const startedMs = systemClock.tickMs();
  for (;;) {
    const count = await claims.count(stream);
    if (count >= wanted) {
      const cpu = Object.entries(watched).map(([name, pid]) => [name, cpuSeconds(pid)] as const);
      return { count, cpu: Object.fromEntries(cpu) };
    }
    if (systemClock.tickMs() - startedMs > patienceMs)
      throw new Error(`${stream}: ${count} of ${wanted} answers`);
    await sleep(lookMs);
  }
}

/** Every message has one entry, all of them decisions. */
async function verifyDecided(claims: ClaimsStreams, { warm, timed: count }: SettlePlan): Promise<void> {
  const words = await claims.countByWord(streams.decisions.name);
  const entries = Object.values(words).reduce((sum, n) => sum + n, 0);
  const letters = await claims.count(streams.deadLetter.name);
  const refused = (words['receipt'] ?? 0) + (words['not_screened'] ?? 0);
  if (entries !== warm + count || letters !== 0 || refused !== 0) {
    throw new Error(
      `${warm + count} settlements, ${letters} dead letters, entries: ${JSON.stringify(words)}`,
    );
  }
}
