/**
 * `claimgate history rebuild`: this node's state made anew from the streams, beside the old one, compared and
 * swapped.
 */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../base/clock.js';
import { fail, ok, type Result } from '../base/result.js';
import { compileFolder } from '../compile-folder.js';
import type { Settings } from '../config/settings.js';
import { HistoryStore } from '../history/store.js';
import { removeHistory, replaceHistory } from '../history/tools/replace-history.js';
import { HistorySnapshot } from '../history/tools/snapshot.js';
import type { NatsLink } from '../nats/connection.js';
import { type StreamSize, streamSizes, streams } from '../nats/streams.js';
import { openBroker } from './broker-access.js';
import { refuse, settingsOrExit } from './exit.js';
import { Checkpoint, type Comparison, type Seen } from './history-checkpoint.js';
import { besideHistory, hasHistory, historyFolder } from './history-export.js';
import { type FollowOptions, followToEnd, lastDecided } from './history-follow.js';
import { knownSecret } from './history-person.js';
import { durationText, openProgress } from './progress-bar.js';
import { count } from './words.js';

export interface RebuildOptions {
  readonly afresh: boolean;
  readonly acceptDifference: boolean;
}

export const rebuildHelp = `
Reads CLAIMS and DECISIONS as a follower does, into the folder history-rebuilt of the data directory, which
takes as much room as the state; nothing is judged anew. It may run beside the service and may be killed: the
next run goes on where it was (--afresh begins again). The new state is compared with the old one at the
position of the old one: both must have the same digest. It then takes the old one's place, which needs the
service of this node stopped; else run it again when it is. It differs where CLAIMS no longer holds all
messages: erased ones, or older ones than the stream keeps. Who wants the new state nevertheless says
--accept-difference; the old one is kept beside it then. Ends with 1 where the new state did not take the old
one's place.`;

/** What the command works with. */
interface Places {
  readonly settings: Settings;
  readonly options: RebuildOptions;
  readonly old: string;
  readonly rebuilt: string;
}

export async function runRebuild(options: RebuildOptions): Promise<void> {
  const settings = settingsOrExit();
  const old = historyFolder(settings);
  const places = { settings, options, old, rebuilt: besideHistory(old).rebuilt };
  try {
    const comparison = await rebuild(places);
    if (!comparison.ok) return refuse(comparison.error, 1);
    const swapped = await swap(places, comparison.value);
    if (!swapped.ok) return refuse(swapped.error, 1);
    console.log(swapped.value);
  } catch (error) {
    refuse(error instanceof Error ? error.message : String(error), 1);
  }
}

/** Null: there is no state to compare with. */
async function rebuild(places: Places): Promise<Result<Comparison | null, string>> {
  const { settings, options, old, rebuilt } = places;
  const secret = await knownSecret(settings);
  if (!secret.ok) return secret;
  const artifact = await compileFolder(settings.CLAIMGATE_RULES);
  if (!artifact.ok) return artifact;
  const removed = options.afresh ? await removeHistory(rebuilt) : ok(null);
  if (!removed.ok) return removed;
  const opened = await HistoryStore.open(rebuilt);
  if (!opened.ok) return opened;
  const store = opened.value;
  const broker = await openBroker(settings);
  try {
    if (!broker.ok) return broker;
    const { link } = broker.value;
    const found = await streamsOf(link);
    if (!found.ok) return found;
    const { claims, decisions } = found.value;
    const original = await lookAt(old, claims);
    if (!original.ok) return original;
    const checkpoint = original.value === null ? null : new Checkpoint(original.value, store);
    const target = await lastDecided(link, claims, decisions);
    const tools = { settings, secret: secret.value, artifact: artifact.value, link };
    const followed = await follow(tools, store, rebuilt, target, checkpoint);
    if (!followed.ok) return followed;
    return ok(await remembered(checkpoint?.finish() ?? null, original.value, rebuilt));
  } finally {
    if (broker.ok) await broker.value.close();
    await store.close();
  }
}

