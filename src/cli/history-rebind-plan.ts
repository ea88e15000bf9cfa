/** What a rebind has found: how much of CLAIMS is known, and what DECISIONS lacks of what was decided here. */
import { assert } from '../base/assert.js';
import { buildDictionaries } from '../claim/dictionaries.js';
import { patientKeyer } from '../claim/patient-key.js';
import { entryHeader, sequenceOf } from '../egress/decision-entry.js';
import type { HistoryStore, Position, PublishedAnswer } from '../history/store.js';
import { isKnown } from '../history/tools/passed-over.js';
import type { NatsLink } from '../nats/connection.js';
import type { LogMessage } from '../nats/ordered-log.js';
import { storedMessage } from '../nats/stored-message.js';
import { type StreamSize, streams } from '../nats/streams.js';
import { settlingInstitution } from '../nats/subjects.js';
import { formatOf, header } from '../screening/terms.js';
import { decisionsStrangeness, strangeness } from './doctor-durable.js';
import { scan } from './history-scan.js';

export interface RebindPlan {
  /** How the streams differ from those that were known; empty: they do not. */
  readonly problems: readonly string[];
  readonly claims: StreamSize;
  readonly decisions: StreamSize;
  /** As it is before. */
  readonly position: Position;
  /** CLAIMS is known up to here. */
  readonly known: Known;
  /** Sequences of messages in CLAIMS whose decision is here and not in DECISIONS. */
  readonly unpublished: readonly number[];
  /** The same of messages that CLAIMS does not have any more, by the ids of their decisions. */
  readonly lost: readonly string[];
  /** How many of the messages in CLAIMS have no entry in DECISIONS, and none here either: they are too old. */
  readonly gone: number;
}

export interface Known {
  /** The last message that this state has taken in as it stands there; 0: none. */
  readonly seq: number;
  readonly streamMs: number | null;
  /** When the stream took in the first that it has not; null: there is none. */
  readonly nextMs: number | null;
}

/** Entries of a message are looked for from so long before it: clocks of servers differ. */
const skewMs = 5_000;

/** Looks, and changes nothing. Rejects with what the broker says. */
export async function planRebind(
  store: HistoryStore,
  link: NatsLink,
  claims: StreamSize,
  decisions: StreamSize,
): Promise<RebindPlan> {
  const position = store.position();
  assert(position !== null, 'a history that has begun');
  const ofClaims = await strangeness(link, position, claims);
  const ofDecisions = await decisionsStrangeness(link, position, decisions);
  const problems = [ofClaims, ofDecisions].filter((problem) => problem !== null);
  const known = await knownPart(store, position, link, claims, ofClaims === null);
  const found = { problems, claims, decisions, position, known };
  if (problems.length === 0) return { ...found, unpublished: [], lost: [], gone: 0 };
  return { ...found, ...(await lacking(store, link, found, ofDecisions !== null)) };
}

/** Where entries of messages begin that the state has not taken in: what comes before is not read again. */
export async function lastEntryRead(
  link: NatsLink,
  decisions: StreamSize,
  { nextMs }: Known,
): Promise<number> {
  if (nextMs === null) return decisions.lastSequence;
  let before = decisions.firstSequence - 1;
  let behind = decisions.lastSequence + 1;
  while (behind - before > 1) {
    const middle = (before + behind) >> 1;
    const found = await storedMessage(link, decisions.name, middle);
    if (!found.ok) throw new Error(found.error);
    if (found.value === null || found.value.streamMs < nextMs - skewMs) before = middle;
    else behind = middle;
  }
  return Math.max(before, 0);
}

async function knownPart(
  store: HistoryStore,
  position: Position,
  link: NatsLink,
  claims: StreamSize,
  isAllKnown: boolean,
): Promise<Known> {
  const dictionaries = buildDictionaries({});
  assert(dictionaries.ok, 'no overlay, no problem');
  // Whose an event is does not matter here.
  const reading = {
    dictionaries: dictionaries.value,
    patientKey: patientKeyer('a key that nobody looks at'),
  };
  const { committed, messageMs } = position;
  let known: Known = { seq: 0, streamMs: null, nextMs: null };
  if (isAllKnown) known = { seq: committed, streamMs: messageMs, nextMs: null };
  await scan(link, {
    stream: claims,
    subject: streams.claims.subject,
    after: known.seq,
    what: 'reading CLAIMS',
    each: (message) => {
      const { seq, streamMs } = message;
      const goesOn = !isAllKnown && isKnown(foundOf(message), store.reader(), position, reading);
      known = goesOn ? { seq, streamMs, nextMs: null } : { ...known, nextMs: streamMs };
      return goesOn;
    },
  });
  return known;
}

