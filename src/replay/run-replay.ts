/** A whole replay, from a source to what was counted. */
import { randomBytes } from 'node:crypto';
import { assert } from '../base/assert.js';
import { enlargeYoungGenerations } from '../screening/collect-rarely.js';
import { Crew, type CrewSettings } from './crew.js';
import { Links } from './links.js';
import type { Period } from './period.js';
import { noShared, type SharedRecords } from './record-names.js';
import { isUsable, type ReplaySource, type SourceMessage } from './source.js';
import { Tally, type TallyData } from './tally.js';
import type { NamesReply, PackedEdition } from './thread-protocol.js';
import { allTies } from './ties.js';
import { type Timed, Timeline } from './timeline.js';

export type Phase = 'surveying' | 'replaying';

export interface ReplayOptions extends Omit<CrewSettings, 'sides' | 'patientSecret' | 'threads'> {
  /** At least 1. */
  readonly threads: number;
  readonly period: Period;
  /** What is replayed, and where there is one, what it is compared with. */
  readonly sides: readonly (readonly PackedEdition[])[];
  /** What of the rules looks beyond a patient. */
  readonly shared: Pick<SharedRecords, 'traces' | 'stock'>;
  readonly onProgress?: (phase: Phase, done: number) => void;
}

/**
 * Replays `source`. Where anything in it leaves something behind, it is read again: to see which messages belong
 * together, and then to judge them. Rejects where the source cannot be read, changes meanwhile (SourceChanged; with
 * one thread it does not matter), or a thread fails (CrewFailure).
 */
export async function runReplay(source: ReplaySource, options: ReplayOptions): Promise<TallyData> {
  enlargeYoungGenerations();
  // Patients are only told apart: no key outlives the run.
  const crew = await Crew.start({ ...options, patientSecret: randomBytes(32).toString('hex') });
  try {
    const sum = new Tally();
    const alone = await work(source, crew, inTurns(crew.size), options, sum, () => crew.isUsed);
    if (!alone.isOver) return await tallied(crew, sum);
    await crew.forget();
    return await replayLinked(source, crew, options);
  } finally {
    await crew.stop();
  }
}

async function replayLinked(source: ReplaySource, crew: Crew, options: ReplayOptions): Promise<TallyData> {
  const links = await survey(source, crew, options);
  const partOf = links.deal(crew.size);
  const linked = { partOf, tiesOf: (message: number) => links.ties.of(message) };
  const sum = new Tally();
  const { count } = await work(source, crew, linked, options, sum);
  if (count === links.count) return await tallied(crew, sum);
  if (crew.size > 1) throw new SourceChanged();
  // One thread needs to know nothing of what belongs together.
  await crew.forget();
  const again = new Tally();
  await work(source, crew, inTurns(1), options, again);
  return await tallied(crew, again);
}

async function tallied(crew: Crew, sum: Tally): Promise<TallyData> {
  for (const tally of await crew.tallies()) sum.merge(tally);
  return sum.data();
}

/** Between the two readings messages came or went, so that nobody knows which belong together. */
export class SourceChanged extends Error {
  override readonly name = 'SourceChanged';

  constructor() {
    super('what is replayed changed while it was read; run it again, or with --threads 1');
  }
}

interface Partaker {
  readonly message: SourceMessage;
  readonly timed: Timed;
  readonly index: number;
}

/**
 * Messages that have a part in the replay, numbered from 0 on, as they come together: they hold until the next are
 * asked for. `others` takes the rest.
 */
async function* partakers(
  source: ReplaySource,
  { period, onProgress }: ReplayOptions,
  phase: Phase,
  others: Tally,
): AsyncIterable<readonly Partaker[]> {
  const timeline = new Timeline(period);
  let index = 0;
  for await (const items of source.open()) {
    const some: Partaker[] = [];
    for (const item of items) {
      if (!isUsable(item)) {
        others.spoil('unusable', item);
        continue;
      }
      const timed = timeline.next(item);
      const { fate } = timed;
      if (fate === 'judged' && item.at === null) others.count('undated');
      if (fate === 'judged' || fate === 'warms') some.push({ message: item, timed, index: index++ });
      else others.count(fate);
    }
    yield some;
    const last = items.at(-1);
    if (last !== undefined) onProgress?.(phase, last.done);
  }
}

