/**
 * What the compiler makes and a worker instantiates: text and tables, named by content. It crosses to workers
 * by structured clone and to other nodes as bytes, so it holds plain data only.
 */
import type { Effect, Severity } from '../../decision/decision.js';

export interface Artifact {
  readonly format: 1;
  /** `sha256:<hex>` over the canonical bytes of everything else in this object. */
  readonly id: string;
  readonly name: string;
  readonly version: number;
  /** Day up to which knowledge was known, `YYYY-MM-DD`. */
  readonly asOf: string;
  readonly rules: readonly ArtifactRule[];
  /**
   * Generated JavaScript, chunks of at most 50 rules; each text is the body of a function (see instantiate). It
   * answers a function that makes the rules out of the shapes.
   */
  readonly code: readonly string[];
  /** What makes the functions of rules, each for all rules of one shape; see rule-shapes. */
  readonly shapes: readonly string[];
  /** Texts that the code compares by number, beside those of the tables. */
  readonly texts: readonly string[];
  /** Facts that two-valued forms rely on; `knownCode` answers a bit for each, in this order. At most 31. */
  readonly knownFacts: readonly string[];
  readonly knownCode: string;
  /** First looks at rules, each shared by all rules whose looks have the same text; see emit-quick. */
  readonly quickCode: string;
  readonly tables: Readonly<Record<string, ArtifactTable>>;
  /** Code dictionaries by region, as claim/dictionaries reads them. */
  readonly regions: Readonly<Record<string, unknown>>;
}

/** What stands beside the image of the tables. */
export type ArtifactWithoutTables = Omit<Artifact, 'tables'>;

export interface ArtifactRule {
  readonly id: string;
  /** A word that switches it off together with others; absent: there is only its id. */
  readonly killSwitch?: string;
  readonly title: string;
  readonly national: string | null;
  readonly severity: Severity;
  readonly effect: Effect;
  /** 1–10: a screening of that scene; a word: every event of that kind. */
  readonly scenes: readonly (number | string)[];
  /** The rule speaks of all lines of an item at once: its first line that it holds for stands for them. */
  readonly oncePerItem: boolean;
  readonly document: string;
  /** Where a rule without a joined row finds the point of the first violating line. */
  readonly basisTable: string | null;
  /** What can leave the rule undecided; the position is the bit in an Unknown. */
  readonly sources: readonly ArtifactSource[];
  /** Bits of `knownFacts` that the two-valued form needs; null: always the three-valued form. */
  readonly needs: number | null;
  readonly index: RuleIndex;
  /** First day of the rule, and first day after it. */
  readonly period: { readonly from: number | null; readonly to: number | null };
  /** What is asked of a line before the rule itself is; null: nothing. */
  readonly quick: ArtifactQuick | null;
  readonly joins: readonly ArtifactJoin[];
  readonly partner: ArtifactPartner | null;
  readonly weaken: readonly ArtifactWeaken[];
  /**
   * `line-amount`: the violating lines' own amounts; else the rule computes fen, once or for each partner.
   */
  readonly excess: 'line-amount' | 'once' | 'per-partner';
  readonly say: readonly (string | ArtifactValue)[];
  readonly facts: readonly ArtifactValue[];
}

export interface ArtifactSource {
  readonly cause: 'fact' | 'history' | 'list';
  readonly fact: string;
}

export interface ArtifactQuick {
  /** Number of the look. */
  readonly look: number;
  /** What it finds beside the entry of the index. */
  readonly cells: readonly ArtifactCell[];
}

/** A cell of the row that the index has found, a number, or the number of a text: one of them. */
export interface ArtifactCell {
  readonly column?: string;
  /** Of the column; not `list`. */
  readonly kind?: ColumnKind;
  readonly number?: number;
  readonly text?: string;
}

/** How a rule finds the lines it can apply to. */
export type RuleIndex =
  /** Lines whose code is a key of the first joined table. */
  | { readonly by: 'rows'; readonly table: string }
  /** Lines whose code is a key of a table that the condition asks with `listed`. */
  | { readonly by: 'listed'; readonly table: string }
  | { readonly by: 'codes'; readonly codes: readonly string[] }
  | { readonly by: 'every-line' }
  | { readonly by: 'prescription' }
  | { readonly by: 'claim' };

export interface ArtifactJoin {
  readonly table: string;
  /** The row's key is the anchor line's item code, so the index has found it already. */
  readonly byItemCode: boolean;
}

export interface ArtifactPartner {
  readonly source: 'claim.lines' | 'prescription.lines';
  readonly table: string | null;
  /** Partners are looked up by item code. */
  readonly probed: boolean;
  /** What of two lines decides about them as a pair; null: nobody can say. See pair-reads. */
  readonly reads: readonly LineTrait[] | null;
}

/** A fact of a line by its name in rules; `timed`: its time is no mere date; `lastDay`: the day of `until`. */
export type LineTrait =
  | 'itemCode'
  | 'kind'
  | 'quantity'
  | 'amount'
  | 'unitPrice'
  | 'listPrice'
  | 'at'
  | 'until'
  | 'day'
  | 'lastDay'
  | 'days'
  | 'timed'
  | 'current'
  | 'splitPack'
  | 'department'
  | 'practitioner'
  | 'prescriptionId';

export interface ArtifactWeaken {
  readonly when: 'unless' | 'if';
  readonly to: Severity;
  readonly effect: Effect | null;
}

/** A value that a finding shows: its name in the rule and how it is written for people. */
export interface ArtifactValue {
  readonly text: string;
  readonly format: 'plain' | 'money' | 'day' | 'instant';
  readonly perPartner: boolean;
}

/** What the cells of a column are; days and fen are numbers, `list` is of texts. */
export type ColumnKind = 'text' | 'number' | 'flag' | 'list';

/** Columns of equal length, keyed by column name; provenance columns included. */
export interface ArtifactTable {
  readonly rows: number;
  readonly key: string | null;
  readonly kinds: Readonly<Record<string, ColumnKind>>;
  readonly columns: Readonly<Record<string, readonly unknown[]>>;
}
