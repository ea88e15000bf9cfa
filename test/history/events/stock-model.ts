/** The plain twin of stock: every record that stands, and the sum since the last count. */
import type { StockMovement } from '../../../src/claim/durable/durable-event.js';

interface Entry {
  readonly seq: number;
  readonly id: string | null;
  readonly type: StockMovement['type'];
  readonly item: string;
  readonly quantity: number;
}

export class StockModel {
  #entries: Entry[] = [];
  /** Deletions that wait for what they delete; a null type takes whatever comes first. */
  readonly #parked: { id: string; type: string | null }[] = [];
  readonly #deleted: { id: string; type: string }[] = [];

  apply(movements: readonly StockMovement[], seq: number): void {
    movements.forEach((movement, i) => {
      if (movement.type === 'delete') {
        this.#delete(movement);
        return;
      }
      // A count settles what stands before it in its message; counts of several batches are parts of one.
      const isSettled = movements.slice(i + 1).some(({ type, itemCode, batch }) => {
        const isSame = movement.batch === null || batch === null || batch === movement.batch;
        return type === 'count' && itemCode === movement.itemCode && isSame;
      });
      this.#add(isSettled && movement.quantityE4 !== null ? { ...movement, quantityE4: 0 } : movement, seq);
    });
  }

  /** The sequence of an item's last count (-1: none) and the sum since; null where no stock is kept of it. */
  since(item: string | null): { readonly seq: number; readonly balance: number } | null {
    const records = this.#entries.filter((entry) => entry.item === item);
    if (records.length === 0) return null;
    const counts = records.filter(({ type }) => type === 'count');
    const last = Math.max(-1, ...counts.map(({ seq }) => seq));
    const counted = counts.filter(({ seq }) => seq === last);
    const moved = records.filter(({ type, seq }) => type !== 'count' && seq >= last);
    return { seq: last, balance: [...counted, ...moved].reduce((sum, { quantity }) => sum + quantity, 0) };
  }

  #add({ type, itemCode, quantityE4, id }: StockMovement, seq: number): void {
    if (itemCode === null || quantityE4 === null) return;
    const waits = (each: { id: string; type: string | null }) =>
      each.id === id && (each.type === null || each.type === type);
    const parked = this.#parked.findIndex(waits);
    if (parked < 0) {
      this.#entries.push({ seq, id, type, item: itemCode, quantity: quantityE4 });
      return;
    }
    this.#parked.splice(parked, 1);
    this.#deleted.push({ id: id as string, type });
  }

  #delete({ id, undoes }: StockMovement): void {
    if (id === null) return;
    const isMeant = (each: { id: string | null; type: string }) =>
      each.id === id && (undoes === null || undoes === each.type);
    const gone = this.#entries.filter(isMeant);
    const isParked = this.#parked.some((each) => each.id === id && each.type === undoes);
    if (gone.length === 0 && !this.#deleted.some(isMeant) && !isParked)
      this.#parked.push({ id, type: undoes });
    this.#entries = this.#entries.filter((entry) => !gone.includes(entry));
    for (const { type } of gone) this.#deleted.push({ id, type });
  }
}
