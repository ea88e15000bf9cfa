/** Before any clock starts: every settlement has exactly one entry, a decision, and is in its patient's history. */
import { deepStrictEqual, ok } from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HistoryStore } from '../../src/history/store.js';
import { streams } from '../../src/nats/streams.js';
import { startServiceUnderTest } from '../load/service-under-test.js';
import { type SettlePlace, underTest, untilDecided } from './settle-run.js';
import { copyOf, type WarmHistory } from './warm-history.js';

export interface Verified {
  readonly settlements: number;
  readonly statuses: Readonly<Record<string, number>>;
  /** Mean bytes of a decision's body. */
  readonly decisionBytes: number;
}

/** CLAIMS holds `settlements`, each another claim of a patient of the history. Throws where anything is not so. */
export async function verifySettled(
  { url, claims }: Pick<SettlePlace, 'url' | 'claims'>,
  settlements: number,
  history: WarmHistory,
): Promise<Verified> {
  await claims.forgetDecisions();
  const dataDir = await copyOf(history, await claims.claimsCreated());
  try {
    const before = await sizesOf(dataDir);
    const service = await startServiceUnderTest(url, { ...underTest, CLAIMGATE_DATA_DIR: dataDir });
    try {
      await untilDecided(claims, settlements);
    } finally {
      await service.stop();
    }
    const entries = await claims.entries();
    const sequences = entries.map(({ seq }) => seq).sort((a, b) => a - b);
    deepStrictEqual(
      sequences,
      Array.from({ length: settlements }, (_, i) => i + 1),
      'one entry for each',
    );
    const statuses = await claims.countByWord(streams.decisions.name);
    const decided = (statuses['pass'] ?? 0) + (statuses['alert'] ?? 0) + (statuses['hold'] ?? 0);
    ok(
      decided + (statuses['partial'] ?? 0) === settlements,
      `not all are decisions: ${JSON.stringify(statuses)}`,
    );
    const after = await sizesOf(dataDir);
    deepStrictEqual(after.claims - before.claims, settlements, 'one claim more in the history for each');
    deepStrictEqual(after.patients, before.patients, 'every patient was known before');
    const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
    return { settlements, statuses, decisionBytes: Math.round(bytes / settlements) };
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function sizesOf(dataDir: string): Promise<{ readonly claims: number; readonly patients: number }> {
  const opened = await HistoryStore.open(join(dataDir, 'history'));
  if (!opened.ok) throw new Error(opened.error);
  const { claims, patients } = opened.value.counts();
  await opened.value.close();
  return { claims: claims.records, patients: patients.records };
}