/** Takes in what is missing, and says how fast that went. */
async function follow(
  tools: Pick<FollowOptions, 'settings' | 'secret' | 'artifact' | 'link'>,
  store: HistoryStore,
  storeFolder: string,
  target: number,
  checkpoint: Checkpoint | null,
): Promise<Result<null, string>> {
  const from = store.position()?.committed ?? 0;
  console.error(
    from === 0 ? `rebuilding in ${storeFolder}` : `going on in ${storeFolder} after message ${count(from)}`,
  );
  const startedMs = systemClock.tickMs();
  const followed = await followToEnd({
    ...tools,
    store,
    storeFolder,
    target,
    guard: (decide) => checkpoint?.guard(decide) ?? decide,
    bar: openProgress('rebuilding', target),
  });
  const seconds = (systemClock.tickMs() - startedMs) / 1_000;
  const taken = (store.position()?.committed ?? 0) - from;
  if (followed.ok)
    console.error(
      `took in ${count(taken)} messages in ${durationText(seconds)}, ${count(taken / seconds)}/s`,
    );
  return followed;
}

async function streamsOf(
  link: NatsLink,
): Promise<Result<{ readonly claims: StreamSize; readonly decisions: StreamSize }, string>> {
  const sizes = await streamSizes(link);
  if (!sizes.ok) return sizes;
  const named = (name: string) => sizes.value.find((size) => size.name === name);
  const [claims, decisions] = [named(streams.claims.name), named(streams.decisions.name)];
  if (claims === undefined || decisions === undefined) {
    return fail('the broker has no streams CLAIMS and DECISIONS, so there is nothing to rebuild from');
  }
  const gone = claims.lastSequence - claims.firstSequence + 1 - claims.messages;
  if (claims.messages > 0 && gone > 0) console.error(`CLAIMS lacks ${count(gone)} messages that were erased`);
  if (claims.firstSequence > 1) {
    console.error(`CLAIMS begins at message ${count(claims.firstSequence)}: older ones are no longer kept`);
  }
  return ok({ claims, decisions });
}

/** The old state as it stands now. Null: there is none, or it is of another stream. */
async function lookAt(folder: string, claims: StreamSize): Promise<Result<Seen | null, string>> {
  if (!hasHistory(folder)) return ok(null);
  const opened = HistorySnapshot.open(folder);
  if (!opened.ok) return fail(`${opened.error}; move it away to have another one made`);
  const snapshot = opened.value;
  const position = snapshot.refresh();
  const isOurs = position !== null && position.streamCreated === claims.created;
  const seen = isOurs ? { committed: position.committed, digest: snapshot.digest() } : null;
  await snapshot.close();
  if (position !== null && !isOurs)
    console.error('the old state is of another stream and cannot be compared');
  return ok(seen);
}

/** In the rebuilt folder: what it was found equal to. */
const comparedFile = 'compared.json';

/** A state that was once found equal stays so, though a later run finds it beyond the old one. */
async function remembered(
  comparison: Comparison | null,
  original: Seen | null,
  rebuilt: string,
): Promise<Comparison | null> {
  const file = join(rebuilt, comparedFile);
  if (comparison === 'equal') await writeFile(file, JSON.stringify(original));
  if (comparison !== 'passed') return comparison;
  return (await readFile(file).catch(() => null)) === null ? 'passed' : 'equal';
}

const objections: Readonly<Record<Exclude<Comparison, 'equal'>, string>> = {
  different: 'the new state differs from the old one at the same position',
  passed: 'the new state is beyond the old one and cannot be compared; start it --afresh',
  short: 'the streams do not reach as far as the old state has taken in',
};

async function swap(
  { old, rebuilt, options }: Places,
  comparison: Comparison | null,
): Promise<Result<string, string>> {
  const isEqual = comparison === 'equal';
  if (comparison !== null && !isEqual && !options.acceptDifference) {
    return fail(
      `${objections[comparison]}; it stays in ${rebuilt} (--accept-difference takes it nevertheless)`,
    );
  }
  const hadOne = hasHistory(old);
  const kept = hadOne && !isEqual ? besideHistory(old).replaced : null;
  const replaced = await replaceHistory(old, rebuilt, kept);
  if (!replaced.ok)
    return fail(`rebuilt${isEqual ? ' and equal' : ''}. ${replaced.error} Then run this again.`);
  await rm(join(old, comparedFile), { force: true });
  if (isEqual) return ok('the new state equals the old one and has taken its place');
  return ok(
    kept === null
      ? 'the state is rebuilt'
      : `the new state has taken the old one's place, which lies in ${kept}`,
  );
}
