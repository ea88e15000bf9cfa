/**
 * The front door of the compiler: a rules folder becomes an artifact, or a list of everything that is wrong
 * with it.
 */
import { fail, ok, type Result } from '../base/result.js';
import { checkRules } from './check/check-rules.js';
import type { Artifact } from './compile/artifact.js';
import { compileRules } from './compile/compile-rules.js';
import { planRules } from './compile/plan.js';
import { type Diagnostic, Problems } from './diagnostics/diagnostic.js';
import { guard } from './guard/guard.js';
import { parseRules, type RulesSource } from './parse/parse-rules.js';

export type { Artifact } from './compile/artifact.js';
export { showRule } from './compile/show-rule.js';
export type { Diagnostic } from './diagnostics/diagnostic.js';
export { renderDiagnostic, renderDiagnostics } from './diagnostics/render.js';
export { readRulesFolder } from './parse/pack-folder.js';
export type { RulesSource } from './parse/parse-rules.js';

/**
 * Text → parsed → checked → guarded → planned → artifact. A stage works on what the one before could read, so
 * that an author sees all mistakes of all rules together; with any mistake there is no artifact. The same
 * source gives the same artifact, byte for byte.
 */
export function buildRuleset(source: RulesSource): Result<Artifact, readonly Diagnostic[]> {
  const problems = new Problems();
  const parsed = parseRules(source, problems);
  if (parsed === null) return fail(problems.sorted());
  const checked = checkRules(parsed, problems);
  const guarded = guard(checked, problems);
  if (problems.count > 0) return fail(problems.sorted());
  return ok(compileRules(planRules(guarded)));
}
