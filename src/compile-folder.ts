/** A rules folder, compiled: for the service and for commands. */
import { fail, type Result } from './base/result.js';
import { missingRulesFolder } from './config/rules-folder.js';
import { type Artifact, buildRuleset, readRulesFolder, renderDiagnostics } from './ruleset/build-ruleset.js';

/** The artifact, or its diagnostics as a rule author reads them. */
export async function compileFolder(folder: string): Promise<Result<Artifact, string>> {
  const missing = missingRulesFolder(folder);
  if (missing !== null) return fail(missing);
  const source = await readRulesFolder(folder);
  if (!source.ok) return fail(renderDiagnostics(source.error));
  const built = buildRuleset(source.value);
  return built.ok ? built : fail(renderDiagnostics(built.error));
}
