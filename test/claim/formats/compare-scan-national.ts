/** Holds the scanner of national requests against the plain reader: what it accepts has to be the same. */
import { isUtf8 } from 'node:buffer';
import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import { spanValue } from '../../../src/claim/columns/line-spans.js';
import type { ScannedClaim } from '../../../src/claim/columns/scanned.js';
import { kindBits, kindMask, lineSpanFields } from '../../../src/claim/columns/span-table.js';
import { FactReader } from '../../../src/claim/facts.js';
import { type NationalMessage, readNational } from '../../../src/claim/formats/nhsa/read-national.js';
import { replyTo } from '../../../src/claim/formats/nhsa/reply.js';
import { scanNational } from '../../../src/claim/formats/nhsa/scan-national.js';
import { decodeUtf8, parseJson } from '../../../src/claim/formats/plain.js';
import { isFields, WrongStructure } from '../../../src/claim/formats/structure.js';
import { NoteTaker } from '../../../src/claim/notes.js';
import type { RawClaim, RawLine } from '../../../src/claim/raw-claim.js';
import { newColumns, testSettings } from '../settings.js';

export type Outcome = 'same' | 'declined' | 'declined, unreadable';

/**
 * Reads a body both ways, `claim` and reply, and fails where they differ. Bodies that are no UTF-8 never reach a
 * scanner and count as declined.
 */
export function compareScan(bytes: Uint8Array): Outcome {
  const body = Buffer.from(bytes);
  const plain = readPlain(body);
  const scanned = isUtf8(body) ? scanNational(body, testSettings.dictionaries, newColumns()) : null;
  if (scanned === null) return plain === null ? 'declined, unreadable' : 'declined';
  if (plain === null) throw new Error('the scanner accepts what the plain reader refuses');
  const message = scanned.message as NationalMessage;
  mustEqual(scanned.raw.lines, []);
  mustEqual([headOf(scanned.raw), visitOf(message)], [headOf(plain.claim), visitOf(plain)]);
  mustEqual(linesOf(scanned, body), plain.claim.lines.map(comparable));
  return 'same';
}

/** `expect` takes its time even where all is well. */
function mustEqual(actual: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(actual, expected)) expect(actual).toStrictEqual(expected);
}

function readPlain(body: Buffer): NationalMessage | null {
  const decoded = decodeUtf8(body);
  const parsed = decoded.ok ? parseJson(decoded.value.text) : null;
  if (parsed === null || !parsed.ok || !isFields(parsed.value)) return null;
  try {
    return readNational(parsed.value, testSettings.dictionaries);
  } catch (error) {
    if (error instanceof WrongStructure) return null;
    throw error;
  }
}

/** A raw claim without what a scanner puts elsewhere; what is in a list or an object is no fact. */
function headOf({ lines: _, vocabulary, notes, ...head }: RawClaim): object {
  const { institution, patient, encounter, diagnoses, procedures, ...claim } = head;
  return {
    parts: [claim, institution, patient, encounter, ...diagnoses, ...procedures].map(scalars),
    counts: [diagnoses.length, procedures.length],
    // Functions of one dictionary are the same ones.
    vocabulary,
    notes: notes.notes.map((note) => JSON.stringify(note)).sort(),
  };
}

function scalars(facts: object): object {
  const entries = Object.entries(facts).map(([field, value]) => [
    field,
    typeof value === 'object' && value !== null ? 'no scalar' : value,
  ]);
  return Object.fromEntries(entries);
}

/** What the answer repeats, and whose the encounters are. */
function visitOf(message: NationalMessage): object {
  const { encounters, main } = message.visit;
  return {
    reply: { ...replyTo(message, () => undefined), line: null },
    main: encounters.indexOf(main),
    encounters: encounters.map(({ id, current, diagnoses, operations }) => ({
      ...{ id, current },
      counts: [diagnoses.length, operations.length],
    })),
  };
}

function linesOf(scanned: ScannedClaim, body: Buffer): readonly object[] {
  return Array.from({ length: scanned.lines.count }, (_, row) => {
    const values = lineSpanFields.map((field, i) => [field, valueAt(scanned, body, row, i)]);
    return comparable({
      ...(Object.fromEntries(values) as unknown as RawLine),
      traceCodes: scanned.traceCodes.get(row) ?? [],
      encounter: scanned.encounters?.[row] ?? 0,
    });
  });
}

function valueAt({ lines }: ScannedClaim, body: Buffer, row: number, field: number): unknown {
  const cell = row * lines.fields + field;
  const meta = lines.metas[cell] as number;
  return spanValue(body, lines.starts[cell] as number, meta >>> kindBits, meta & kindMask);
}

/** What is no scalar is malformed whatever it is; a department is trimmed by one reader before, by the other later. */
function comparable(line: RawLine): object {
  const notes = new NoteTaker();
  const department = new FactReader(notes).text('lines.department', line.department);
  const { traceCodes, ...facts } = line;
  return { ...scalars(facts), traceCodes, department, departmentNotes: notes.notes };
}
