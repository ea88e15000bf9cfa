/** Whether the service takes requests, and if not, why. Ready means: no reason left. */

/** A closed set: each is a label value and appears in the answer of /readyz. */
export const unreadyReasons = ['starting', 'workers', 'broker', 'stopping'] as const;
export type UnreadyReason = (typeof unreadyReasons)[number];

export class Readiness {
  readonly #reasons = new Set<UnreadyReason>(['starting']);
  readonly #onChange: (reasons: readonly UnreadyReason[]) => void;

  /** `onChange` is told the remaining reasons whenever they change, and once at the beginning. */
  constructor(onChange: (reasons: readonly UnreadyReason[]) => void = () => {}) {
    this.#onChange = onChange;
    onChange(this.reasons);
  }

  get ready(): boolean {
    return this.#reasons.size === 0;
  }

  /** In the order of the table. */
  get reasons(): readonly UnreadyReason[] {
    return unreadyReasons.filter((reason) => this.#reasons.has(reason));
  }

  /** Not ready for this reason, until `clear`. */
  hold(reason: UnreadyReason): void {
    if (this.#reasons.has(reason)) return;
    this.#reasons.add(reason);
    this.#onChange(this.reasons);
  }

  clear(reason: UnreadyReason): void {
    if (this.#reasons.delete(reason)) this.#onChange(this.reasons);
  }
}
