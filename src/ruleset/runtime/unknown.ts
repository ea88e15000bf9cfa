/**
 * The third truth value. An Unknown carries a bit for each source (fact, column, history) whose absence it
 * comes from; the bits are numbered per rule. Everything here is called by generated code.
 */
export class Unknown {
  readonly mask: number;

  constructor(mask: number) {
    this.mask = mask;
  }
}

export type Truth = boolean | Unknown;

/** The union of those of two values that are unknown; at least one is. */
export function both(a: unknown, b: unknown): Unknown {
  if (!(a instanceof Unknown)) return b as Unknown;
  if (!(b instanceof Unknown) || (a.mask | b.mask) === a.mask) return a;
  return new Unknown(a.mask | b.mask);
}

/** `a && b` where a is not false: false wins over unknown, unknown over true. */
export function and(a: Truth, b: Truth): Truth {
  if (a === true || b === false) return b;
  return b === true ? a : both(a, b);
}

/** `a || b` where a is not true. */
export function or(a: Truth, b: Truth): Truth {
  if (a === false || b === true) return b;
  return b === false ? a : both(a, b);
}
