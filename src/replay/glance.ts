/**
 * A look at a native claim in JSON that finds what links its message to others, in about a third of the time that
 * reading it takes: the facts that name records, and the trace codes of its lines. Whatever is not plain is left to the
 * readers, who must find the same; more than they find does no harm.
 */
import type { ClaimHead } from '../claim/columns/claim-columns.js';
import { FactReader } from '../claim/facts.js';
import { JsonCursor } from '../claim/formats/json-bytes.js';
import { JsonKeys } from '../claim/formats/json-keys.js';
import { KeyTable } from '../claim/formats/key-table.js';
import { readKind, vocabulary } from '../claim/formats/native.js';
import { readTraceCodes } from '../claim/lines.js';
import { normaliseHead } from '../claim/normalise.js';
import { NoteTaker } from '../claim/notes.js';
import type { PatientKeyer } from '../claim/patient-key.js';
import type { RawClaim } from '../claim/raw-claim.js';

export interface Glance {
  /** Only what names records is right in it. */
  readonly head: ClaimHead;
  readonly traceCodes: readonly string[];
  /** It says no more than a claim does. */
  readonly isPlain: boolean;
}

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];
const letterN = 0x6e;
const traceCodesKey = Buffer.from('traceCodes');
/** Of the only key that lines of events have beyond those of claims; see only-a-claim.ts. */
const batchWord = Buffer.from('Batch');

/** Said by events alone, in ways that only their reader knows. */
const ofEvents = ['traces', 'stock', 'bills'] as const;
const facts = ['eventId', 'kind', 'claimId'] as const;
const groups = ['institution', 'patient', 'encounter', 'reverses'] as const;
const rootNames: readonly string[] = [...facts, ...groups, 'lines', ...ofEvents];
const billsPlace = rootNames.indexOf('bills');
type GroupName = (typeof groups)[number];

const namesIn: Readonly<Record<GroupName, readonly string[]>> = {
  institution: ['code', 'region'],
  patient: ['id'],
  encounter: ['id'],
  reverses: ['claimId'],
};

/** The keys of one object that matter, and the texts that stood under them; undefined: not there. */
class Group {
  readonly names: readonly string[];
  readonly keys: JsonKeys;
  readonly values: (string | null | undefined)[];

  constructor(names: readonly string[]) {
    this.names = names;
    this.keys = new JsonKeys(new KeyTable(names.map((name, place) => [name, place])), names.length);
    this.values = names.map(() => undefined);
  }
}

/** An offset behind what was read, or this: not plain. */
const declined = -1;

export class GlanceReader {
  readonly #patientKey: PatientKeyer;
  readonly #cursor = new JsonCursor();
  readonly #root = new Group(rootNames);
  readonly #groups = new Map(groups.map((name) => [name as string, new Group(namesIn[name])]));
  #codes: string[] = [];

  constructor(patientKey: PatientKeyer) {
    this.#patientKey = patientKey;
  }

  /** Null: a reader has to be asked. The body is native JSON, if it is anything. */
  read(body: Buffer): Glance | null {
    if (body[0] !== openBrace || body.includes(backslash)) return null;
    this.#clear();
    this.#cursor.begin(body);
    const end = this.#object(this.#root, 0, 1);
    this.#cursor.finish();
    const raw = end === declined ? null : this.#raw();
    if (raw === null) return null;
    const head = normaliseHead(raw, this.#patientKey);
    const codes = this.#codes;
    return {
      head,
      traceCodes: codes.length === 0 ? codes : readTraceCodes(codes, new FactReader(raw.notes)),
      isPlain: this.#root.values[billsPlace] === undefined && !body.includes(batchWord),
    };
  }

  #clear(): void {
    this.#root.values.fill(undefined);
    for (const { values } of this.#groups.values()) values.fill(undefined);
    this.#codes = [];
  }

  #object(group: Group, start: number, depth: number): number {
    const cursor = this.#cursor;
    const { keys, values, names } = group;
    if (!cursor.is(start, openBrace)) return declined;
    let at = start + 1;
    for (let position = 0; at !== declined; position++) {
      at = keys.next(cursor, at, position);
      if (at === declined || keys.number < 0) return at;
      const key = keys.number;
      if (key >= names.length) at = cursor.value(at, depth);
      else if (values[key] !== undefined) return declined;
      else at = this.#known(group, key, at, depth);
    }
    return declined;
  }

