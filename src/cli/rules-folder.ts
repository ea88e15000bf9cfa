/** A rules folder compiled for a command: the artifact, or diagnostics as a rule author reads them. */
import { fail, type Result } from '../base/result.js';
import { type Artifact, buildRuleset, readRulesFolder, renderDiagnostics } from '../ruleset/build-ruleset.js';

export async function compileRules(folder: string): Promise<Result<Artifact, string>> {
  const source = await readRulesFolder(folder);
  if (!source.ok) return fail(renderDiagnostics(source.error));
  const built = buildRuleset(source.value);
  return built.ok ? built : fail(renderDiagnostics(built.error));
}