function foundOf(message: LogMessage) {
  const { seq, streamMs, data: body } = message;
  const named = formatOf(message.header(header.contentType));
  const format = named.ok ? named.value : null;
  return { seq, body, format, institution: settlingInstitution(message.subject), streamMs };
}

/** What of the answers kept here DECISIONS does not say. Of one that is as it was, what was published is there. */
async function lacking(
  store: HistoryStore,
  link: NatsLink,
  { claims, decisions, position, known }: Omit<RebindPlan, 'unpublished' | 'lost' | 'gone'>,
  isOther: boolean,
): Promise<Pick<RebindPlan, 'unpublished' | 'lost' | 'gone'>> {
  const from = isOther ? 0 : position.published;
  const wanted = new Wanted(store, from, known.seq, isOther);
  const after = isOther ? 0 : (position.decisions?.seq ?? 0);
  await scan(link, {
    stream: decisions,
    subject: streams.decisions.subject,
    after,
    what: 'reading DECISIONS',
    each: (entry) => {
      wanted.found(entry);
      return true;
    },
  });
  const gone = isOther ? wanted.without(claims) : 0;
  return { unpublished: wanted.unpublished(), lost: wanted.lost(), gone };
}

/** Answers that are looked for among the entries of DECISIONS. */
class Wanted {
  readonly #known: number;
  /** Message ids by sequence in CLAIMS. */
  readonly #there = new Map<number, string>();
  /** Ids of decisions whose messages are not in CLAIMS. */
  readonly #lost = new Set<string>();
  /** Messages of CLAIMS that have an entry or an answer, a bit for each. */
  readonly #spokenOf: Uint8Array;

  constructor(store: HistoryStore, from: number, known: number, isOther: boolean) {
    this.#known = known;
    this.#spokenOf = new Uint8Array((known >> 3) + 1);
    for (const answer of allAnswers(store, from)) {
      const id = answer.headers[entryHeader.messageId] ?? '';
      if (answer.seq <= known) this.#keep(answer.seq, id);
      else if (isCounting(answer)) this.#lost.add(id);
    }
    if (isOther) for (const { headers } of store.answersApart()) this.#lost.add(headers['Nats-Msg-Id'] ?? '');
  }

  found(entry: LogMessage): void {
    const id = entry.header(entryHeader.messageId) ?? '';
    this.#lost.delete(id.endsWith(lostMark) ? id.slice(0, -lostMark.length) : id);
    const seq = sequenceOf(entry);
    if (seq === null || seq > this.#known) return;
    this.#mark(seq);
    // Of another message that once had this sequence, the id is another.
    if (this.#there.get(seq) === id) this.#there.delete(seq);
  }

  unpublished(): readonly number[] {
    return [...this.#there.keys()];
  }

  lost(): readonly string[] {
    return [...this.#lost];
  }

  /** How many of the messages that are known have neither entry nor answer. */
  without({ firstSequence, lastSequence, messages }: StreamSize): number {
    let silent = 0;
    for (let seq = Math.max(1, firstSequence); seq <= this.#known; seq++) {
      if (((this.#spokenOf[seq >> 3] as number) & (1 << (seq & 7))) === 0) silent += 1;
    }
    const erased = lastSequence - firstSequence + 1 - messages;
    return Math.max(0, silent - Math.max(0, erased));
  }

  #keep(seq: number, id: string): void {
    this.#there.set(seq, id);
    this.#mark(seq);
  }

  #mark(seq: number): void {
    this.#spokenOf[seq >> 3] = (this.#spokenOf[seq >> 3] as number) | (1 << (seq & 7));
  }
}

/** Ends the message id of an entry whose message CLAIMS does not have. */
export const lostMark = ':lost';

/** Not of an event that came again: the first says it all. */
function isCounting({ headers }: PublishedAnswer): boolean {
  return headers[entryHeader.duplicateOf] === undefined;
}

const atOnce = 256;

function* allAnswers(store: HistoryStore, after: number): Iterable<PublishedAnswer> {
  for (let from = after; ; ) {
    const answers = store.answersAfter(from, atOnce);
    yield* answers;
    if (answers.length < atOnce) return;
    from = answers.at(-1)?.seq ?? from;
  }
}
