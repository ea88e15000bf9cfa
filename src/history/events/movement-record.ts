/**
 * What an institution's stock records of one number moved or sold, so that a deletion (3507) finds what it undoes; or
 * the deletions that came before them.
 */
import type { EpochMs } from '../../base/calendar.js';
import type { StockMovementType, UndoneType } from '../../claim/durable/durable-event.js';
import { key16, type State, type StateReader, touchedOf } from '../state.js';
import { packRecord, unpackRecord } from './packed-record.js';

export type MovedType = Exclude<StockMovementType, 'delete'>;

export interface Movement {
  readonly type: MovedType;
  readonly itemCode: string;
  readonly quantityE4: number;
  readonly seq: number;
}

/** The lines of one claim that a record of sale told of. */
export interface SoldUnder {
  readonly claimId: string;
  readonly lines: readonly string[];
}

export interface MovementRecord {
  /** What stands, in the order it came. */
  readonly movements: readonly Movement[];
  /** The claims whose sale has a record of this number, in the order they came. */
  readonly sales: readonly SoldUnder[];
  /** Types that have been moved and undone: deleting them again finds nothing. */
  readonly undone: readonly UndoneType[];
  /** Deletions that wait for a movement: of a type, of whatever movement comes first for null. */
  readonly parked: readonly (UndoneType | null)[];
}

export const emptyMovements: MovementRecord = { movements: [], sales: [], undone: [], parked: [] };

/** Numbers are unique among the sales of a shop, or nearly so; where one is not, the record must not grow with it. */
const keptSales = 16;

// Two parts name an item's balance, three a movement, so that no id is taken for an item.
const keyOf = (institution: string, id: string) => key16(institution, '', id);

type Packed = [
  institution: string,
  movements: [MovedType, string, number, number][],
  undone: UndoneType[],
  parked: (UndoneType | null)[],
  sales: [string, string[]][],
];

export function readMovements(institution: string, id: string, state: StateReader): MovementRecord {
  const bytes = state.get('stock', keyOf(institution, id));
  return bytes === undefined ? emptyMovements : unpackMovements(bytes);
}

/** The record with what is behind `committed` at `committed`, touched when it was; null where nothing is. */
export function movementsBefore(bytes: Uint8Array, committed: number): Uint8Array | null {
  const record = unpackMovements(bytes);
  if (!record.movements.some(({ seq }) => seq > committed)) return null;
  const movements = record.movements.map((one) => ({ ...one, seq: Math.min(one.seq, committed) }));
  const [institution] = unpackRecord(bytes) as Packed;
  return packMovements(institution, { ...record, movements }, touchedOf(bytes));
}

function unpackMovements(bytes: Uint8Array): MovementRecord {
  const [, rows, undone, parked, sold] = unpackRecord(bytes) as Packed;
  const movements = rows.map(([type, itemCode, quantityE4, seq]) => ({ type, itemCode, quantityE4, seq }));
  const sales = sold.map(([claimId, lines]) => ({ claimId, lines }));
  return { movements, sales, undone, parked };
}

export function writeMovements(
  institution: string,
  id: string,
  record: MovementRecord,
  streamMs: EpochMs,
  state: State,
): void {
  state.put('stock', keyOf(institution, id), packMovements(institution, record, streamMs));
}

function packMovements(institution: string, record: MovementRecord, streamMs: EpochMs): Uint8Array {
  const rows = record.movements.map(({ type, itemCode, quantityE4, seq }) => [
    type,
    itemCode,
    quantityE4,
    seq,
  ]);
  const sales = record.sales.slice(-keptSales).map(({ claimId, lines }) => [claimId, lines]);
  const [undone, parked] = [[...record.undone].sort(), [...record.parked].sort()];
  return packRecord(streamMs, [institution, rows, undone, parked, sales]);
}
