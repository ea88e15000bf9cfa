/**
 * Charged lines of one item and price, and which of them a refund takes from next: of the same payer first, then those
 * not later than the refund, then the latest. Many refunds of many lines cost little more than their sorting.
 */
import type { Line } from './claim.js';

export interface Target {
  readonly line: Pick<Line, 'at' | 'selfPaid'>;
  /** What refunds have left; null where unknown. It never grows. */
  readonly quantity: number | null;
  readonly refundedWholly: boolean;
}

/** Whether there is nothing left to take; it stays so. */
export function isUsedUp({ refundedWholly, quantity }: Target): boolean {
  return refundedWholly || quantity === 0;
}

export class Targets<T extends Target> {
  readonly #all: T[] = [];
  #queues: { readonly selfPaid: Queue<T>; readonly insured: Queue<T> } | null = null;

  constructor(first: T) {
    this.#all.push(first);
  }

  /** In the order of the lines; before any is asked for. */
  add(target: T): void {
    this.#all.push(target);
  }

  /** Null where none has anything left. */
  next(refund: Target['line']): T | null {
    this.#queues ??= {
      selfPaid: new Queue(this.#all.filter(({ line }) => line.selfPaid)),
      insured: new Queue(this.#all.filter(({ line }) => !line.selfPaid)),
    };
    const { selfPaid, insured } = this.#queues;
    const [own, other] = refund.selfPaid ? [selfPaid, insured] : [insured, selfPaid];
    return own.next(refund.at) ?? other.next(refund.at);
  }
}

/** Of one payer, by time; of the same time the last one sent comes last. */
class Queue<T extends Target> {
  readonly #targets: readonly T[];
  /** Counted from 1: the last place up to this one that may have something left; 0: none. */
  readonly #left: Int32Array;

  constructor(targets: T[]) {
    this.#targets = targets.sort((a, b) => compareTimes(timeOf(a), timeOf(b)));
    this.#left = Int32Array.from({ length: targets.length + 1 }, (_, place) => place);
  }

  next(at: number | null): T | null {
    const end = this.#targets.length;
    return this.#last(at === null ? end : this.#countUntil(at)) ?? this.#last(end);
  }

  /** The last of the first `count` that has anything left. */
  #last(count: number): T | null {
    const [left, targets] = [this.#left, this.#targets];
    let place = count;
    while (place > 0) {
      const known = left[place] as number;
      if (known === place && !isUsedUp(targets[place - 1] as T)) break;
      place = known < place ? known : place - 1;
    }
    // The next one who asks from anywhere on this way comes here at once.
    for (let at = count; at > place; ) {
      const known = left[at] as number;
      left[at] = place;
      at = known < at ? known : at - 1;
    }
    return place === 0 ? null : (targets[place - 1] as T);
  }

  /** How many are not later. */
  #countUntil(at: number): number {
    let [low, high] = [0, this.#targets.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (timeOf(this.#targets[middle] as T) <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A line without a time counts as earlier than any. */
function timeOf({ line }: Target): number {
  return line.at ?? Number.NEGATIVE_INFINITY;
}

function compareTimes(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
