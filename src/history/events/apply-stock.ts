/** Movements of an institution's stock, and their undoing by id. */
import type { DurableEvent, StockMovement, UndoneType } from '../../claim/durable/durable-event.js';
import type { Applied, Scope } from './applied.js';
import {
  type MovedType,
  type Movement,
  type MovementRecord,
  readMovements,
  writeMovements,
} from './movement-record.js';
import { byText } from './packed-record.js';
import { deleteSale } from './sold-numbers.js';
import { changeStock } from './stock-record.js';

export function applyStock({ stock }: DurableEvent, scope: Scope): Applied {
  let unknown = 0;
  const retracts: string[] = [];
  for (const movement of withoutSuperseded(stock ?? [])) {
    const isDone =
      movement.type === 'delete' ? undo(movement, retracts, scope) : move(movement, movement.type, scope);
    if (!isDone) unknown++;
  }
  const detail = unknown === 0 ? null : `${unknown} of the records say too little to be applied.`;
  return { note: 'stock', claimId: null, retracts: retracts.sort(byText), detail };
}

/**
 * Within one message a count settles what stands before it: those records are kept and move nothing. Counts of several
 * production batches are parts of one count.
 */
function withoutSuperseded(stock: readonly StockMovement[]): readonly StockMovement[] {
  const counted = new Map<string, Set<string | null>>();
  const backwards = stock.toReversed().map((movement): StockMovement => {
    const { type, itemCode, batch, quantityE4 } = movement;
    if (type === 'delete' || itemCode === null) return movement;
    const later = counted.get(itemCode) ?? new Set();
    const isSuperseded = later.has(null) || (batch === null ? later.size > 0 : later.has(batch));
    if (type === 'count') counted.set(itemCode, later.add(batch));
    return isSuperseded && quantityE4 !== null ? { ...movement, quantityE4: 0 } : movement;
  });
  return backwards.toReversed();
}

/** False where item or quantity is unknown: then the balance cannot follow. */
function move({ itemCode, quantityE4, id }: StockMovement, type: MovedType, scope: Scope): boolean {
  if (itemCode === null || quantityE4 === null) return false;
  const movement = { type, itemCode, quantityE4, seq: scope.seq };
  if (id === null) {
    change(movement, 1, scope);
    return true;
  }
  const record = readMovements(scope.institution, id, scope.state);
  const waiting = record.parked.findIndex((parked) => parked === null || parked === type);
  if (waiting >= 0) {
    const parked = record.parked.toSpliced(waiting, 1);
    write(id, { ...record, parked, undone: withType(record.undone, type) }, scope);
    return true;
  }
  write(id, { ...record, movements: [...record.movements, movement] }, scope);
  change(movement, 1, scope);
  return true;
}

/** False where the deletion has no id. Findings that fall with a sale are added to `retracts`. */
function undo({ id, undoes }: StockMovement, retracts: string[], scope: Scope): boolean {
  if (id === null) return false;
  const record = readMovements(scope.institution, id, scope.state);
  // Several sales of one number: which is meant nobody can say, and the last is the likeliest to be wrong.
  const sale = undoes === 'sale' ? record.sales.at(-1) : undefined;
  const gone = record.movements.filter(({ type }) => undoes === null || type === undoes);
  if (gone.length > 0 || sale !== undefined) {
    const movements = record.movements.filter((movement) => !gone.includes(movement));
    const sales = sale === undefined ? record.sales : record.sales.slice(0, -1);
    const types = sale === undefined ? gone.map(({ type }) => type) : (['sale'] as const);
    const undone = types.reduce<readonly UndoneType[]>(withType, record.undone);
    write(id, { ...record, movements, sales, undone }, scope);
    for (const movement of gone) change(movement, -1, scope);
    if (sale !== undefined) retracts.push(...deleteSale(sale, scope));
    return true;
  }
  const isAgain =
    undoes === null
      ? record.undone.some((type) => type !== 'sale')
      : record.undone.some((type) => type === undoes);
  const parked = isAgain || record.parked.includes(undoes) ? record.parked : [...record.parked, undoes];
  write(id, { ...record, parked }, scope);
  return true;
}

function withType(types: readonly UndoneType[], type: UndoneType): readonly UndoneType[] {
  return types.includes(type) ? types : [...types, type];
}

function write(id: string, record: MovementRecord, { institution, streamMs, state }: Scope): void {
  writeMovements(institution, id, record, streamMs, state);
}

function change({ type, itemCode, quantityE4, seq }: Movement, sign: 1 | -1, scope: Scope): void {
  const { institution, streamMs, state } = scope;
  const isCount = type === 'count';
  changeStock(institution, itemCode, { seq, isCount, quantityE4 }, sign, streamMs, state);
}
