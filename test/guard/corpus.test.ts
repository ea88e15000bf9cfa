/**
 * The policy guard against rules written from the facts of DOMAIN §6 alone: what imposes an unreasonable limit
 * does not compile, its lawful neighbour does.
 */
import { describe, expect, it } from 'vitest';
import {
  type Artifact,
  type Diagnostic,
  examineRuleset,
  readRulesFolder,
} from '../../src/ruleset/build-ruleset.js';
import { type GuardCase, loadCorpus } from './load-corpus.js';

const corpus = loadCorpus();
const effects = ['record', 'remind', 'justify', 'hold'];
/** Every check that a compiler can run on a rule's text; PG-16 is a gate of activation. */
const checks = Array.from({ length: 18 }, (_, i) => `PG-${String(i + 1).padStart(2, '0')}`).filter(
  (id) => id !== 'PG-16',
);

interface Grade {
  readonly severity: string;
  readonly effect: string;
}

/** What came of a rule: refused (null), or compiled as something. */
interface Outcome {
  readonly compiled: Grade | null;
  /** Checks named by diagnostics, errors and warnings alike. */
  readonly checks: readonly string[];
  /** Diagnostics that are no check's. */
  readonly mistakes: readonly string[];
}

function outcomeOf({ source }: GuardCase): Outcome {
  const { artifact, diagnostics } = examineRuleset(source);
  const mistakes = diagnostics.filter((d) => checksIn(d).length === 0);
  return {
    compiled: artifact === null ? null : gradeOf(artifact),
    checks: checksIn(diagnostics),
    mistakes: mistakes.map(textOf),
  };
}

function gradeOf({ rules }: Artifact): Grade {
  return { severity: rules[0]?.severity ?? '', effect: rules[0]?.effect ?? '' };
}

/** No case has such a word in its own text, so it comes from the guard. */
function checksIn(value: unknown): readonly string[] {
  return [...new Set(JSON.stringify(value).match(/PG-\d\d/g) ?? [])].toSorted();
}

function textOf({ code, message }: Diagnostic): string {
  return `${code} ${message}`;
}

/** What is wrong with an outcome, in words; null where it is as the case says. */
function complaint({ verdict, authored }: GuardCase, outcome: Outcome): string | null {
  const { compiled } = outcome;
  if (outcome.mistakes.length > 0) return `not guarded but mistaken: ${outcome.mistakes.join('; ')}`;
  const found = outcome.checks.join(', ') || 'no check';
  if (verdict.is === 'lawful') {
    if (compiled === null || outcome.checks.length > 0) return `lawful, but the guard says ${found}`;
    return isSame(compiled, authored) ? null : `lawful, but compiled as ${gradeText(compiled)}`;
  }
  const wanted = verdict.checks.join(' or ');
  const isNamed = verdict.checks.some((id) =>
    id === 'any' ? outcome.checks.length > 0 : outcome.checks.includes(id),
  );
  if (compiled === null) {
    if (verdict.is === 'downgraded' && !verdict.orForbidden)
      return `only to be lowered, but ${found} refuses`;
    return isNamed ? null : `refused by ${found} instead of ${wanted}`;
  }
  if (verdict.is !== 'linted') {
    const most = verdict.is === 'downgraded' ? verdict.to : verdict.orEffect;
    if (most === null) return `forbidden by ${wanted}, but it compiles (${found})`;
    const isWeak = effects.indexOf(compiled.effect) <= effects.indexOf(most);
    if (!isWeak || isSame(compiled, authored)) return `not lowered by ${wanted}: ${gradeText(compiled)}`;
  }
  return isNamed ? null : `compiled with ${found} instead of ${wanted}`;
}

function isSame(a: Grade, b: Grade): boolean {
  return a.severity === b.severity && a.effect === b.effect;
}

function gradeText({ severity, effect }: Grade): string {
  return `${severity} / ${effect}`;
}

describe('the guard', () => {
  it.each(corpus.map((one) => [one.name, one] as const))('%s', (_, one) => {
    expect(complaint(one, outcomeOf(one)), one.why).toBeNull();
  });

  it('leaves the shipped rules as they are', async () => {
    const source = await readRulesFolder(new URL('../../rules', import.meta.url).pathname);
    expect(source.ok).toBe(true);
    if (!source.ok) return;
    const { artifact, diagnostics } = examineRuleset(source.value);
    expect(diagnostics.map(textOf)).toEqual([]);
    const compiled = artifact?.rules.map((rule) => `${rule.id} ${rule.effect}`).toSorted();
    expect(compiled).toEqual(authoredEffects(source.value.files));
  });
});

function authoredEffects(files: ReadonlyMap<string, string>): readonly string[] {
  return [...files]
    .filter(([path]) => path.startsWith('packs/') && !path.endsWith('.examples.yaml'))
    .map(([, text]) => `${/^id: (\S+)/m.exec(text)?.[1]} ${/^effect: (\S+)/m.exec(text)?.[1]}`)
    .toSorted();
}

describe('the corpus', () => {
  it('has enough of both kinds', () => {
    const lawful = corpus.filter((one) => one.verdict.is === 'lawful').length;
    expect(lawful).toBeGreaterThanOrEqual(65);
    expect(corpus.length - lawful).toBeGreaterThanOrEqual(65);
  });

  it('names every case once and says why', () => {
    expect(new Set(corpus.map((one) => one.name)).size).toBe(corpus.length);
    expect(corpus.filter((one) => one.why === '').map((one) => one.name)).toEqual([]);
  });

  it('has three cases at least against every check', () => {
    const against = corpus.flatMap(({ verdict }) => (verdict.is === 'lawful' ? [] : verdict.checks));
    expect(checks.filter((id) => against.filter((check) => check === id).length < 3)).toEqual([]);
    expect([...new Set(against)].filter((id) => !checks.includes(id))).toEqual(['any']);
  });
});
