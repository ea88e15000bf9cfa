/** Fee lines: facts read, ids made unique, signs settled, refunds netted. */
import { amountOf } from '../base/money.js';
import type { Line, LineKind } from './claim.js';
import { kindOfItemCode, readNationalItemCode } from './codes.js';
import { FactReader } from './facts.js';
import { netLines } from './netting.js';
import { NoteTaker } from './notes.js';
import type { RawLine, Vocabulary } from './raw-claim.js';
import { isPackCode } from './trace-code.js';

/** A line while its claim is being read; after netting nobody changes it. */
type ReadLine = { -readonly [Fact in keyof Line]: Line[Fact] };

/** All lines in the order sent. Total: whatever the facts are, there is a line for each raw one. */
export function readLines(
  raws: readonly RawLine[],
  vocabulary: Vocabulary,
  notes: NoteTaker,
): readonly Line[] {
  const silent = new FactReader(new NoteTaker());
  const ids = uniqueIds(
    raws.map((raw) => silent.text('lines.id', raw.id)),
    (position) => raws[position]?.id,
    notes,
  );
  const lines = raws.map((raw, position) => {
    const id = ids[position] as string;
    return readLine(id, raw, vocabulary, new FactReader(notes, id));
  });
  const origins = raws.map((raw, position) => ({
    encounter: raw.encounter,
    // A hospital's own code is unknown to rules, but still says which line a refund is of.
    item: lines[position]?.itemCode ?? silent.text('lines.itemCode', raw.itemCode),
  }));
  netLines(lines, origins, notes);
  return lines;
}

/**
 * A missing id becomes `#<position>`, a repeated one `<id>#2`, `<id>#3` …; it depends on the lines alone. `sent`: the
 * ids as facts; `rawId` answers what a line's fact was read from.
 */
export function uniqueIds(
  sent: readonly (string | null)[],
  rawId: (position: number) => unknown,
  notes: NoteTaker,
): readonly string[] {
  const taken = new Set(sent);
  const uses = new Map<string, number>();
  return sent.map((id, position) => {
    const use = (uses.get(id ?? '') ?? 0) + 1;
    uses.set(id ?? '', use);
    if (id !== null && use === 1) return id;
    const made = id === null ? free(`#${position + 1}`, 1, taken) : free(id, use, taken);
    const facts = new FactReader(notes, made);
    if (id === null) facts.text('lines.id', rawId(position));
    else facts.note('lines.id', 'conflict');
    return made;
  });
}

/**
 * The first of `base`, `base#2`, `base#3` …, from the given number on, that no line has; it is then taken.
 */
function free(base: string, from: number, taken: Set<string | null>): string {
  for (let number = from; ; number++) {
    const id = number === 1 ? base : `${base}#${number}`;
    if (taken.has(id)) continue;
    taken.add(id);
    return id;
  }
}

function readLine(id: string, raw: RawLine, vocabulary: Vocabulary, facts: FactReader): ReadLine {
  const itemCode = readItemCode(raw.itemCode, facts);
  const reverses = facts.text('lines.reverses', raw.reverses);
  const money = readMoney(raw, reverses !== null, facts);
  const from = facts.instant('lines.at', raw.at);
  const named = facts.word<LineKind>('lines.kind', raw.kind, vocabulary.lineKind);
  return {
    id,
    itemCode,
    itemName: facts.label('lines.itemName', raw.itemName),
    kind: named ?? (itemCode === null ? null : kindOfItemCode(itemCode)),
    ...money,
    at: from.at,
    atTimed: from.timed,
    until: readUntil(raw.until, from.at, facts),
    department: facts.text('lines.department', raw.department),
    practitioner: facts.text('lines.practitioner', raw.practitioner),
    prescriptionId: facts.text('lines.prescriptionId', raw.prescriptionId),
    // A line of which nobody says whether it is being ordered now is judged as one that is.
    current: facts.flag('lines.current', raw.current) ?? true,
    selfPaid: facts.flag('lines.selfPaid', raw.selfPaid) ?? false,
    days: facts.integer('lines.days', raw.days),
    traceCodes: readTraceCodes(raw.traceCodes, facts),
    splitPack: facts.flag('lines.splitPack', raw.splitPack) ?? false,
    reverses,
    netQuantityE4: null,
    netAmountFen: null,
    payable: false,
  };
}