async function survey(source: ReplaySource, crew: Crew, options: ReplayOptions): Promise<Links> {
  const first = await linksOf(source, crew, { ...noShared, ...options.shared }, options);
  if (!first.deletesSale) return first.links;
  // Seldom: only now is it known that the numbers of sales matter.
  const shared = { ...noShared, ...options.shared, saleNumbers: true };
  return (await linksOf(source, crew, shared, options)).links;
}

async function linksOf(
  source: ReplaySource,
  crew: Crew,
  shared: SharedRecords,
  options: ReplayOptions,
): Promise<{ readonly links: Links; readonly deletesSale: boolean }> {
  const inOrder = new NamesInOrder();
  const maker = crew.batchMaker();
  const send = () => {
    const batch = maker.take();
    return crew.names(batch.id % crew.size, batch, shared, (reply) => inOrder.take(reply));
  };
  for await (const some of partakers(source, options, 'surveying', new Tally())) {
    for (const { message, timed } of some) {
      maker.add(message, timed, allTies);
      if (maker.isFull) await send();
    }
  }
  if (!maker.isEmpty) await send();
  await crew.idle();
  return inOrder;
}

/** Batches come back as threads finish them; links are made in the order of the messages. */
class NamesInOrder {
  readonly links = new Links();
  deletesSale = false;
  readonly #waiting = new Map<number, NamesReply>();
  #next = 0;

  take(reply: NamesReply): void {
    this.deletesSale ||= reply.deletesSale;
    this.#waiting.set(reply.batch, reply);
    for (let next = this.#waiting.get(this.#next); next !== undefined; next = this.#waiting.get(this.#next)) {
      this.#waiting.delete(this.#next);
      this.#next += 1;
      let start = 0;
      for (const [i, end] of next.ends.entries()) {
        this.links.add(next.names, next.plain[i] === 1, start, end);
        start = end;
      }
    }
  }
}

/** What main knows of messages by their numbers. */
interface Plan {
  readonly partOf: (message: number) => number;
  readonly tiesOf: (message: number) => number;
}

/** So many after each other go to one thread. */
const together = 64;

/**
 * Screenings leave nothing behind. Where there is nothing else, and so nothing that one message could see of another,
 * any thread may take any of them, and one reading will do.
 */
function inTurns(parts: number): Plan {
  return { partOf: (message) => Math.floor(message / together) % parts, tiesOf: () => allTies };
}

interface Worked {
  /** Messages that had a part in it. */
  readonly count: number;
  readonly isOver: boolean;
}

/** Gives the threads their messages; what none of them gets is counted in `sum`. Given up once `isOver`. */
async function work(
  source: ReplaySource,
  crew: Crew,
  { partOf, tiesOf }: Plan,
  options: ReplayOptions,
  sum: Tally,
  isOver: () => boolean = () => false,
): Promise<Worked> {
  const makers = Array.from({ length: crew.size }, () => crew.batchMaker());
  let count = 0;
  for await (const some of partakers(source, options, 'replaying', sum)) {
    for (const { message, timed, index } of some) {
      count = index + 1;
      const part = partOf(index);
      const maker = makers[part];
      assert(maker !== undefined, 'a part for every thread');
      maker.add(message, timed, tiesOf(index));
      if (maker.isFull) await crew.work(part, maker.take());
    }
    if (isOver()) break;
  }
  for (const [part, maker] of makers.entries()) if (!maker.isEmpty) await crew.work(part, maker.take());
  await crew.idle();
  return { count, isOver: isOver() };
}
