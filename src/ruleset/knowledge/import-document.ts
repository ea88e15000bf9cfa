/** What an import would do, as others read it: plain data, stable names. */
import { fail, ok, type Result } from '../../base/result.js';
import type { RulesSource } from '../parse/parse-rules.js';
import type { RowChanges } from '../release/diff-rows.js';
import { asIfInForce } from './as-if-in-force.js';
import { type Batch, type BatchTexts, importBatch } from './import-batch.js';
import { type ImportProblem, plainProblems } from './import-knowledge.js';
import { type KnowledgeTexts, readKnowledgeBody } from './knowledge-body.js';

export interface ImportDocument {
  readonly asOf: string | null;
  readonly newestDay: string | null;
  /** Only those that would change. */
  readonly tables: readonly (RowChanges & { readonly table: string; readonly newestDay: string | null })[];
  /** Points that a later one ends; without a link where the later one holds all its codes. */
  readonly endedBy: Readonly<Record<string, string>>;
  readonly linked: number;
  readonly covered: readonly string[];
  readonly classes: readonly ClassFigures[];
  /** Texts of the tables that would change, by path within the rules folder. */
  readonly files: Readonly<Record<string, string>>;
}

/** Of the points of a class. */
export interface ClassFigures {
  readonly class: string;
  readonly table: string;
  readonly points: number;
  readonly active: number;
  readonly superseded: number;
  readonly leftOut: number;
  /** Active points whose list nobody has authored. */
  readonly needsList: number;
}

export type ImportAnswer = Result<
  {
    readonly document: ImportDocument;
    /** The whole rule set as if the batch had been published on a day, by path; null: nobody asked for it. */
    readonly candidate: Readonly<Record<string, string>> | null;
  },
  readonly ImportProblem[]
>;

export interface ImportTask {
  /** As it came. */
  readonly body: Uint8Array;
  /** Of the node. */
  readonly own: KnowledgeTexts;
  /** The rule set whose tables would change. */
  readonly source: RulesSource;
  /** `YYYY-MM-DD`; null: nobody asks for the candidate. */
  readonly asIfOn: string | null;
  /** `YYYY-MM-DD`, in China. */
  readonly today: string;
}

/** Imports, and writes nothing. Fails with a sentence where the body makes no sense. */
export function describeImport(task: ImportTask): Result<ImportAnswer, string> {
  const { body, own, source, asIfOn, today } = task;
  const read = readKnowledgeBody(body, own);
  if (!read.ok) return read;
  const { points, readings, lists } = read.value;
  if (points === null) return fail('"points" is missing: the published points, as a list or as CSV.');
  return ok(answerTo({ points, readings, lists, source, today }, asIfOn));
}

function answerTo(texts: BatchTexts, asIfOn: string | null): ImportAnswer {
  const batch = importBatch(texts);
  if (!batch.ok) return batch;
  const document = importDocument(batch.value);
  if (asIfOn === null) return ok({ document, candidate: null });
  const candidate = asIfInForce(texts.source, batch.value, asIfOn);
  if (!candidate.ok) return fail(plainProblems([candidate.error]));
  return ok({ document, candidate: Object.fromEntries(candidate.value.files) });
}

function importDocument({ imported, plans, files, asOf, newestDay }: Batch): ImportDocument {
  const { endedBy, linked, covered, counts } = imported;
  return {
    asOf,
    newestDay,
    tables: plans,
    endedBy: Object.fromEntries(endedBy),
    linked,
    covered,
    classes: counts.map(({ knowledge, points, active, superseded, leftOut, needsList }) => ({
      class: knowledge.name,
      table: knowledge.table,
      points,
      active,
      superseded,
      leftOut,
      needsList,
    })),
    files: Object.fromEntries(files),
  };
}
