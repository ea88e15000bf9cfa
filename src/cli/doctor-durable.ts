/**
 * What doctor sees of the durable path: the streams of the broker, the state of this node, and whether they
 * agree.
 */
import { join } from 'node:path';
import { type Clock, systemClock } from '../base/clock.js';
import type { Settings } from '../config/settings.js';
import { entryHeader } from '../egress/decision-entry.js';
import { stateTables } from '../history/state.js';
import type { Position } from '../history/store.js';
import { HistorySnapshot } from '../history/tools/snapshot.js';
import type { NatsLink } from '../nats/connection.js';
import { storedMessage } from '../nats/stored-message.js';
import { type StreamSize, streams } from '../nats/streams.js';
import { openRunningBroker } from './broker-access.js';
import { type Finding, fine, missing, note } from './doctor-checks.js';
import { projection, spaceOf, type TableSizes } from './doctor-space.js';
import { seeStreams } from './doctor-streams.js';
import { count, sizeText, spanText } from './words.js';

const rebind = 'stop the service on this node and run `claimgate history rebind`';

/** One finding for each stream, for the state and the disk, and one for each thing that does not agree. */
export async function checkDurable(
  settings: Settings,
  clock: Clock = systemClock,
): Promise<readonly Finding[]> {
  const { CLAIMGATE_DATA_DIR: dataDir, CLAIMGATE_REPLICAS: replicas } = settings;
  const nowMs = clock.wallMs();
  const state = await seeState(dataDir, nowMs);
  const broker = await openRunningBroker(settings);
  if (broker === null)
    return [note('streams: no broker runs, so they were not looked at'), ...state.findings];
  if (!broker.ok) return [note(`streams: ${broker.error}`), ...state.findings];
  try {
    const { link } = broker.value;
    const { sizes, findings } = await seeStreams(link, replicas, nowMs);
    const isComparable = state.position !== null && sizes !== null;
    const lag = isComparable ? await comparePosition(link, state.position, sizes) : [];
    return [...findings, ...state.findings, ...lag];
  } finally {
    await broker.value.close();
  }
}

interface SeenState {
  readonly position: Position | null;
  readonly findings: readonly Finding[];
}

async function seeState(dataDir: string, nowMs: number): Promise<SeenState> {
  const space = await spaceOf(dataDir);
  const disk = space === null ? [] : [space.finding];
  const opened = HistorySnapshot.open(join(dataDir, 'history'));
  if (!opened.ok) {
    return {
      position: null,
      findings: [note(opened.error, 'the first start of the service makes it'), ...disk],
    };
  }
  const state = opened.value;
  const position = state.refresh();
  const counts = state.counts();
  await state.close();
  const projected = space === null ? null : projection(counts, space);
  const findings = [
    fine(`history: ${positionText(position, nowMs)}; ${tablesText(counts)}`),
    ...(projected === null ? [] : [projected]),
    ...disk,
  ];
  return { position, findings };
}

function positionText(position: Position | null, nowMs: number): string {
  if (position === null) return 'nothing taken in yet';
  const { committed, published, streamMs } = position;
  const age = committed === 0 ? '' : `, which came ${spanText(nowMs - streamMs)} ago`;
  return `at message ${count(committed)} of CLAIMS${age}, published to ${count(published)}`;
}

function tablesText(counts: TableSizes): string {
  return [...stateTables, 'answers']
    .map((table) => {
      const { records, bytes } = counts[table] ?? { records: 0, bytes: 0 };
      return `${table} ${count(records)} (${sizeText(bytes)})`;
    })
    .join(', ');
}

/** How far behind the state is, and whether the stream is the one it belongs to. */
async function comparePosition(
  link: NatsLink,
  position: Position,
  sizes: readonly StreamSize[],
): Promise<readonly Finding[]> {
  const claims = sizes.find(({ name }) => name === streams.claims.name);
  const problem =
    claims === undefined ? 'the broker has no stream CLAIMS' : await strangeness(link, position, claims);
  if (problem !== null || claims === undefined) return [missing(problem ?? '', rebind)];
  const decisions = sizes.find(({ name }) => name === streams.decisions.name);
  const other = decisions === undefined ? null : await decisionsStrangeness(link, position, decisions);
  if (other !== null) return [missing(other, rebind)];
  const { committed, published } = position;
  const unseen = claims.lastSequence - committed;
  const lag = claims.lastSequence - published;
  if (claims.firstSequence > committed + 1) {
    const begins = `CLAIMS begins at message ${count(claims.firstSequence)}`;
    const gone = `${begins}, and this node has taken them in up to ${count(committed)}`;
    return [missing(gone, 'copy the history of a node that has seen what is gone, or go on without it')];
  }
  if (lag <= 0) return [fine('lag: none, everything in CLAIMS is taken in and published')];
  const parts = `${count(unseen)} not taken in, ${count(committed - published)} not published`;
  const words = `lag: ${count(lag)} messages (${parts})`;
  return [note(words, 'nothing where the service runs and the number falls; else look at its log')];
}

/** Why the stream is not the one that the state belongs to; null: it is. */
export async function strangeness(
  link: NatsLink,
  position: Position,
  claims: StreamSize,
): Promise<string | null> {
  const { streamCreated, committed, messageMs } = position;
  if (claims.created !== streamCreated) {
    return `CLAIMS was made at ${claims.created}, and the history belongs to one made at ${streamCreated}`;
  }
  if (claims.lastSequence < committed) {
    return `CLAIMS ends at ${count(claims.lastSequence)}, and the history has taken in ${count(committed)}`;
  }
  if (messageMs === null || committed === 0) return null;
  const last = await storedMessage(link, claims.name, committed);
  if (!last.ok || last.value === null || last.value.streamMs === messageMs) return null;
  return `message ${count(committed)} of CLAIMS is not the one that the history has taken in`;
}

/** The same of DECISIONS, which followers read from where they were. */
export async function decisionsStrangeness(
  link: NatsLink,
  { decisions: read }: Position,
  decisions: StreamSize,
): Promise<string | null> {
  if (read === null) return null;
  if (decisions.created !== read.created) {
    return `DECISIONS was made at ${decisions.created}, and the history has read one made at ${read.created}`;
  }
  const { seq, id = null } = read;
  if (decisions.lastSequence < seq) {
    return `DECISIONS ends at ${count(decisions.lastSequence)}, and the history has read up to ${count(seq)}`;
  }
  if (id === null || seq === 0) return null;
  const last = await storedMessage(link, decisions.name, seq);
  if (!last.ok || last.value === null || last.value.header(entryHeader.messageId) === id) return null;
  return `entry ${count(seq)} of DECISIONS is not the one that the history has read`;
}
