/** From the text of a published rule set to what threads load; the same on every node, or refused. */
import { fail, ok, type Result } from '../src/base/result.js';
import { renderDiagnostics } from '../src/ruleset/build-ruleset.js';
import { type TestedRuleset, testRuleset } from '../src/ruleset/examples/test-ruleset.js';
import { openBundle } from '../src/ruleset/release/bundle.js';
import { type Refusal, refusal } from '../src/ruleset/release/refusal.js';
import type { CompiledRelease, CompileTask } from '../src/screening/compile-process.js';
import { packArtifact } from '../src/screening/packed-artifact.js';

/** As many as a person reads. */
const shownExamples = 5;

/** Compiles, checks that it is what was published, and runs the examples. */
export function compileRelease({ bundle, label, rulesetId }: CompileTask): Result<CompiledRelease, Refusal> {
  const source = openBundle(bundle.bytes, bundle.digest, label);
  if (!source.ok) return source;
  const tested = testRuleset(source.value);
  if (!tested.ok) return fail(refusal('does-not-compile', renderDiagnostics(tested.error)));
  const { artifact, failed } = tested.value;
  if (rulesetId !== null && artifact.id !== rulesetId) {
    return fail(
      refusal('other-content', `it compiles to ${artifact.id} here, and was published as ${rulesetId}`),
    );
  }
  if (failed > 0) return fail(refusal('failing-examples', failedExamples(tested.value)));
  const { name, version, asOf, rules } = artifact;
  return ok({ packed: packArtifact(artifact), name, version, asOf, rules: rules.map(({ id }) => id) });
}

function failedExamples({ outcomes, failed }: TestedRuleset): string {
  const shown = outcomes.filter(({ problems }) => problems.length > 0).slice(0, shownExamples);
  const lines = shown.map(({ rule, name, problems }) => `${rule}, ${name}: ${problems.join('; ')}`);
  return [`${failed} examples do not hold`, ...lines].join('\n');
}
