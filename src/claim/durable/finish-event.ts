/** Raw event to DurableEvent: the claim normalised, then the facts that only events have. */
import type { Claim, ClaimKind, DataQualityNote } from '../claim.js';
import { FactReader } from '../facts.js';
import { claimLimits, type FieldPath } from '../fields.js';
import { limitSize } from '../formats/structure.js';
import type { WireFormat } from '../formats/wire-format.js';
import { readItemCode, readTraceCodes } from '../lines.js';
import { normalise } from '../normalise.js';
import { NoteTaker } from '../notes.js';
import type { PatientKeyer } from '../patient-key.js';
import type { DurableEvent, LineTraces, StockMovement } from './durable-event.js';
import type { RawEvent, RawMovement, RawTraces } from './raw-event.js';

/**
 * What is wrong with facts stands in the claim's notes. Throws WrongStructure where a line has too many trace codes,
 * and for nothing else.
 */
export function finishEvent(raw: RawEvent, format: WireFormat, patientKey: PatientKeyer): DurableEvent {
  const claim = normalise(raw.claim, patientKey);
  const notes: DataQualityNote[] = [];
  const chargeBatches = raw.chargeBatches.map((value, i) =>
    readText(value, { as: 'lines.chargeBatch', line: claim.lines[i]?.id ?? null }, notes),
  );
  const recordIds =
    raw.recordIds === null
      ? ownRecords(claim)
      : raw.recordIds.map((value, i) =>
          readText(value, { as: 'lines.recordId', line: claim.lines[i]?.id ?? null }, notes),
        );
  const bills =
    raw.bills?.flatMap((value) => readText(value, { as: 'bills', line: null }, notes) ?? []) ?? [];
  // A settlement whose batches nobody can read still bills something.
  const billsAll = raw.bills === null || (raw.bills.length > 0 && bills.length === 0);
  const traces = readTraces(raw.traces, notes);
  const stock = raw.stock?.map((movement, i) => readMovement(movement, i, notes)) ?? null;
  return {
    claim: withOwnNotes(claim, notes),
    format,
    chargeBatches,
    recordIds,
    deletes: raw.deletes,
    bills: billsAll ? null : [...new Set(bills)],
    traces,
    stock,
  };
}

/** The ids of lines that have one of their sender's. */
export function ownRecords({ lines, notes }: Claim): readonly (string | null)[] {
  const madeUp = new Set(notes.filter(({ field }) => field === 'lines.id').map(({ line }) => line));
  return lines.map(({ id }) => (madeUp.has(id) ? null : id));
}

/** The claim with more notes, and without those that say nothing about an event of its kind. */
export function withOwnNotes(claim: Claim, more: readonly DataQualityNote[]): Claim {
  if (more.length === 0 && claim.notes.every((note) => concerns(note, claim.kind))) return claim;
  return { ...claim, notes: [...claim.notes.filter((note) => concerns(note, claim.kind)), ...more] };
}

/**
 * Whether a note says something about an event of this kind. Stock is nobody's; and a line that is charged after, or
 * taken back later than, its counterpart has none in its own message.
 */
function concerns({ field, problem }: DataQualityNote, kind: ClaimKind): boolean {
  if (kind === 'stock') return !/^(patient|encounter)\./.test(field);
  const apart = kind === 'fees' || kind === 'refund' || kind === 'return';
  return !(apart && problem === 'conflict' && /^lines\.(reverses|quantity|amount)$/.test(field));
}

interface Place {
  /** The name in notes: these facts have no row in the table of claim facts. */
  readonly as: string;
  readonly line: string | null;
}

/** A row of the field table with the same form as charge batches and stock ids: text of at most 50, not expected. */
const shortText = 'lines.prescriptionId' satisfies FieldPath;

function readText(value: unknown, { as, line }: Place, notes: DataQualityNote[]): string | null {
  const own = new NoteTaker();
  const text = new FactReader(own, line).text(shortText, value);
  notes.push(...own.notes.map((note) => ({ ...note, field: as })));
  return text;
}

function readTraces(raws: readonly RawTraces[], notes: DataQualityNote[]): readonly LineTraces[] {
  const own = new NoteTaker();
  const found = new Map<string, { line: string; codes: Set<string>; split: boolean }>();
  for (const raw of raws) {
    const line = new FactReader(own).text('lines.id', raw.line);
    const facts = new FactReader(own, line);
    const codes = readTraceCodes(raw.codes, facts);
    const split = facts.flag('lines.splitPack', raw.split) ?? false;
    if (line === null || codes.length === 0) continue;
    const key = `${split} ${line}`;
    const entry = found.get(key) ?? { line, codes: new Set<string>(), split };
    for (const code of codes) entry.codes.add(code);
    limitSize(entry.codes.size, claimLimits.traceCodesPerLine, 'traceCodes of a line');
    found.set(key, entry);
  }
  notes.push(...own.notes.map((note) => ({ ...note, field: note.field.replace('lines.', 'traces.') })));
  return [...found.values()].map(({ line, codes, split }) => ({ line, codes: [...codes], split }));
}

function readMovement(raw: RawMovement, position: number, notes: DataQualityNote[]): StockMovement {
  const own = new NoteTaker();
  const facts = new FactReader(own, `#${position + 1}`);
  const isDeletion = raw.type === 'delete';
  const quantity = isDeletion ? null : facts.decimal('lines.quantity', raw.quantity);
  const movement: StockMovement = {
    type: raw.type,
    itemCode: isDeletion && isAbsent(raw.itemCode) ? null : readItemCode(raw.itemCode, facts),
    quantityE4: quantity !== null && quantity > 0 && raw.outgoing ? -quantity : quantity,
    id: facts.text('lines.id', raw.id),
    batch: facts.text(shortText, raw.batch),
    undoes: raw.undoes,
  };
  notes.push(...own.notes.map((note) => ({ ...note, field: stockFields[note.field] ?? note.field })));
  return movement;
}

const isAbsent = (value: unknown) => value === undefined || value === null || value === '';

/** The rows that stock facts are read by, and their own names. */
const stockFields: Readonly<Record<string, string>> = {
  'lines.quantity': 'stock.quantity',
  'lines.itemCode': 'stock.itemCode',
  'lines.id': 'stock.id',
  [shortText]: 'stock.batch',
};
