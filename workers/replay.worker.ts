/** Entry of a replay thread: batches of one part of the messages, in their order, until it is asked what it counted. */
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../src/base/assert.js';
import type { WireFormat } from '../src/claim/formats/wire-format.js';
import type { SharedRecords } from '../src/replay/record-names.js';
import type {
  Batch,
  FromThread,
  NamesReply,
  PackedEdition,
  ThreadSettings,
  ToThread,
} from '../src/replay/thread-protocol.js';
import { ReplayJudge, type Sides } from './replay-judge.js';
import { type JudgeOfDays, type ReplayMessage, ReplayMessages } from './replay-messages.js';
import { loadForReplay } from './replay-rulesets.js';
import { ReplayState } from './replay-state.js';
import type { LoadedRuleset } from './ruleset-cache.js';

const port = parentPort;
assert(port !== null, 'a thread of main');
const settings = workerData as ThreadSettings;

function tell(message: FromThread, transferred: ArrayBuffer[] = []): void {
  port?.postMessage(message, transferred);
}

/** Null: one of the rule sets is refused, which main is told. */
function loadJudges(): readonly JudgeOfDays[] | null {
  const loadedSides: (readonly { from: number; loaded: LoadedRuleset }[])[] = [];
  for (const editions of settings.sides) {
    const loaded = editions.map(({ from, packed }: PackedEdition) => {
      const made = loadForReplay(packed, settings.patientSecret);
      if (made.ok) return { from, loaded: made.value };
      tell({ is: 'refused', problem: made.error });
      return null;
    });
    if (loaded.includes(null)) return null;
    loadedSides.push(loaded.filter((one) => one !== null));
  }
  return judgesOf(loadedSides);
}

/** One judge for each stretch of days in which no side changes. */
function judgesOf(
  sides: readonly (readonly { readonly from: number; readonly loaded: LoadedRuleset }[])[],
): readonly JudgeOfDays[] {
  const days = [...new Set(sides.flat().map(({ from }) => from))].sort((a, b) => a - b);
  return days.map((from) => {
    const standing = sides.map((side) => (side.findLast((one) => one.from <= from) ?? side[0])?.loaded);
    return { from, judge: new ReplayJudge(standing as unknown as Sides) };
  });
}

function* inBatch(batch: Batch): Iterable<ReplayMessage> {
  const { bytes, ends, seqs, places, days, streamMs, formats, institutions, judged, ties } = batch;
  let start = 0;
  for (const [i, end] of ends.entries()) {
    yield {
      seq: seqs[i] as number,
      place: places[i] as string,
      day: days[i] as number,
      streamMs: streamMs[i] as number,
      format: formats[i] as WireFormat | null,
      institution: institutions[i] as string | null,
      judged: judged[i] === 1,
      ties: ties[i] as number,
      body: bytes.subarray(start, end),
    };
    start = end;
  }
}

class ReplayThread {
  readonly #judges: readonly JudgeOfDays[];
  #state: ReplayState;
  #messages: ReplayMessages;

  constructor(judges: readonly JudgeOfDays[]) {
    this.#judges = judges;
    this.#state = stateIn('first');
    this.#messages = new ReplayMessages(judges, this.#state);
  }

  async answer(question: ToThread): Promise<void> {
    switch (question.ask) {
      case 'names': {
        const { bytes } = question.batch;
        const reply = this.#namesOf(question.batch, question.shared);
        return tell({ is: 'names', reply, bytes }, [
          reply.names.buffer,
          reply.ends.buffer,
          reply.plain.buffer,
          bytes.buffer,
        ]);
      }
      case 'work': {
        const { bytes } = question.batch;
        for (const message of inBatch(question.batch)) this.#messages.work(message);
        await this.#state.makeRoom();
        return tell({ is: 'worked', isUsed: this.#state.isUsed, bytes }, [bytes.buffer]);
      }
      case 'forget':
        await this.#state.close();
        this.#state = stateIn('again');
        this.#messages = new ReplayMessages(this.#judges, this.#state);
        return tell({ is: 'forgotten' });
      case 'tally':
        await this.#state.close();
        return tell({ is: 'tally', tally: this.#messages.tally.data() });
    }
  }

  #namesOf(batch: Batch, shared: SharedRecords): NamesReply {
    const names: number[] = [];
    const ends = new Uint32Array(batch.ends.length);
    const plain = new Uint8Array(batch.ends.length);
    let anyDeletesSale = false;
    let i = 0;
    for (const message of inBatch(batch)) {
      const { isPlain, deletesSale } = this.#messages.nameRecords(message, shared, names);
      anyDeletesSale ||= deletesSale;
      plain[i] = isPlain ? 1 : 0;
      ends[i++] = names.length;
    }
    return { batch: batch.id, names: Float64Array.from(names), ends, plain, deletesSale: anyDeletesSale };
  }
}

/** Empty; a folder of this name is taken where memory is full. */
function stateIn(name: string): ReplayState {
  return new ReplayState(join(settings.scratchFolder, name), settings.memoryBytes);
}

const judges = loadJudges();
if (judges !== null) {
  const thread = new ReplayThread(judges);
  let before: Promise<void> = Promise.resolve();
  // A rejection ends no thread; what is thrown outside of a promise does, and main hears of it.
  const fail = (error: unknown) => {
    setImmediate(() => {
      throw error;
    });
  };
  port.on('message', (question: ToThread) => {
    before = before.then(() => thread.answer(question)).catch(fail);
  });
  tell({ is: 'ready' });
}
