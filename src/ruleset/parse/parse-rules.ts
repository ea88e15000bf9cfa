/** First stage of the chain: a folder's texts become parsed rules, tables and examples. */
import type { Problems } from '../diagnostics/diagnostic.js';
import { didYouMean } from '../diagnostics/nearest-name.js';
import { SourceText } from '../diagnostics/source-text.js';
import { type ParsedExample, parseExamples } from './examples-text.js';
import { FileMemory } from './file-memory.js';
import { type ParsedRule, parseRule } from './rule-text.js';
import { type ParsedException, type ParsedHeader, parseExceptions, parseHeader } from './ruleset-text.js';
import { type ParsedTable, parseTable } from './table-text.js';
import { plainData, readYaml } from './yaml.js';

/**
 * The texts of a rules folder by path relative to it (`packs/policy-drugs/sex.yaml`), and how to name the
 * folder.
 */
export interface RulesSource {
  /** Put before every path in diagnostics, e.g. `rules/`. */
  readonly label: string;
  readonly files: ReadonlyMap<string, string>;
}

export interface ParsedExamples {
  readonly file: SourceText;
  readonly ruleId: string;
  /** Null where a part of the file could not be read: reported, so what is missing in it is not. */
  readonly examples: readonly ParsedExample[] | null;
}

export interface Parsed {
  readonly header: ParsedHeader;
  readonly rules: readonly ParsedRule[];
  /** Ids whose file could not be parsed: already reported, so nothing else is said about them. */
  readonly unparsedRules: ReadonlySet<string>;
  readonly exceptions: ReadonlyMap<string, ParsedException>;
  readonly tables: ReadonlyMap<string, ParsedTable>;
  readonly unparsedTables: ReadonlySet<string>;
  readonly examples: ReadonlyMap<string, ParsedExamples>;
  readonly regions: Readonly<Record<string, unknown>>;
}

/** Null only where there is no readable ruleset.yaml; every other problem leaves the rest to be checked. */
export function parseRules(
  source: RulesSource,
  problems: Problems,
  memory: FileMemory = new FileMemory(),
): Parsed | null {
  const folder = new Folder(source);
  const headerFile = folder.file('ruleset.yaml');
  if (headerFile === null) {
    const place = { file: new SourceText(`${source.label}ruleset.yaml`, ''), offset: 0 };
    problems.report('CG-E101', 'there is no ruleset.yaml', place);
    return null;
  }
  const headerRoot = readYaml(headerFile, problems);
  const header = headerRoot === null ? null : parseHeader(headerFile, problems, headerRoot);
  if (header === null) return null;
  const packs = packFiles(folder, header, problems);
  return {
    header,
    ...parseAllRules(packs, problems, memory),
    exceptions: readExceptions(folder, problems),
    ...readTables(folder, problems, memory),
    examples: readExamples(packs, problems, memory),
    regions: readRegions(folder, problems),
  };
}

class Folder {
  readonly #source: RulesSource;

  constructor(source: RulesSource) {
    this.#source = source;
  }

  file(path: string): SourceText | null {
    const text = this.#source.files.get(path);
    return text === undefined ? null : new SourceText(`${this.#source.label}${path}`, text);
  }

  /**
   * Paths under a folder with an ending, in order of name, so that the order of the file system does not
   * matter.
   */
  paths(folder: string, ending: string): readonly string[] {
    return [...this.#source.files.keys()]
      .filter((p) => p.startsWith(`${folder}/`) && p.endsWith(ending))
      .toSorted();
  }
}

/** Rule and example files in the order of the packs, then of their names. */
function packFiles(folder: Folder, header: ParsedHeader, problems: Problems): readonly SourceText[] {
  const known = new Set(folder.paths('packs', '.yaml').map((p) => p.split('/')[1] ?? ''));
  return header.packs.flatMap(({ value, place }) => {
    if (!known.has(value)) problems.report('CG-E101', `no pack '${value}'${didYouMean(value, known)}`, place);
    return folder.paths(`packs/${value}`, '.yaml').flatMap((p) => folder.file(p) ?? []);
  });
}

const isExamples = (file: SourceText) => file.path.endsWith('.examples.yaml');
const stem = (file: SourceText) => (file.path.split('/').at(-1) ?? '').replace(/(\.examples)?\.yaml$/, '');

function parseAllRules(
  files: readonly SourceText[],
  problems: Problems,
  memory: FileMemory,
): Pick<Parsed, 'rules' | 'unparsedRules'> {
  const rules: ParsedRule[] = [];
  const unparsedRules = new Set<string>();
  for (const file of files.filter((f) => !isExamples(f))) {
    const rule = memory.of([file], problems, () => {
      const root = readYaml(file, problems);
      return root === null ? null : parseRule(file, problems, root);
    });
    if (rule === null) unparsedRules.add(stem(file));
    else rules.push(rule);
  }
  return { rules, unparsedRules };
}

function readExamples(
  files: readonly SourceText[],
  problems: Problems,
  memory: FileMemory,
): ReadonlyMap<string, ParsedExamples> {
  const byRule = new Map<string, ParsedExamples>();
  for (const file of files.filter(isExamples)) {
    const before = problems.count;
    const examples = memory.of([file], problems, () => {
      const root = readYaml(file, problems);
      return root === null ? null : parseExamples(file, problems, root);
    });
    byRule.set(stem(file), { file, ruleId: stem(file), examples: problems.count > before ? null : examples });
  }
  return byRule;
}

function readExceptions(folder: Folder, problems: Problems): ReadonlyMap<string, ParsedException> {
  const file = folder.file('exceptions.yaml');
  // A file of comments only is an empty list.
  if (file === null || /^(\s*(#.*)?\n?)*$/.test(file.text)) return new Map();
  const root = readYaml(file, problems);
  const exceptions = root === null ? [] : parseExceptions(file, problems, root);
  return new Map(exceptions.map((e) => [e.name, e]));
}

function readTables(
  folder: Folder,
  problems: Problems,
  memory: FileMemory,
): Pick<Parsed, 'tables' | 'unparsedTables'> {
  const tables = new Map<string, ParsedTable>();
  const unparsedTables = new Set<string>();
  for (const path of folder.paths('tables', '.yaml')) {
    const schema = folder.file(path) as SourceText;
    const rows = folder.file(path.replace(/\.yaml$/, '.csv'));
    if (rows === null) {
      problems.report('CG-E101', `there is no ${stem(schema)}.csv beside this schema`, {
        file: schema,
        offset: 0,
      });
    }
    const read = (csv: SourceText) =>
      memory.of([schema, csv], problems, () => tableOf(schema, csv, problems));
    const table = rows === null ? null : read(rows);
    if (table === null) unparsedTables.add(stem(schema));
    else tables.set(table.name, table);
  }
  return { tables, unparsedTables };
}

function tableOf(schema: SourceText, rows: SourceText, problems: Problems): ParsedTable | null {
  const root = readYaml(schema, problems);
  return root === null ? null : parseTable(schema, rows, problems, root);
}

function readRegions(folder: Folder, problems: Problems): Readonly<Record<string, unknown>> {
  const regions = Object.create(null) as Record<string, unknown>;
  for (const path of folder.paths('regions', '.yaml')) {
    const file = folder.file(path) as SourceText;
    const root = readYaml(file, problems);
    if (root !== null) regions[stem(file)] = plainData(root);
  }
  return regions;
}
