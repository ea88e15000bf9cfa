/**
 * What the compiler makes and a worker instantiates: text and tables, named by content. It crosses to workers by
 * structured clone and to other nodes as bytes, so it holds plain data only.
 */
import type { Severity } from '../../decision/decision.js';

export interface Artifact {
  readonly format: 1;
  /** `sha256:<hex>` over the canonical bytes of everything else in this object. */
  readonly id: string;
  readonly name: string;
  readonly version: number;
  /** Day up to which knowledge was known, `YYYY-MM-DD`. */
  readonly asOf: string;
  readonly rules: readonly ArtifactRule[];
  /** Generated JavaScript, chunks of at most 50 rules; each text is the body of a function (see instantiate). */
  readonly code: readonly string[];
  readonly tables: Readonly<Record<string, ArtifactTable>>;
  /** Code dictionaries by region, as claim/dictionaries reads them. */
  readonly regions: Readonly<Record<string, unknown>>;
}

export interface ArtifactRule {
  readonly id: string;
  readonly title: string;
  readonly national: string | null;
  readonly severity: Severity;
}

/** Columns of equal length, keyed by column name; provenance columns included. */
export interface ArtifactTable {
  readonly rows: number;
  readonly key: string | null;
  readonly columns: Readonly<Record<string, readonly unknown[]>>;
}
