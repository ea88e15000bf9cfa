/** A replay thread's work: its messages one after another, as the durable path and the advisory path take them. */
import { AssertionFailure, assert } from '../src/base/assert.js';
import { type EpochDay, type EpochMs, formatDay } from '../src/base/calendar.js';
import type { Clock } from '../src/base/clock.js';
import type { ReadColumns } from '../src/claim/columns/claim-reader.js';
import { isOnlyAClaim } from '../src/claim/durable/only-a-claim.js';
import type { WireFormat } from '../src/claim/formats/wire-format.js';
import { recogniseFormat } from '../src/claim/read-claim.js';
import { stateSource } from '../src/history/source.js';
import { GlanceReader } from '../src/replay/glance.js';
import { peekSender } from '../src/replay/peek.js';
import {
  deletesSale,
  nameHead,
  nameRecords,
  nameTraces,
  type SharedRecords,
} from '../src/replay/record-names.js';
import { Tally } from '../src/replay/tally.js';
import { tie } from '../src/replay/ties.js';
import type { LoggedMessage, WorkMode } from '../src/screening/protocol/decide.js';
import { progressBytes } from '../src/screening/protocol.js';
import { ClaimMeter } from './claim-meter.js';
import { decideMessage, type Entry } from './decide-message.js';
import { readDecided } from './decided-elsewhere.js';
import { isAnyFallen, isPlainSettlement, KeptHistory, recordForPatient } from './lone-settlement.js';
import { readMessage } from './read-message.js';
import { type Judgement, markOf, type ReplayJudge } from './replay-judge.js';
import type { ReplayState } from './replay-state.js';
import { describeCrash } from './screen-batch.js';

/** Judges count from a day on; the first one from ever. */
export interface JudgeOfDays {
  readonly from: EpochDay;
  readonly judge: ReplayJudge;
}

export interface ReplayMessage {
  readonly seq: number;
  readonly place: string;
  /** To which it belongs, and whose rules judge it. */
  readonly day: EpochDay;
  /** Of history: never before that of the message before it. */
  readonly streamMs: EpochMs;
  readonly format: WireFormat | null;
  readonly institution: string | null;
  /** False: it only warms history. */
  readonly judged: boolean;
  /** See `tie`. */
  readonly ties: number;
  readonly body: Uint8Array;
}

/** Of a message whose records were named. */
interface Named {
  /** In the native form, and it says no more than a claim does. */
  readonly isPlain: boolean;
  /** It takes back a sale by its number. */
  readonly deletesSale: boolean;
}

/** Nobody waits for a replay, so no time is ever up. */
const stopped: Clock = { wallMs: () => 0, tickMs: () => 0 };
const nothingRetracted = Buffer.from('"retracts":[]');

export class ReplayMessages {
  readonly tally = new Tally();
  readonly #judges: readonly JudgeOfDays[];
  readonly #first: ReplayJudge;
  readonly #glances: GlanceReader;
  readonly #state: ReplayState;
  readonly #meter: ClaimMeter;
  readonly #history: KeptHistory;
  #day: EpochDay = Number.NaN;
  #dayName = '';
  /** Files mostly hold one or the other: what the last message was, the next is tried as first. */
  #wasScreening = false;

  /** `judges` ascend by day; at least one. */
  constructor(judges: readonly JudgeOfDays[], state: ReplayState) {
    const [first] = judges;
    assert(first !== undefined, 'one judge at least');
    this.#judges = judges;
    this.#first = first.judge;
    this.#glances = new GlanceReader(first.judge.loaded.readerSettings.patientKey);
    this.#state = state;
    this.#meter = new ClaimMeter(new SharedArrayBuffer(progressBytes), stopped);
    this.#history = new KeptHistory(state.kept, stateSource(state.own));
  }

