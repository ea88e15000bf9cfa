/**
 * The only file of these benchmarks, with unguarded.ts, that touches the product: rules in, an engine out that
 * reads and screens as a worker does.
 */
import { claimOf } from '../../src/claim/columns/claim-of.js';
import { ClaimReader, type ReadColumns } from '../../src/claim/columns/claim-reader.js';
import { columnsOf } from '../../src/claim/columns/fill-columns.js';
import { scanners } from '../../src/claim/columns/scanners.js';
import { buildDictionaries } from '../../src/claim/dictionaries.js';
import type { WireFormat } from '../../src/claim/formats/wire-format.js';
import { patientKeyer } from '../../src/claim/patient-key.js';
import type { ReaderSettings } from '../../src/claim/read-claim.js';
import { type RulesSource, renderDiagnostics } from '../../src/ruleset/build-ruleset.js';
import { type InstantiatedRuleset, instantiate } from '../../src/ruleset/runtime/instantiate.js';
import type { Meter, Screened } from '../../src/ruleset/runtime/screened.js';
import type { HitTexts } from './hits.js';
import { buildUnguarded } from './unguarded.js';

export type { RulesSource } from '../../src/ruleset/build-ruleset.js';
export type { WireFormat };

/** Never in a hurry: a claim that was cut short would count as a fast one. */
const meter: Meter = { mayGoOn: () => true, enter: () => {} };

export class OurEngine {
  readonly #ruleset: InstantiatedRuleset;
  readonly #reader: ClaimReader;

  constructor(ruleset: InstantiatedRuleset, settings: ReaderSettings) {
    this.#ruleset = ruleset;
    this.#reader = new ClaimReader(settings, ruleset.items, scanners);
  }

  /** A claim that `screen` takes; valid until the next one is read. Throws on a body that cannot be read. */
  read(bytes: Uint8Array, format: WireFormat): ReadColumns {
    const read = this.#reader.read(bytes, format);
    if (!read.ok) throw new Error(`unreadable: ${read.error.message}`);
    return read.value;
  }

  /** As `read`, but the claim stays valid: for timing the evaluation of many claims without their reading. */
  keep(bytes: Uint8Array, format: WireFormat): ReadColumns {
    const read = this.read(bytes, format);
    return { ...read, columns: columnsOf(claimOf(read.columns), this.#ruleset.items) };
  }

  screen({ columns }: ReadColumns): Screened {
    return this.#ruleset.screen(columns, meter);
  }

  readAndScreen(bytes: Uint8Array, format: WireFormat): Screened {
    return this.screen(this.read(bytes, format));
  }

  /** What the screening says, outside any clock. */
  hitTexts(bytes: Uint8Array, format: WireFormat): HitTexts {
    const read = this.read(bytes, format);
    const codes = new Map(claimOf(read.columns).lines.map(({ id, itemCode }) => [id, itemCode]));
    const { findings } = this.screen(read);
    return findings
      .flatMap(({ rule, lines }) => {
        const partners = lines.filter(({ role }) => role === 'involved').map(({ id }) => codes.get(id));
        const partner = partners.length > 0 ? `|${[...new Set(partners)].join(' ')}` : '';
        return lines.filter(({ role }) => role === 'violating').map(({ id }) => `${rule}|${id}${partner}`);
      })
      .sort();
  }

  /** Rules that could not be decided for a claim; none for a complete one. */
  notEvaluated(bytes: Uint8Array, format: WireFormat): number {
    return this.screen(this.read(bytes, format)).notEvaluated.length;
  }
}

/**
 * Compiles with the product's own compiler, without its guard: these are no rules for care. Throws with its
 * diagnostics where the rules do not compile.
 */
export function compileOurs(source: RulesSource): OurEngine {
  const built = buildUnguarded(source);
  if (!built.ok) throw new Error(renderDiagnostics(built.error.slice(0, 5)));
  const dictionaries = buildDictionaries(built.value.regions);
  if (!dictionaries.ok) throw new Error(dictionaries.error.join('\n'));
  const settings = { dictionaries: dictionaries.value, patientKey: patientKeyer('a secret for benchmarks') };
  return new OurEngine(instantiate(built.value), settings);
}
