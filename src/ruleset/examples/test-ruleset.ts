/** Runs the examples of a rules folder: each must hit, miss or stay undecided as its author says. */
import { assert } from '../../base/assert.js';
import { fail, ok, type Result } from '../../base/result.js';
import type { Claim } from '../../claim/claim.js';
import { columnsOf } from '../../claim/columns/fill-columns.js';
import { buildDictionaries, type Dictionaries } from '../../claim/dictionaries.js';
import { patientKeyer } from '../../claim/patient-key.js';
import { readClaim } from '../../claim/read-claim.js';
import type { Finding, NotEvaluated } from '../../decision/decision.js';
import type { HistorySource } from '../../history/patient-history.js';
import { examineRuleset } from '../build-ruleset.js';
import type { Artifact } from '../compile/artifact.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { ParsedExample } from '../parse/examples-text.js';
import type { RulesSource } from '../parse/parse-rules.js';
import { severities } from '../parse/rule-text.js';
import { instantiate } from '../runtime/instantiate.js';
import type { Meter, Ruleset } from '../runtime/screened.js';
import { earlierClaim, exampleClaim } from './base-claim.js';
import { recordedHistory } from './recorded-history.js';

export interface ExampleOutcome {
  readonly rule: string;
  readonly name: string;
  readonly file: string;
  readonly line: number;
  /** Empty where the example holds; else what was expected and what came. */
  readonly problems: readonly string[];
}

export interface TestedRuleset {
  readonly artifact: Artifact;
  /** What the guard lowered or remarked. */
  readonly warnings: readonly Diagnostic[];
  /** In the order of the rules, then of their files. */
  readonly outcomes: readonly ExampleOutcome[];
  readonly failed: number;
}

/** Builds the rule set and runs every example; fails with the diagnostics where it does not build. */
export function testRuleset(source: RulesSource): Result<TestedRuleset, readonly Diagnostic[]> {
  const { artifact, parsed, diagnostics } = examineRuleset(source);
  if (artifact === null || parsed === null) return fail(diagnostics);
  const ruleset = instantiate(artifact);
  const read = exampleReader(artifact);
  const outcomes = artifact.rules.flatMap(({ id }) => {
    const examples = parsed.examples.get(id);
    return (examples?.examples ?? []).map((example): ExampleOutcome => {
      const { file, offset } = example.place;
      const { line } = file.lineAndColumn(offset);
      return {
        rule: id,
        name: example.name,
        file: file.path,
        line,
        problems: run(ruleset, id, example, read),
      };
    });
  });
  const failed = outcomes.filter((o) => o.problems.length > 0).length;
  return ok({ artifact, warnings: diagnostics, outcomes, failed });
}

/** Examples hold no patient; the key only has to be one. */
const exampleSecret = 'examples have no patient of their own';
const unhurried: Meter = { mayGoOn: () => true, enter: () => {} };

/** A whole native claim; the answer says why it cannot be read. */
type ReadExample = (claim: unknown) => Claim | string;

function exampleReader(artifact: Artifact): ReadExample {
  const built = buildDictionaries(artifact.regions);
  assert(built.ok, `dictionaries: ${built.ok ? '' : built.error.join('; ')}`);
  const dictionaries: Dictionaries = built.value;
  const patientKey = patientKeyer(exampleSecret);
  return (claim) => {
    const body = Buffer.from(JSON.stringify(claim), 'utf8');
    const read = readClaim(body, 'native-json', { dictionaries, patientKey });
    return read.ok ? read.value.claim : read.error.message;
  };
}

function run(ruleset: Ruleset, id: string, example: ParsedExample, read: ReadExample): readonly string[] {
  const claim = read(exampleClaim(example.claim));
  if (typeof claim === 'string') return [`the claim cannot be read: ${claim}`];
  const history = historyOf(example, read);
  if (typeof history === 'string') return [`the history cannot be read: ${history}`];
  const screened = ruleset.screen(columnsOf(claim, ruleset.items), unhurried, history);
  const findings = screened.findings.filter((f) => f.rule === id);
  const gaps = screened.notEvaluated.filter((n) => n.rule === id);
  const came = findings.length > 0 ? 'hit' : gaps.length > 0 ? 'not_evaluated' : 'miss';
  if (came !== example.expect) return [`expected ${example.expect}, came ${came}${detail(findings, gaps)}`];
  return [
    ...differs('severity', example.severity, strongest(findings)),
    ...differs('excessFen', example.excessFen, sumOf(findings)),
    ...differs('lines', sorted(example.lines), sorted(findings.flatMap((f) => f.lines.map((l) => l.id)))),
    ...differs('facts', sorted(example.facts), sorted(gaps.flatMap((gap) => gap.facts))),
  ];
}

/** Null where the example has none: then nothing is known of the past. */
function historyOf({ history }: ParsedExample, read: ReadExample): HistorySource | string | null {
  if (history === null) return null;
  const earlier: Claim[] = [];
  for (const [i, given] of history.entries()) {
    const claim = read(earlierClaim(given, i));
    if (typeof claim === 'string') return claim;
    earlier.push(claim);
  }
  return recordedHistory(earlier);
}

function detail(findings: readonly Finding[], gaps: readonly NotEvaluated[]): string {
  if (findings.length > 0) return `: ${findings.map((f) => f.message).join('; ')}`;
  return gaps.length > 0 ? `: ${gaps.map((g) => `${g.cause} ${g.facts.join(', ')}`).join('; ')}` : '';
}

function differs(
  what: string,
  expected: string | number | null,
  came: string | number | null,
): readonly string[] {
  return expected === null || expected === came ? [] : [`${what}: expected ${expected}, came ${came}`];
}

function strongest(findings: readonly Finding[]): string | null {
  return severities.find((s) => findings.some((f) => f.severity === s)) ?? null;
}

function sumOf(findings: readonly Finding[]): number {
  return findings.reduce((sum, f) => sum + f.excessFen, 0);
}

function sorted(texts: readonly string[] | null): string | null {
  return texts === null ? null : [...new Set(texts)].toSorted().join(', ');
}
