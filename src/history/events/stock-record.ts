/**
 * An institution's balance of an item, and its movements by their ids (which a deletion names). What is undone never
 * was: it leaves the stretch between two counts in which it stood, and a later count stands as counted.
 */
import type { EpochMs } from '../../base/calendar.js';
import { key16, type State, type StateReader, touchedOf } from '../state.js';
import { packRecord, unpackRecord } from './packed-record.js';

/** From one count to the next. */
interface Stretch {
  /** Stream sequence of the message that counted, never behind the stream's end; 0 where none has. */
  readonly from: number;
  /** Records of that count: one message may count an item by production batch, and they add up. */
  readonly counts: number;
  readonly counted: number;
  /** Sum of the movements since. */
  readonly moved: number;
}

/** What a movement changes: counting, or moving since a count. Quantities in ten-thousandths. */
export interface StockChange {
  readonly seq: number;
  readonly isCount: boolean;
  readonly quantityE4: number;
}

/** Older counts are history that nobody can undo any more; without a bound a shop that counts daily would grow. */
const keptStretches = 16;

const keyOf = (institution: string, itemCode: string) => key16(institution, itemCode);

/** Whose balance of what: the key is a hash, and an export has to tell. */
export interface StockName {
  readonly institution: string;
  readonly itemCode: string;
}

interface Balance {
  /** Stock records that stand, counts and movements; sales are none. Without any, no stock is kept of the item. */
  readonly records: number;
  readonly stretches: readonly Stretch[];
}

/** Ten-thousandths of a unit; null where the institution has sent no stock of the item. */
export function stockBalance(institution: string, itemCode: string, state: StateReader): number | null {
  const bytes = state.get('stock', keyOf(institution, itemCode));
  return bytes === undefined ? null : readBalance(bytes);
}

export function readBalance(bytes: Uint8Array): number {
  const last = unpackBalance(bytes).stretches.at(-1);
  return last === undefined ? 0 : last.counted + last.moved;
}

/** What a record of the table is the balance of; null: it holds movements. */
export function balanceName(bytes: Uint8Array): StockName | null {
  const [institution, itemCode] = unpackRecord(bytes) as [string, unknown];
  return typeof itemCode === 'string' ? { institution, itemCode } : null;
}

/** The record with what is behind `committed` at `committed`, touched when it was; null where nothing is. */
export function balanceBefore(bytes: Uint8Array, committed: number): Uint8Array | null {
  const { records, stretches } = unpackBalance(bytes);
  if (!stretches.some(({ from }) => from > committed)) return null;
  const moved = stretches.map((stretch) => ({ ...stretch, from: Math.min(stretch.from, committed) }));
  return packBalance(balanceName(bytes) as StockName, { records, stretches: moved }, touchedOf(bytes));
}

function unpackBalance(bytes: Uint8Array): Balance {
  const [, , records, rows] = unpackRecord(bytes) as [
    string,
    string,
    number,
    [number, number, number, number][],
  ];
  const stretches = rows.map(([from, counts, counted, moved]) => ({ from, counts, counted, moved }));
  return { records, stretches };
}

/** Applies a stock record (`sign` 1) or undoes it (-1). */
export function changeStock(
  institution: string,
  itemCode: string,
  change: StockChange,
  sign: 1 | -1,
  streamMs: EpochMs,
  state: State,
): void {
  const bytes = state.get('stock', keyOf(institution, itemCode));
  const { records, stretches } = bytes === undefined ? { records: 0, stretches: [] } : unpackBalance(bytes);
  const quantityE4 = sign * change.quantityE4;
  const changed = change.isCount
    ? recount(stretches, { ...change, quantityE4 }, sign)
    : move(stretches, change.seq, quantityE4);
  put({ institution, itemCode }, { records: records + sign, stretches: changed }, streamMs, state);
}

/** What sales and returns move, where stock is kept of the item. `seq`: the sale's. */
export function sellStock(
  institution: string,
  itemCode: string,
  sold: { readonly seq: number; readonly quantityE4: number },
  streamMs: EpochMs,
  state: State,
): void {
  const bytes = state.get('stock', keyOf(institution, itemCode));
  if (bytes === undefined) return;
  const { records, stretches } = unpackBalance(bytes);
  const moved = move(stretches, sold.seq, -sold.quantityE4);
  put({ institution, itemCode }, { records, stretches: moved }, streamMs, state);
}

/** Whether stock is kept of an item: only then do sales move it. */
export function isStocked(institution: string, itemCode: string, state: StateReader): boolean {
  return state.get('stock', keyOf(institution, itemCode)) !== undefined;
}

function put(name: StockName, balance: Balance, streamMs: EpochMs, state: State): void {
  const key = keyOf(name.institution, name.itemCode);
  if (balance.records <= 0) state.remove('stock', key);
  else state.put('stock', key, packBalance(name, balance, streamMs));
}

function packBalance(
  { institution, itemCode }: StockName,
  { records, stretches }: Balance,
  streamMs: EpochMs,
): Uint8Array {
  const kept = stretches.slice(-keptStretches);
  const rows = kept.map(({ from, counts, counted, moved }) => [from, counts, counted, moved]);
  return packRecord(streamMs, [institution, itemCode, records, rows]);
}

/** The stretch in which a message of this sequence moves stock; -1: it is too long ago to be known. */
function placeOf(stretches: readonly Stretch[], seq: number): number {
  return stretches.findLastIndex(({ from }) => from <= seq);
}

function move(stretches: readonly Stretch[], seq: number, quantityE4: number): readonly Stretch[] {
  if (stretches.length === 0) return [{ from: 0, counts: 0, counted: 0, moved: quantityE4 }];
  const place = placeOf(stretches, seq);
  return stretches.map((stretch, i) =>
    i === place ? { ...stretch, moved: stretch.moved + quantityE4 } : stretch,
  );
}

/** `change`: its quantity already signed. */
function recount(stretches: readonly Stretch[], change: StockChange, sign: 1 | -1): readonly Stretch[] {
  // Of an earlier stream several may have one place: the last is the likeliest to be undone.
  const place = stretches.findLastIndex(({ from, counts }) => from === change.seq && counts > 0);
  const before = stretches[place];
  if (before === undefined) {
    if (sign < 0) return stretches;
    return [...stretches, { from: change.seq, counts: 1, counted: change.quantityE4, moved: 0 }];
  }
  const counts = before.counts + sign;
  if (counts > 0)
    return stretches.with(place, { ...before, counts, counted: before.counted + change.quantityE4 });
  // Nothing is left of the count: what has moved since belongs to the stretch before it.
  return before.moved === 0
    ? stretches.toSpliced(place, 1)
    : move(stretches.toSpliced(place, 1), change.seq, before.moved);
}
