/** What could not be decided in a claim: one entry per rule, cause and set of facts, lines united. */
import type { NotEvaluated } from '../../decision/decision.js';
import type { ArtifactSource } from '../compile/artifact.js';
import type { ClaimView } from './claim-view.js';
import type { CompiledRule, RuleMatcher } from './rule-matcher.js';

interface Gap {
  readonly position: number;
  readonly cause: NotEvaluated['cause'];
  readonly facts: readonly string[];
  readonly lines: Set<number>;
}

/** The gaps that one set of a rule's sources leads to. */
interface Reason {
  readonly position: number;
  readonly mask: number;
  readonly gaps: readonly Gap[];
}

const causes: readonly NotEvaluated['cause'][] = ['fact', 'list', 'history', 'budget'];
const noLines: readonly number[] = [];

export class CoverageGaps {
  readonly #matcher: RuleMatcher;
  readonly #view: ClaimView;
  readonly #known: number;
  readonly #gaps: Gap[] = [];
  /** A rule mostly lacks the same facts on all of its lines, and lines come rule by rule. */
  #last: Reason | null = null;

  constructor(matcher: RuleMatcher, view: ClaimView, known: number) {
    this.#matcher = matcher;
    this.#view = view;
    this.#known = known;
  }

  overBudget({ position }: CompiledRule): void {
    this.#gap(position, 'budget', []);
  }

  undecided(compiled: CompiledRule, anchor: number, mask: number): void {
    const { position } = compiled;
    const isSame = this.#last !== null && this.#last.position === position && this.#last.mask === mask;
    const reason = isSame ? (this.#last as Reason) : this.#reason(compiled, mask);
    this.#last = reason;
    for (const { lines } of reason.gaps) this.#addLines(lines, compiled.rule.index.by, anchor);
  }

  withoutPrescription({ position }: CompiledRule, lines: Iterable<number>): void {
    const gap = this.#gap(position, 'fact', ['line.prescriptionId']);
    for (const line of lines) gap.lines.add(line);
  }

  /** By rule, cause, facts; lines in the order of the claim. */
  sorted(): readonly NotEvaluated[] {
    return this.#gaps.sort(compareGaps).map(({ position, cause, facts, lines }) => ({
      rule: this.#matcher.artifact.rules[position]?.id ?? '',
      cause,
      facts,
      lines: [...lines].sort((a, b) => a - b).map((line) => this.#view.lineId(line)),
    }));
  }

  #reason({ position, rule }: CompiledRule, mask: number): Reason {
    const sources = this.#contributing(rule.sources.filter((_, bit) => (mask & (1 << bit)) !== 0));
    const gaps = causes.flatMap((cause) => {
      const facts = sources.filter((s) => s.cause === cause).map((s) => s.fact);
      return facts.length === 0 ? [] : [this.#gap(position, cause, facts.toSorted())];
    });
    return { position, mask, gaps };
  }

  /**
   * A function names all facts it reads; those that the claim knows everywhere cannot have been the reason.
   */
  #contributing(sources: readonly ArtifactSource[]): readonly ArtifactSource[] {
    const unknown = sources.filter((s) => !this.#isKnown(s.fact));
    return unknown.length === 0 ? sources : unknown;
  }

  #isKnown(fact: string): boolean {
    const bit = this.#matcher.artifact.knownFacts.indexOf(fact);
    return bit >= 0 && (this.#known & (1 << bit)) !== 0;
  }

  #addLines(lines: Set<number>, by: string, anchor: number): void {
    if (by === 'claim') return;
    const members = by === 'prescription' ? this.#view.prescriptionLines(anchor) : noLines;
    if (by !== 'prescription') lines.add(anchor);
    for (const line of members) lines.add(line);
  }

  #gap(position: number, cause: NotEvaluated['cause'], facts: readonly string[]): Gap {
    const isSame = (gap: Gap) =>
      gap.position === position && gap.cause === cause && gap.facts.join() === facts.join();
    const known = this.#gaps.find(isSame);
    if (known !== undefined) return known;
    const gap: Gap = { position, cause, facts, lines: new Set() };
    this.#gaps.push(gap);
    return gap;
  }
}

function compareGaps(a: Gap, b: Gap): number {
  const [x, y] = [a.facts.join(), b.facts.join()];
  return (
    a.position - b.position ||
    causes.indexOf(a.cause) - causes.indexOf(b.cause) ||
    (x < y ? -1 : x > y ? 1 : 0)
  );
}