  /** Takes the names of the records that a message may touch. */
  nameRecords({ body, format }: ReplayMessage, shared: SharedRecords, names: number[]): Named {
    const found = format ?? recogniseFormat(null, body);
    const glance = found === 'native-json' && !shared.saleNumbers ? this.#glances.read(bufferOf(body)) : null;
    if (glance !== null) {
      nameHead(glance.head, shared, names);
      if (shared.traces) nameTraces(glance.traceCodes, names);
      return { isPlain: glance.isPlain, deletesSale: false };
    }
    const read = readMessage(asLogged({ body, format: found }), this.#first.loaded);
    if (!read.ok) return { isPlain: false, deletesSale: false };
    nameRecords(read.value.event, shared, names);
    return { isPlain: isOnlyAClaim(body, found), deletesSale: deletesSale(read.value.event) };
  }

  work(message: ReplayMessage): void {
    this.#state.own.at(message.streamMs);
    const judge = this.#judgeOf(message.day);
    const isGuessed = (this.#wasScreening && message.judged) || (message.ties & tie.shared) === 0;
    if (isGuessed && this.#workQuickly(message, judge)) return;
    const entry = this.#settle(message, judge);
    const reason = entry?.deadLetter?.reason;
    this.#wasScreening = reason === 'not-durable';
    if (entry === null) return;
    // The durable path reads no national screening, and has to be told so by no more than that.
    if (reason === 'unreadable' && this.#isScreening(message, judge)) this.#wasScreening = true;
    if (!this.#wasScreening) this.#tell(message, judge, entry);
    else if (message.judged && !this.#workQuickly(message, judge)) {
      this.tally.spoil('unusable', { ...placeOf(message), reason: 'could not be screened' });
    }
  }

  #dayText(day: EpochDay): string {
    if (day !== this.#day) this.#dayName = formatDay(day);
    this.#day = day;
    return this.#dayName;
  }

  #judgeOf(day: EpochDay): ReplayJudge {
    return this.#judges.findLast(({ from }) => from <= day)?.judge ?? this.#first;
  }

  #isScreening({ body, format }: ReplayMessage, { loaded }: ReplayJudge): boolean {
    const read = loaded.reader.read(body, format);
    return read.ok && read.value.columns.head.kind === 'screening';
  }

  /** As what leaves nothing behind, or as good as nothing. False: it is no such message, and nothing was done. */
  #workQuickly(message: ReplayMessage, judge: ReplayJudge): boolean {
    const { body, format, institution, judged } = message;
    this.#meter.beginClaim(0, Number.POSITIVE_INFINITY);
    const read = judge.loaded.reader.read(body, format);
    if (!read.ok) return false;
    const { kind, institution: sender } = read.value.columns.head;
    if (kind === 'screening') {
      // Then it leaves nothing behind in the durable path either.
      if (!judged || (institution !== null && institution !== sender.code)) return false;
      this.#screen(message, judge, read.value);
      return true;
    }
    const isLone = (message.ties & tie.shared) === 0 && isPlainSettlement(read.value, institution);
    if (isLone && this.#settleLone(message, judge, read.value)) return true;
    this.#giveUp(message, read.value);
    return false;
  }

  /** As an advisory claim: reads history and leaves nothing. */
  #screen(message: ReplayMessage, judge: ReplayJudge, { columns }: ReadColumns): void {
    try {
      this.#judged(message, this.#ask(message, judge, columns, false));
    } catch (error) {
      if (error instanceof AssertionFailure) throw error;
      this.#crashed(message, judge, error);
    }
  }

  /** False: the durable path has to do without a rule. */
  #settleLone(message: ReplayMessage, judge: ReplayJudge, read: ReadColumns): boolean {
    let judgement: Judgement | null = null;
    try {
      if (message.judged) judgement = this.#ask(message, judge, read.columns, true);
      if (judgement?.verdicts.some(({ findings }) => isAnyFallen(read, findings))) return false;
      if ((message.ties & tie.followed) !== 0) {
        const { own, kept } = this.#state;
        const isSimple = (message.ties & tie.mixed) === 0;
        recordForPatient(read, message.streamMs, isSimple ? kept : null, own);
        this.#state.keep();
      }
    } catch (error) {
      if (error instanceof AssertionFailure) throw error;
      return false;
    }
    if (judgement === null) this.tally.count('warmed');
    else this.#judged(message, judgement);
    return true;
  }

  #ask(
    { streamMs }: ReplayMessage,
    judge: ReplayJudge,
    columns: ReadColumns['columns'],
    isLone: boolean,
  ): Judgement {
    this.#history.streamMs = streamMs;
    this.#history.isLone = isLone;
    return judge.judge(columns, this.#meter, this.#history);
  }

  /** A message goes by the durable path: so does its patient, from now on. */
  #giveUp({ ties }: ReplayMessage, { columns }: ReadColumns): void {
    const { key } = columns.head.patient;
    if (key === null || (ties & tie.mixed) !== 0) return;
    this.#state.kept.giveUp(key, this.#state.own);
    this.#state.keep();
  }