  #known({ names, values }: Group, key: number, at: number, depth: number): number {
    const name = names[key] as string;
    const cursor = this.#cursor;
    values[key] = null;
    if (cursor.is(at, letterN)) return cursor.value(at, depth);
    if (depth === 1) {
      const group = this.#groups.get(name);
      if (group !== undefined) return this.#object(group, at, 2);
      if (name === 'lines') return this.#lines(at);
      if (name === 'traces' || name === 'stock') return declined;
      if (name === 'bills') return cursor.value(at, depth);
    }
    if (!cursor.is(at, quote)) return declined;
    const end = cursor.value(at, depth);
    if (end !== declined) values[key] = cursor.body.toString('utf8', cursor.start, cursor.end);
    return end;
  }

  /** Past the lines. There are no escapes, so a quote is a quote. */
  #lines(start: number): number {
    const end = this.#endOfBody(start);
    if (end === declined) return this.#linesByBrackets(start);
    const { body } = this.#cursor;
    // Codes that are no list make a message that nobody can read.
    for (let at = body.indexOf(openBracket, start + 1); at >= 0 && at < end; ) {
      if (body[at + 1] !== closeBracket && this.#isOfTraceCodes(at)) at = this.#traceCodes(at);
      if (at === declined) return declined;
      at = body.indexOf(openBracket, at + 1);
    }
    return end;
  }

  /** Behind the lines, where nothing but the body's own brace follows them; declined where that is not certain. */
  #endOfBody(start: number): number {
    const { body } = this.#cursor;
    const last = body.length - 1;
    const begins = body[start] === openBracket && body[start + 1] === openBrace;
    if (!begins || body[last] !== closeBrace || body[last - 1] !== closeBracket) return declined;
    // It ends with the brace of its last line, which no comma follows. So as long as one follows each brace that is
    // met, be it in a text, the end is still to come.
    let at = body.indexOf(closeBrace, start);
    while (body[at + 1] === comma) at = body.indexOf(closeBrace, at + 2);
    return at === last - 2 ? last : declined;
  }

  /** Past the lines, by their brackets alone. */
  #linesByBrackets(start: number): number {
    const { body } = this.#cursor;
    const { length } = body;
    let depth = 0;
    for (let i = start; i < length; i++) {
      const byte = body[i] as number;
      if (byte === quote) {
        for (i += 1; i < length && body[i] !== quote; ) i++;
      } else if (byte === openBracket && this.#isOfTraceCodes(i)) {
        i = this.#traceCodes(i);
        if (i === declined) return declined;
      } else if (byte === openBracket || byte === openBrace) depth++;
      else if (byte === closeBracket || byte === closeBrace) depth--;
      if (depth === 0) return i + 1;
    }
    return declined;
  }

  /** Whether the key of that name stands before a bracket. */
  #isOfTraceCodes(at: number): boolean {
    const { body } = this.#cursor;
    let i = this.#blanksBefore(at);
    if (body[i] !== colon) return false;
    i = this.#blanksBefore(i);
    const start = i - traceCodesKey.length;
    if (body[i] !== quote || body[start - 1] !== quote) return false;
    for (let k = 0; k < traceCodesKey.length; k++) if (body[start + k] !== traceCodesKey[k]) return false;
    return true;
  }

  /** Of the byte before it that is no white space. */
  #blanksBefore(at: number): number {
    const { body } = this.#cursor;
    let i = at - 1;
    while (i > 0 && (body[i] as number) <= 0x20) i--;
    return i;
  }

  /** From the bracket of the list: its end. */
  #traceCodes(start: number): number {
    const cursor = this.#cursor;
    const { body } = cursor;
    let at = cursor.blanks(start + 1);
    if (cursor.is(at, closeBracket)) return at;
    for (;;) {
      if (!cursor.is(at, quote)) return declined;
      at = cursor.value(at, 1);
      if (at === declined) return declined;
      this.#codes.push(body.toString('utf8', cursor.start, cursor.end));
      at = cursor.blanks(at);
      if (cursor.is(at, closeBracket)) return at;
      if (!cursor.is(at, comma)) return declined;
      at = cursor.blanks(at + 1);
    }
  }

  #raw(): RawClaim | null {
    const notes = new NoteTaker();
    const [eventId, kindText, claimId] = this.#root.values;
    const kind = readKind(kindText, notes);
    if (kind === null) return null;
    const [code, region] = this.#valuesOf('institution');
    const [reverses] = this.#valuesOf('reverses');
    const [id] = this.#valuesOf('patient');
    const [visit] = this.#valuesOf('encounter');
    // Written out: spreading objects would take longer than all the rest.
    return {
      eventId,
      kind,
      scene: null,
      sentAt: null,
      claimId,
      reverses,
      institution: { code, level: null, type: null, region },
      patient: { id, sex: null, birthDate: null, insurance: null, region: null, pregnancy: null },
      encounter: {
        id: visit,
        type: null,
        emergency: null,
        internet: null,
        medType: null,
        admittedAt: null,
        dischargedAt: null,
        department: null,
        practitioner: null,
      },
      diagnoses: [],
      procedures: [],
      lines: [],
      vocabulary,
      notes,
    };
  }

  #valuesOf(name: GroupName): readonly (string | null | undefined)[] {
    return this.#groups.get(name)?.values ?? [];
  }
}
