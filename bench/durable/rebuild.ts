/** `claimgate history rebuild` from settlements and their decisions: how fast, and that it is right. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/base/clock.js';
import { openBenchBroker } from '../load/bench-broker.js';
import { startServiceUnderTest } from '../load/service-under-test.js';
import { ClaimsStreams } from './claims-streams.js';
import type { DurableSize } from './durable-size.js';
import { underTest, untilDecided } from './settle-run.js';
import { makeSettlements } from './settlements.js';
import { copyOf, warmHistory } from './warm-history.js';

export interface Rebuild {
  readonly messages: number;
  /** Of the whole command, with start, comparison and swap. */
  readonly seconds: number;
  /** Messages a second, as the command says itself of its reading; null: it does not. */
  readonly rate: number | null;
  /** Of the service that decided them first, from its being ready. */
  readonly decidedRate: number;
}

/** Throws where the command fails, which it does where the new state is not equal to the old one. */
export async function measureRebuild({ settlements, warm, timed }: DurableSize): Promise<Rebuild> {
  const broker = await openBenchBroker();
  const claims = await ClaimsStreams.open(broker.url);
  const dataDir = await copyOf(await warmHistory(0), await claims.claimsCreated());
  const environment = { ...underTest, CLAIMGATE_DATA_DIR: dataDir };
  const messages = warm + timed;
  try {
    await claims.settle(makeSettlements({ ...settlements, count: messages, tag: 'B' }));
    const service = await startServiceUnderTest(broker.url, environment);
    const readyAtMs = systemClock.tickMs();
    await untilDecided(claims, messages);
    const decidedRate = (messages * 1_000) / (systemClock.tickMs() - readyAtMs);
    await service.stop();
    const startedMs = systemClock.tickMs();
    const rate = await rebuild({ ...environment, NATS_URL: broker.url });
    return { messages, seconds: (systemClock.tickMs() - startedMs) / 1_000, rate, decidedRate };
  } finally {
    await claims.close();
    await broker.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function rebuild(environment: Readonly<Record<string, string>>): Promise<number | null> {
  const main = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
  const child = spawn(process.execPath, [main, 'history', 'rebuild'], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const [code] = await once(child, 'close');
  const rate = /took in .*, ([\d,]+)\/s/.exec(said)?.[1];
  if (code !== 0) throw new Error(`history rebuild ended with ${code}\n${said}`);
  return rate === undefined ? null : Number(rate.replaceAll(',', ''));
}
