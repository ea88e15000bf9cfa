/**
 * A claim as conditions read it: payable lines by number, lines by item code, lines by prescription. Made
 * once per claim; elements are integers everywhere in generated code.
 */
import type { EpochMs } from '../../base/calendar.js';
import type { Claim, Line } from '../../claim/claim.js';
import { Unknown } from './unknown.js';

export interface ClaimView {
  readonly claim: Claim;
  /** Payable lines, in the order sent. Everything below counts positions in this list. */
  readonly lines: readonly Line[];
  readonly allLines: readonly number[];
  readonly allDiagnoses: readonly number[];
  readonly allProcedures: readonly number[];
  /** Groups of lines with equal prescription id, in the order of their first lines. */
  readonly allPrescriptions: readonly number[];
  /**
   * What lines without a prescription id could be: each a prescription of its own, or all of them one. Rules
   * are asked whether they could apply to them, never make findings of them.
   */
  readonly supposed: readonly number[];
  /** First the real groups, then the supposed ones. */
  readonly prescriptions: readonly Prescription[];
  /** Distinct known item codes, in the order of their first lines. */
  readonly codes: Iterable<string>;
  /** Lines whose item code is unknown. */
  readonly uncoded: readonly number[];
  linesOf(code: string): readonly number[];
  /**
   * Lines that can have one of these codes: those that have it, and those whose code is unknown; in order.
   */
  candidates(key: string | readonly string[] | Unknown): readonly number[];
}

export interface Prescription {
  readonly id: string;
  readonly lines: readonly number[];
  /** The earliest of its lines; null where a line's time is unknown. */
  readonly at: EpochMs | null;
}

const none: readonly number[] = [];

/** Item codes are found by a map. */
export function viewClaim(claim: Claim): ClaimView {
  return new IndexedView(claim);
}

/** The same view without any index: every question walks over all lines. For tests of the index. */
export function viewClaimByScan(claim: Claim): ClaimView {
  return new ScanningView(claim);
}

abstract class BaseView {
  readonly claim: Claim;
  readonly lines: readonly Line[];
  readonly allLines: readonly number[];
  readonly allDiagnoses: readonly number[];
  readonly allProcedures: readonly number[];
  readonly uncoded: readonly number[];
  #groups: Groups | null = null;

  constructor(claim: Claim) {
    this.claim = claim;
    this.lines = claim.lines.filter((line) => line.payable);
    this.allLines = this.lines.map((_, i) => i);
    this.allDiagnoses = claim.diagnoses.map((_, i) => i);
    this.allProcedures = claim.procedures.map((_, i) => i);
    this.uncoded = this.allLines.filter((i) => this.lines[i]?.itemCode === null);
  }

  abstract linesOf(code: string): readonly number[];

  get prescriptions(): readonly Prescription[] {
    return this.#grouped().prescriptions;
  }

  get allPrescriptions(): readonly number[] {
    return this.#grouped().real;
  }

  get supposed(): readonly number[] {
    return this.#grouped().supposed;
  }

  candidates(key: string | readonly string[] | Unknown): readonly number[] {
    if (key instanceof Unknown) return this.allLines;
    if (typeof key === 'string' && this.uncoded.length === 0) return this.linesOf(key);
    const found = new Set(this.uncoded);
    for (const code of typeof key === 'string' ? [key] : key) {
      for (const line of this.linesOf(code)) found.add(line);
    }
    return [...found].sort((a, b) => a - b);
  }

  #grouped(): Groups {
    this.#groups ??= groupByPrescription(this.lines);
    return this.#groups;
  }
}

class IndexedView extends BaseView implements ClaimView {
  readonly #byCode = new Map<string, number[]>();

  constructor(claim: Claim) {
    super(claim);
    for (const i of this.allLines) {
      const code = this.lines[i]?.itemCode ?? null;
      if (code === null) continue;
      const known = this.#byCode.get(code);
      if (known === undefined) this.#byCode.set(code, [i]);
      else known.push(i);
    }
  }

  get codes(): Iterable<string> {
    return this.#byCode.keys();
  }

  linesOf(code: string): readonly number[] {
    return this.#byCode.get(code) ?? none;
  }
}

class ScanningView extends BaseView implements ClaimView {
  get codes(): Iterable<string> {
    return new Set(this.lines.flatMap((line) => line.itemCode ?? []));
  }

  linesOf(code: string): readonly number[] {
    return this.allLines.filter((i) => this.lines[i]?.itemCode === code);
  }

  override candidates(_key: string | readonly string[] | Unknown): readonly number[] {
    return this.allLines;
  }
}

interface Groups {
  readonly prescriptions: readonly Prescription[];
  readonly real: readonly number[];
  readonly supposed: readonly number[];
}

function groupByPrescription(lines: readonly Line[]): Groups {
  const groups = new Map<string, number[]>();
  const loose: number[] = [];
  for (const [i, { prescriptionId }] of lines.entries()) {
    if (prescriptionId === null) loose.push(i);
    else if (groups.has(prescriptionId)) groups.get(prescriptionId)?.push(i);
    else groups.set(prescriptionId, [i]);
  }
  const real = [...groups].map(([id, members]) => prescriptionOf(id, members, lines));
  const together = loose.length > 1 ? [loose] : [];
  const supposed = [...loose.map((i) => [i]), ...together].map((members) =>
    prescriptionOf('', members, lines),
  );
  return {
    prescriptions: [...real, ...supposed],
    real: real.map((_, i) => i),
    supposed: supposed.map((_, i) => real.length + i),
  };
}

function prescriptionOf(id: string, members: readonly number[], lines: readonly Line[]): Prescription {
  let at: EpochMs | null = Number.POSITIVE_INFINITY;
  for (const i of members) {
    const time: EpochMs | null = lines[i]?.at ?? null;
    at = at === null || time === null ? null : Math.min(at, time);
  }
  return { id, lines: members, at };
}
