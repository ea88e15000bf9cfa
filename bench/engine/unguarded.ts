/**
 * The product's compiler without its policy guard: tests of the language and benchmarks of the engine need rules
 * that nobody may ship. In the product there is no way around the guard.
 */
import { fail, ok, type Result } from '../../src/base/result.js';
import type { Artifact, Diagnostic, RulesSource } from '../../src/ruleset/build-ruleset.js';
import { checkRules } from '../../src/ruleset/check/check-rules.js';
import { compileRules } from '../../src/ruleset/compile/compile-rules.js';
import { planRules } from '../../src/ruleset/compile/plan.js';
import { Problems } from '../../src/ruleset/diagnostics/diagnostic.js';
import type { Guarded } from '../../src/ruleset/guard/guard.js';
import { parseRules } from '../../src/ruleset/parse/parse-rules.js';

export function buildUnguarded(source: RulesSource): Result<Artifact, readonly Diagnostic[]> {
  const problems = new Problems();
  const parsed = parseRules(source, problems);
  if (parsed === null) return fail(problems.sorted());
  const checked = checkRules(parsed, problems);
  if (problems.count > 0) return fail(problems.sorted());
  return ok(compileRules(planRules(checked as Guarded)));
}
