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

const causes: readonly NotEvaluated['cause'][] = ['fact', 'list', 'history', 'budget'];

export class CoverageGaps {
  readonly #matcher: RuleMatcher;
  readonly #view: ClaimView;
  readonly #knownFacts: ReadonlySet<string>;
  readonly #gaps = new Map<string, Gap>();

  constructor(matcher: RuleMatcher, view: ClaimView, known: number) {
    this.#matcher = matcher;
    this.#view = view;
    this.#knownFacts = new Set(matcher.artifact.knownFacts.filter((_, bit) => (known & (1 << bit)) !== 0));
  }

  overBudget({ position }: CompiledRule): void {
    this.#add(position, 'budget', [], []);
  }

  undecided({ position, rule }: CompiledRule, anchor: number, mask: number): void {
    const sources = this.#contributing(rule.sources.filter((_, bit) => (mask & (1 << bit)) !== 0));
    const lines = this.#linesOf(rule.index.by, anchor);
    for (const cause of causes) {
      const facts = sources.filter((s) => s.cause === cause).map((s) => s.fact);
      if (facts.length > 0) this.#add(position, cause, facts.toSorted(), lines);
    }
  }

  withoutPrescription({ position }: CompiledRule, lines: Iterable<number>): void {
    this.#add(position, 'fact', ['line.prescriptionId'], lines);
  }

  /** By rule, cause, facts; lines in the order of the claim. */
  sorted(): readonly NotEvaluated[] {
    return [...this.#gaps.values()].sort(compareGaps).map(({ position, cause, facts, lines }) => ({
      rule: this.#matcher.artifact.rules[position]?.id ?? '',
      cause,
      facts,
      lines: [...lines].sort((a, b) => a - b).map((i) => this.#view.lines[i]?.id ?? ''),
    }));
  }

  /**
   * A function names all facts it reads; those that the claim knows everywhere cannot have been the reason.
   */
  #contributing(sources: readonly ArtifactSource[]): readonly ArtifactSource[] {
    const unknown = sources.filter((s) => !this.#knownFacts.has(s.fact));
    return unknown.length === 0 ? sources : unknown;
  }

  #linesOf(by: string, anchor: number): readonly number[] {
    if (by === 'claim') return [];
    return by === 'prescription' ? (this.#view.prescriptions[anchor]?.lines ?? []) : [anchor];
  }

  #add(
    position: number,
    cause: NotEvaluated['cause'],
    facts: readonly string[],
    lines: Iterable<number>,
  ): void {
    const key = JSON.stringify([position, cause, facts]);
    const gap = this.#gaps.get(key) ?? { position, cause, facts, lines: new Set<number>() };
    for (const line of lines) gap.lines.add(line);
    this.#gaps.set(key, gap);
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
