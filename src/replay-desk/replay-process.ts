/** What the process of a replay does, from its order to the reports in its folder. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startOfDay } from '../base/calendar.js';
import { type Clock, systemClock } from '../base/clock.js';
import { fail, ok, type Result } from '../base/result.js';
import { NatsLink } from '../nats/connection.js';
import { ReleaseStore } from '../nats/release-store.js';
import { renderPage } from '../replay/html/page.js';
import type { Edition } from '../replay/known-then.js';
import { type Period, readPeriod } from '../replay/period.js';
import { type Report, replayMark, reportText } from '../replay/report.js';
import { renderDiagnostics } from '../ruleset/build-ruleset.js';
import { Desk } from '../ruleset/release/desk.js';
import { readTrustedKeys } from '../ruleset/release/trust.js';
import { sourceOfStream } from './from-stream.js';
import { judge } from './judge.js';
import { editionsAs, findRuleset, type NamedRuleset, type RulesetProblem } from './named-rulesets.js';
import {
  type FromReplay,
  type OrderedRuleset,
  type ReplayGround,
  type ReplayOrder,
  type ReplayProblem,
  type ReplayTask,
  reportFiles,
} from './order.js';

type Say = (said: FromReplay) => void;

/** Memory of a node is for screening: history beyond this goes to disk, and a thread beyond its heap ends. */
const memory = { bytes: 128 * 1024 * 1024, heapMb: 512 } as const;
const patienceMs = 10_000;
/** Between two words about how far it has come. */
const pauseMs = 200;

/** Never rejects; the last that is said is `done` or `failed`. */
export async function replayAsOrdered({ order, ground }: ReplayTask, say: Say): Promise<void> {
  const link = new NatsLink({ url: ground.natsUrl, name: 'claimgate replay' });
  const patience = setTimeout(() => void link.close(), patienceMs);
  try {
    const up = await link.up();
    clearTimeout(patience);
    if (!up.ok) return say(failed(`the broker cannot be reached (${up.error})`));
    const report = await reportOf(order, ground, link, say);
    say(report.ok ? await kept(report.value, ground.folder, systemClock) : report.error);
  } catch (error) {
    say(failed(error instanceof Error ? error.message : String(error)));
  } finally {
    clearTimeout(patience);
    await link.close();
  }
}

async function reportOf(
  order: ReplayOrder,
  ground: ReplayGround,
  link: NatsLink,
  say: Say,
): Promise<Result<Report, FromReplay>> {
  const period = readPeriod(order.from, order.to);
  if (!period.ok) return fail(failed(period.error));
  const sides = await sidesOf(order, ground, link, period.value);
  if (!sides.ok) return fail({ is: 'failed', ...sides.error });
  const source = await sourceOfStream(link, startOfDay(period.value.to + 1));
  if (!source.ok) return fail(failed(source.error));
  const { total } = source.value;
  let saidMs = Number.NEGATIVE_INFINITY;
  const onProgress = (phase: 'surveying' | 'replaying', done: number) => {
    const nowMs = systemClock.tickMs();
    if (nowMs - saidMs < pauseMs) return;
    saidMs = nowMs;
    say({ is: 'progress', phase, done, total });
  };
  const { known, threads } = order;
  const room = { memoryBytes: memory.bytes, heapMb: memory.heapMb, scratch: ground.folder };
  return ok(
    await judge(source.value, sides.value, { period: period.value, known, threads, ...room, onProgress }),
  );
}

async function sidesOf(
  { ruleset, against, known }: ReplayOrder,
  ground: ReplayGround,
  link: NatsLink,
  period: Period,
): Promise<Result<readonly (readonly Edition[])[], ReplayProblem>> {
  const names = against === null ? [ruleset] : [ruleset, against];
  const desk = names.some(isVersion) ? await deskOf(ground, link) : ok(null);
  if (!desk.ok) return fail({ reason: 'unknown-version', message: desk.error, diagnostics: [] });
  const sides: (readonly Edition[])[] = [];
  for (const name of names) {
    const found = await findRuleset(named(name, ground), desk.value);
    const editions = found.ok ? editionsAs(found.value, known, period) : found;
    if (!editions.ok) return fail(problemOf(editions.error));
    sides.push(editions.value);
  }
  return ok(sides);
}

function isVersion(name: OrderedRuleset): boolean {
  return typeof name === 'number' || name === 'live';
}

function named(name: OrderedRuleset, { rulesFolder }: ReplayGround): NamedRuleset {
  if (name === 'folder') return { folder: rulesFolder };
  return typeof name === 'object'
    ? { source: { label: '', files: new Map(Object.entries(name.files)) } }
    : name;
}

/** Fails with a sentence. */
async function deskOf(
  { releaseKeys, replicas }: ReplayGround,
  link: NatsLink,
): Promise<Result<Desk, string>> {
  if (releaseKeys === null) return fail('nobody is trusted here, so there are no versions');
  const trusted = readTrustedKeys(await readFile(releaseKeys, 'utf8'));
  return trusted.ok ? ok(new Desk(new ReleaseStore({ link, replicas }), trusted.value)) : trusted;
}

function problemOf(problem: RulesetProblem): ReplayProblem {
  switch (problem.is) {
    case 'refused':
      return { ...problem.refusal, diagnostics: [] };
    case 'mistaken': {
      const { diagnostics } = problem;
      return { reason: 'does-not-compile', message: renderDiagnostics(diagnostics), diagnostics };
    }
    case 'missing':
      return { reason: 'failed', message: problem.message, diagnostics: [] };
  }
}

async function kept(report: Report, folder: string, clock: Clock): Promise<FromReplay> {
  const mark = replayMark(report);
  if (mark === null) {
    const message = `no claim was judged from ${report.from} to ${report.to}`;
    return { is: 'failed', reason: 'no-claims', message, diagnostics: [] };
  }
  await writeFile(join(folder, reportFiles.document), reportText(report));
  await writeFile(join(folder, reportFiles.page), renderPage(report, mark.digest, clock.wallMs()));
  const rulesets = report.rulesets.map(({ id, name, version }) => ({ id, name, version }));
  return { is: 'done', claims: report.claims, digest: mark.digest, rulesets };
}

function failed(message: string): FromReplay {
  return { is: 'failed', reason: 'failed', message, diagnostics: [] };
}