/**
 * A code of no national shape is unknown, with a note: kept as a code that no table has, it would pass every
 * rule although nobody knows what the item is.
 */
export function readItemCode(value: unknown, facts: FactReader): string | null {
  const sent = facts.text('lines.itemCode', value);
  if (sent === null) return null;
  const code = readNationalItemCode(sent);
  if (code === null) facts.note('lines.itemCode', 'unknown-code');
  else if (code !== sent) facts.note('lines.itemCode', 'repaired');
  return code;
}

type Money = Pick<ReadLine, 'quantityE4' | 'unitPriceE4Fen' | 'listPriceE4Fen' | 'amountFen' | 'refund'>;

function readMoney(raw: RawLine, reverses: boolean, facts: FactReader): Money {
  const quantity = facts.decimal('lines.quantity', raw.quantity);
  const unitPriceE4Fen = facts.decimal('lines.unitPrice', raw.unitPrice);
  const listed = facts.decimal('lines.listPrice', raw.listPrice);
  const amount = readAmount(raw.amount, quantity, unitPriceE4Fen, facts);
  const refund = reverses || (quantity ?? 0) < 0 || (amount ?? 0) < 0;
  return {
    quantityE4: refund ? negative('lines.quantity', quantity, facts) : quantity,
    unitPriceE4Fen,
    // Systems without a price list send zero; nothing is listed for nothing.
    listPriceE4Fen: listed === 0 ? null : listed,
    amountFen: refund ? negative('lines.amount', amount, facts) : amount,
    refund,
  };
}

/** The amount sent, else quantity times price with a note. */
export function readAmount(
  value: unknown,
  quantityE4: number | null,
  unitPriceE4Fen: number | null,
  facts: FactReader,
): number | null {
  const amount = facts.decimal('lines.amount', value);
  if (amount !== null || quantityE4 === null || unitPriceE4Fen === null) return amount;
  const derived = facts.decimal('lines.amount', formatAmount(quantityE4, unitPriceE4Fen));
  if (derived !== null) facts.note('lines.amount', 'repaired');
  return derived;
}

/** Back through text, so that a derived amount stands under the same bounds as one that was sent. */
function formatAmount(quantityE4: number, unitPriceE4Fen: number): string | null {
  const fen = amountOf(quantityE4, unitPriceE4Fen);
  return fen === null ? null : `${fen}e-2`;
}

/** Some systems mark a refund by one sign or by the original's id alone. */
export function negative(
  field: 'lines.quantity' | 'lines.amount',
  value: number | null,
  facts: FactReader,
): number | null {
  if (value === null || value <= 0) return value;
  facts.note(field, 'repaired');
  return -value;
}

function readUntil(value: unknown, from: number | null, facts: FactReader): number | null {
  return notBefore(facts.instant('lines.until', value).at, from, facts);
}

/** An end before the beginning is unknown. */
export function notBefore(until: number | null, from: number | null, facts: FactReader): number | null {
  if (until === null || from === null || until >= from) return until;
  facts.note('lines.until', 'conflict');
  return null;
}

export function readTraceCodes(values: readonly unknown[], facts: FactReader): readonly string[] {
  const codes = values.flatMap((value) => facts.text('lines.traceCodes', value) ?? []);
  // Kept as it came: who counts packs by it knows what to make of it.
  if (!codes.every(isPackCode)) facts.note('lines.traceCodes', 'placeholder');
  return codes;
}
