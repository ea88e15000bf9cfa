/** What doctor sees of the broker's streams; it changes none. */
import type { NatsLink } from '../nats/connection.js';
import { type StreamSize, streams, verifyStreams } from '../nats/streams.js';
import { type Finding, fine, missing, note } from './doctor-checks.js';
import { count, sizeText, spanText } from './words.js';

export interface SeenStreams {
  /** Of those that are there; null: they could not be looked at. */
  readonly sizes: readonly StreamSize[] | null;
  /** One for each stream, and one for each thing that is not as it should be. */
  readonly findings: readonly Finding[];
}

export async function seeStreams(link: NatsLink, replicas: number, nowMs: number): Promise<SeenStreams> {
  const verified = await verifyStreams(link, { replicas });
  if (!verified.ok)
    return { sizes: null, findings: [missing(`streams: ${verified.error}`, 'give the broker JetStream')] };
  const { sizes, problems, changes } = verified.value;
  const mend = 'an operator has to change the broker or the stream, or what claimgate is to expect of it';
  const findings = [
    ...sizes.map((size) => fine(streamText(size, nowMs))),
    ...absentOf(sizes),
    ...problems.map((problem) => missing(problem, mend)),
    ...changes.map((change) => note(`${change} with the next start of the service`)),
  ];
  return { sizes, findings };
}

function absentOf(sizes: readonly StreamSize[]): readonly Finding[] {
  const there = new Set<string>(sizes.map(({ name }) => name));
  const absent = Object.values(streams).filter(({ name }) => !there.has(name));
  if (absent.length === 0) return [];
  const names = absent.map(({ name }) => name).join(', ');
  return [note(`no stream ${names} yet; the first start of the service makes what is missing`)];
}

/**
 * `stream CLAIMS: 1,204 messages (12 to 1,215), 3.4 MiB, from 17 days to 3 s ago; kept 430 days (limits), any size,
 * messages up to 4.0 MiB, 3 replicas`
 */
export function streamText(size: StreamSize, nowMs: number): string {
  const { name, messages, bytes, firstSequence, lastSequence, firstMs, lastMs } = size;
  const range = messages === 0 ? '' : ` (${count(firstSequence)} to ${count(lastSequence)})`;
  const age =
    firstMs === null || lastMs === null
      ? ''
      : `, from ${spanText(nowMs - firstMs)} to ${spanText(nowMs - lastMs)} ago`;
  const holds = `${count(messages)} messages${range}, ${sizeText(bytes)}${age}`;
  return `stream ${name}: ${holds}; ${keepingText(size)}`;
}

function keepingText({ retention, maxAgeMs, maxBytes, maxMessageBytes, replicas }: StreamSize): string {
  return [
    `kept ${maxAgeMs === null ? 'for ever' : spanText(maxAgeMs)} (${retention})`,
    maxBytes === null ? 'any size' : `up to ${sizeText(maxBytes)}`,
    ...(maxMessageBytes === null ? [] : [`messages up to ${sizeText(maxMessageBytes)}`]),
    replicas === 1 ? '1 replica' : `${replicas} replicas`,
  ].join(', ');
}
