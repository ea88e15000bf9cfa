/**
 * The front door of the compiler: a rules folder becomes an artifact, or a list of everything that is wrong
 * with it.
 */
import { fail, ok, type Result } from '../base/result.js';
import { CheckedTables, checkRules } from './check/check-rules.js';
import type { Artifact } from './compile/artifact.js';
import { compileRules } from './compile/compile-rules.js';
import { planRules } from './compile/plan.js';
import { type Diagnostic, Problems } from './diagnostics/diagnostic.js';
import { type Guarded, guard } from './guard/guard.js';
import { FileMemory } from './parse/file-memory.js';
import { type Parsed, parseRules, type RulesSource } from './parse/parse-rules.js';

export type { Artifact } from './compile/artifact.js';
export { showRule } from './compile/show-rule.js';
export type { Diagnostic } from './diagnostics/diagnostic.js';
export { renderDiagnostic, renderDiagnostics } from './diagnostics/render.js';
export { readRulesFolder } from './parse/pack-folder.js';
export type { RulesSource } from './parse/parse-rules.js';

/** What became of a rules folder: an artifact where there is no error, and everything to be said about it. */
export interface Examined {
  readonly artifact: Artifact | null;
  /** As written; null where there is no readable ruleset.yaml. */
  readonly parsed: Parsed | null;
  /** Errors, and warnings of the guard: what it lowered, and what reads badly. */
  readonly diagnostics: readonly Diagnostic[];
}

/** A source, and what has been seen in it: whoever asks for it to be examined is answered that. */
export interface ExaminedSource extends RulesSource {
  readonly examined: Examined;
}

/**
 * Text → parsed → checked → guarded → planned → artifact. A stage works on what the one before could read, so
 * that an author sees all mistakes of all rules together; with any error there is no artifact. The same
 * source gives the same artifact, byte for byte.
 */
export function examineRuleset(source: RulesSource | ExaminedSource): Examined {
  return 'examined' in source ? source.examined : new RulesetWorkbench().examine(source);
}

/**
 * For whoever compiles the same rule set again and again: an editor, a release, the HTTP edge. Files are read
 * again, and tables checked again, only where they changed; answers are those of `examineRuleset`.
 */
export class RulesetWorkbench {
  readonly #files = new FileMemory();
  readonly #checked = new CheckedTables();

  /** Read, checked and guarded; nothing is compiled. */
  check(source: RulesSource): readonly Diagnostic[] {
    return this.#guarded(source).problems.sorted();
  }

  examine(source: RulesSource): Examined {
    const { parsed, guarded, problems } = this.#guarded(source);
    const artifact = guarded === null || problems.count > 0 ? null : compileRules(planRules(guarded));
    return { artifact, parsed, diagnostics: problems.sorted() };
  }

  #guarded(source: RulesSource): {
    readonly parsed: Parsed | null;
    readonly guarded: Guarded | null;
    readonly problems: Problems;
  } {
    const problems = new Problems();
    const parsed = parseRules(source, problems, this.#files);
    if (parsed === null) return { parsed, guarded: null, problems };
    const checked = checkRules(parsed, problems, this.#checked);
    return { parsed, guarded: guard(checked, problems), problems };
  }
}

/** As `examineRuleset`, without the warnings where there is an artifact; else all diagnostics. */
export function buildRuleset(source: RulesSource): Result<Artifact, readonly Diagnostic[]> {
  const { artifact, diagnostics } = examineRuleset(source);
  return artifact === null ? fail(diagnostics) : ok(artifact);
}