  #judged({ seq, day }: Place, judgement: Judgement): void {
    this.tally.count('judged');
    this.tally.judge({ seq, day: this.#dayText(day), ...judgement });
  }

  /** By the durable path, with rules where it is judged; null: it could not even be recorded. */
  #settle(message: ReplayMessage, judge: ReplayJudge): Entry | null {
    const modes: readonly WorkMode[] = message.judged ? ['screen', 'without-rules'] : ['without-rules'];
    const institution = message.institution ?? peekSender(message.body);
    for (const mode of modes) {
      this.#meter.beginClaim(0, Number.POSITIVE_INFINITY);
      try {
        const entry = this.#decide(message, institution, mode, judge);
        // What is refused may have been begun.
        if (entry.deadLetter !== null) this.#state.own.drop();
        this.#state.keep();
        return entry;
      } catch (error) {
        if (error instanceof AssertionFailure) throw error;
        this.#state.own.drop();
        judge.take();
        this.#crashed(message, judge, error);
      }
    }
    return null;
  }

  #decide(message: ReplayMessage, institution: string | null, mode: WorkMode, judge: ReplayJudge): Entry {
    const logged = asLogged({ ...message, institution: institution ?? '', mode });
    const entry = decideMessage(logged, judge.loaded, this.#state.own, this.#meter);
    // A file says who sent a message only inside it.
    if (message.institution !== null || entry.deadLetter?.reason !== 'wrong-institution') return entry;
    const read = readMessage(logged, judge.loaded);
    const sender = read.ok ? read.value.event.claim.institution.code : null;
    if (sender === null) return entry;
    return decideMessage({ ...logged, institution: sender }, judge.loaded, this.#state.own, this.#meter);
  }

  #crashed(message: Place, { loaded }: ReplayJudge, error: unknown): void {
    const { rule, error: kind, at } = describeCrash(error, loaded.ruleset.ruleIds[this.#meter.rule] ?? null);
    const where = rule === null ? '' : `, rule ${rule}`;
    this.tally.spoil('crashed', { ...placeOf(message), reason: `${kind}${where} ${at}`.trim() });
  }

  /** What became of a message of the durable path. */
  #tell(message: ReplayMessage, judge: ReplayJudge, entry: Entry): void {
    const { deadLetter, firstSeq, kind, bytes, parts = [] } = entry;
    if (parts.length > 0 && message.institution === null) {
      // In the log its sales follow as messages of their own; a file has none.
      this.tally.spoil('unusable', { ...placeOf(message), reason: 'several sales in one message' });
    } else if (deadLetter !== null) {
      judge.take();
      const reason = `${deadLetter.reason}: ${deadLetter.detail ?? ''}`;
      this.tally.spoil('unusable', { ...placeOf(message), reason });
    } else if (!message.judged) this.tally.count('warmed');
    else if (firstSeq !== null) this.tally.count('duplicate');
    else {
      const judgement = judge.take();
      if (judgement === null) this.tally.count(`recorded\t${kind ?? ''}`);
      else this.#judged(message, judgement);
      if (!Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(nothingRetracted)) {
        for (const id of readDecided(bytes).retracts) {
          const { side, rule } = markOf(id);
          this.tally.retract(side, rule);
        }
      }
    }
  }
}

function bufferOf(body: Uint8Array): Buffer {
  return Buffer.from(body.buffer, body.byteOffset, body.length);
}

type Place = Pick<ReplayMessage, 'seq' | 'place' | 'day'>;

const placeOf = ({ seq, place }: Place) => ({ seq, place });

function asLogged(message: Pick<LoggedMessage, 'body' | 'format'> & Partial<LoggedMessage>): LoggedMessage {
  const { body, format, institution = '', seq = 0, streamMs = 0, mode = 'screen' } = message;
  return { body, format, institution, seq, streamMs, mode, decided: null };
}
