/** What both halves of the checker say and see. */
import type { Entry } from './streams.js';

/** The rule that was broken, and where. */
export interface Disagreement {
  readonly rule: string;
  readonly detail: string;
}

/** First entry of each message, by its sequence in CLAIMS. */
export type First = ReadonlyMap<number, Entry>;

export function claimSequence(entry: Entry): number {
  return Number(entry.headers.get('Claimgate-Sequence') ?? 'NaN');
}

export function firstEntries(decisions: readonly Entry[]): First {
  const first = new Map<number, Entry>();
  for (const entry of decisions) {
    const sequence = claimSequence(entry);
    if (!first.has(sequence)) first.set(sequence, entry);
  }
  return first;
}

export function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
