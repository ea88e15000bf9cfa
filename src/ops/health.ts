/** Whether the service takes requests, and if not, why. Ready means: no reason left. */

/** A closed set: each is a label value and appears in the answer of /readyz. */
export const unreadyReasons = [
  'starting',
  'workers',
  'broker',
  /** The streams are not there, or not as they must be. */
  'streams',
  /** The state belongs to another stream than the broker has. */
  'stream-behind-state',
  /** What was decided cannot be written. */
  'history',
  /** What is in force is not known: what was cannot be put back, or what lies at the broker is refused. */
  'release',
  /** Switches and snoozes that were in force cannot be put back. */
  'overlay',
  'stopping',
] as const;
export type UnreadyReason = (typeof unreadyReasons)[number];

export class Readiness {
  readonly #reasons = new Set<UnreadyReason>(['starting']);
  readonly #onChange: (reasons: readonly UnreadyReason[]) => void;
  #waiting: readonly { readonly reasons: readonly UnreadyReason[]; readonly resolve: () => void }[] = [];

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
    if (!this.#reasons.delete(reason)) return;
    this.#onChange(this.reasons);
    const done = this.#waiting.filter(({ reasons }) => this.#isWithout(reasons));
    this.#waiting = this.#waiting.filter((one) => !done.includes(one));
    for (const { resolve } of done) resolve();
  }

  /** Resolves as soon as none of these holds. */
  async without(reasons: readonly UnreadyReason[]): Promise<void> {
    if (this.#isWithout(reasons)) return;
    await new Promise<void>((resolve) => {
      this.#waiting = [...this.#waiting, { reasons, resolve }];
    });
  }

  #isWithout(reasons: readonly UnreadyReason[]): boolean {
    return !reasons.some((reason) => this.#reasons.has(reason));
  }
}
