/** An import beside the rule set that it is meant for: what would become of its tables, and the rules with them. */
import { fail, ok, type Result } from '../../base/result.js';
import type { RulesSource } from '../parse/parse-rules.js';
import { knowledgeClasses } from './classes.js';
import { type CsvRow, readCsv } from './csv-text.js';
import { type Imported, type ImportProblem, importKnowledge, plainProblems } from './import-knowledge.js';
import { planImport, type TablePlan } from './import-plan.js';
import { readTableShape } from './table-schema.js';
import type { TableShape } from './table-shape.js';

export interface BatchTexts {
  /** JSON list of all published points. */
  readonly points: string;
  /** Texts of `knowledge/<name>.csv` and `knowledge/lists/<name>.csv`, by name. */
  readonly readings: ReadonlyMap<string, string>;
  readonly lists: ReadonlyMap<string, string>;
  /** The rule set whose tables would change. */
  readonly source: RulesSource;
  /** `YYYY-MM-DD`, in China. */
  readonly today: string;
}

export interface Batch {
  readonly imported: Imported;
  readonly plans: readonly TablePlan[];
  /** Tables that would change: texts by path within the rules folder. */
  readonly files: ReadonlyMap<string, string>;
  /** Up to when the rule set knows; null: it does not say. */
  readonly asOf: string | null;
  /** Latest day from which an added row is known; null: none is added. */
  readonly newestDay: string | null;
}

/** Writes nothing. All problems are told. */
export function importBatch(texts: BatchTexts): Result<Batch, readonly ImportProblem[]> {
  const { source, points, today } = texts;
  const read = readTexts(texts);
  if (!read.ok) return fail(plainProblems(read.error));
  const imported = importKnowledge({ ...read.value, points, today, classes: knowledgeClasses });
  if (!imported.ok) return imported;
  const present = tableTexts(source, '.csv');
  const plans = planImport(imported.value.files, new Map(present));
  if (!plans.ok) return fail(plainProblems([plans.error]));
  const changed = [...imported.value.files]
    .map(([table, text]) => [`tables/${table}.csv`, text] as const)
    .filter(([path, text]) => source.files.get(path) !== text);
  const days = plans.value.flatMap(({ newestDay }) => newestDay ?? []).toSorted();
  return ok({
    imported: imported.value,
    plans: plans.value,
    files: new Map(changed),
    asOf: asOfIn(source),
    newestDay: days.at(-1) ?? null,
  });
}

const asOfLine = /^asOf: *(\S+)/m;

/** As it is written in ruleset.yaml; null where there is none. */
export function asOfIn({ files }: RulesSource): string | null {
  return asOfLine.exec(files.get('ruleset.yaml') ?? '')?.[1] ?? null;
}

/** The rule set with what the batch changes, as it would be once it knows up to `day`. */
export function withBatch(
  { label, files }: RulesSource,
  batch: Pick<Batch, 'files'>,
  day: string,
): RulesSource {
  const header = (files.get('ruleset.yaml') ?? '').replace(asOfLine, `asOf: ${day}`);
  return { label, files: new Map([...files, ...batch.files, ['ruleset.yaml', header]]) };
}

interface ReadTexts {
  readonly readings: ReadonlyMap<string, readonly CsvRow[]>;
  readonly lists: ReadonlyMap<string, readonly CsvRow[]>;
  readonly shapes: ReadonlyMap<string, TableShape>;
}

function readTexts({ readings, lists, source }: BatchTexts): Result<ReadTexts, readonly string[]> {
  const problems: string[] = [];
  const readAll = <T>(
    texts: Iterable<readonly [string, string]>,
    read: (name: string, text: string) => Result<T, string>,
  ) =>
    new Map(
      [...texts].flatMap(([name, text]): (readonly [string, T])[] => {
        const one = read(name, text);
        if (one.ok) return [[name, one.value]];
        problems.push(one.error);
        return [];
      }),
    );
  const all = {
    readings: readAll(readings, readCsv),
    lists: readAll(lists, readCsv),
    shapes: readAll(tableTexts(source, '.yaml'), (name, text) =>
      readTableShape(`${source.label}tables/${name}.yaml`, text),
    ),
  };
  return problems.length > 0 ? fail(problems) : ok(all);
}

/** Texts of `tables/` by name of the table. */
function tableTexts(
  { files }: RulesSource,
  ending: '.csv' | '.yaml',
): readonly (readonly [string, string])[] {
  return [...files].flatMap(([path, text]) => {
    const name = /^tables\/([^/]+)\.(csv|yaml)$/.exec(path);
    return name?.[1] !== undefined && path.endsWith(ending) ? [[name[1], text] as const] : [];
  });
}
