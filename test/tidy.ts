/**
 * The house rules as code: who may import whom, which file may touch which outside thing, how long things may be.
 * Works on the formatter's output, so indentation is reliable and no parser is needed.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** Folders of src that know claims and rules and nothing of the outside. */
const domain = ['base', 'claim', 'decision', 'history', 'ruleset', 'screening'];

/** Who may import whom. A folder may always import itself; what is absent is forbidden. */
export const mayImport: Readonly<Record<string, readonly string[]>> = {
  'src/base': [],
  'src/config': ['src/base'],
  'src/claim': ['src/base'],
  'src/decision': ['src/base', 'src/claim'],
  'src/history': ['src/base', 'src/claim'],
  'src/ruleset': ['src/base', 'src/claim', 'src/decision', 'src/history'],
  'src/screening': ['src/base', 'src/claim', 'src/decision', 'src/history', 'src/ruleset'],
  'src/replay': ['src/base', 'src/claim', 'src/decision', 'src/history', 'src/ruleset', 'src/screening'],
  'src/replay-desk': [
    ...domain.map((folder) => `src/${folder}`),
    'src/config',
    'src/replay',
    'src/nats',
    'src/egress',
  ],
  'src/pipeline.ts': domain.map((folder) => `src/${folder}`),
  'src/nats': ['src/base'],
  'src/ops': ['src/base', 'src/ruleset', 'src/screening', 'src/decision', 'src/claim'],
  'src/egress': ['src/base', 'src/decision', 'src/screening', 'src/nats'],
  'src/ingress': [
    ...domain.map((folder) => `src/${folder}`),
    'src/nats',
    'src/egress',
    'src/ops',
    'src/pipeline.ts',
  ],
  'src/shadow': [...domain.map((folder) => `src/${folder}`), 'src/nats', 'src/ops'],
  'src/gateway': [
    ...domain.map((folder) => `src/${folder}`),
    'src/ops',
    'src/replay',
    'src/replay-desk',
    'src/shadow',
    'src/pipeline.ts',
  ],
  workers: [
    'src/base',
    'src/claim',
    'src/decision',
    'src/history',
    'src/ruleset',
    'src/screening',
    'src/replay',
  ],
  'src/durable.ts': ['src/*'],
  'src/releases.ts': ['src/*'],
  'src/compile-folder.ts': ['src/base', 'src/config', 'src/ruleset'],
  'src/releasing.ts': ['src/*'],
  'src/desks.ts': ['src/*'],
  'src/overlays.ts': ['src/*'],
  'src/braking.ts': ['src/*'],
  'src/operations.ts': ['src/*'],
  'src/main.ts': ['src/*'],
  'src/cli': ['src/*', 'bench'],
  bench: ['src/*'],
};

/** Inside `ruleset`, what a worker may reach: what runs, what holds rules back, and the shape of what was compiled. */
const workerRuleset = /^src\/ruleset\/(runtime\/|overlay\/(overlay|treatments)\.ts$|compile\/artifact\.ts$)/;
const workerScreening = /^src\/screening\/protocol(\.ts$|\/)/;
/** Beside the service: what compiles, which no claim comes near, and what holds the thread of a shadow. */
const sideWorker = /^workers\/(compile|desk|shadow\.process)/;

/** One door per third-party package: the only places in src and workers that may import it. */
const doors: Readonly<Record<string, RegExp>> = {
  '@bufbuild/cel': /^src\/ruleset\/parse\/cel\.ts$/,
  '@bufbuild/protobuf': /^src\/ruleset\/parse\/cel\.ts$/,
  '@fastify/helmet': /^src\/gateway\//,
  '@fastify/swagger': /^src\/gateway\//,
  '@fastify/swagger-ui': /^src\/gateway\//,
  '@nats-io/jetstream': /^src\/nats\//,
  '@nats-io/kv': /^src\/nats\//,
  '@nats-io/obj': /^src\/nats\//,
  '@nats-io/transport-node': /^src\/nats\//,
  'cli-progress': /^src\/cli\/progress-bar\.ts$/,
  'cli-table3': /^src\/cli\//,
  commander: /^src\/cli\//,
  'csv-parse': /^src\/ruleset\/parse\/csv\.ts$|^src\/ruleset\/parse\/table-text\.ts$/,
  fastify: /^src\/gateway\//,
  'fs-native-extensions': /^src\/history\/store\/native-files\.ts$/,
  'iconv-lite': /^src\/(base|claim|decision)\//,
  lmdb: /^src\/history\/store\/environment\.ts$/,
  msgpackr: /^src\/base\/wire\.ts$/,
  pino: /^src\/ops\/logger\.ts$/,
  piscina: /^src\/screening\/pool\.ts$/,
  'prom-client': /^src\/ops\/metrics\.ts$/,
  yaml: /^src\/ruleset\/parse\/yaml\.ts$/,
};

/** Words that mark a reach outside, and where that reach is allowed. */
const reaches: readonly (readonly [RegExp, RegExp, string])[] = [
  [
    /\bnew Function\b/,
    /^src\/ruleset\/runtime\/instantiate\.ts$|^src\/claim\/formats\/pack-line-reader\.ts$/,
    'new Function',
  ],
  [/\bDate\.now\b|\bnew Date\(\)/, /^src\/base\/clock\.ts$|^bench\//, 'wall clock'],
  [/\bprocess\.env\b/, /^src\/config\/|^src\/cli\/|^bench\//, 'process.env'],
  [/\bconsole\.(log|error|warn)\b/, /^src\/cli\/|^bench\//, 'console'],
  [/\bexport default\b/, /^workers\/screen\.worker\.ts$/, 'default export'],
];

const limits = { fileLines: 400, functionLines: 60, columns: 120 };
const importPattern = /^(?:import|export)\s(?:(type)\s)?[^'"]*?from\s+'([^']+)';$|^import\s+'([^']+)';$/gm;
const badNames = /(^|\/)(utils?|helpers?|common|misc|manager|stuff)(\.ts|\/)/;

export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly { readonly target: string; readonly typeOnly: boolean }[];
}

export function readSources(root: string): SourceFile[] {
  return ['src', 'workers', 'bench']
    .flatMap((top) =>
      readdirSync(join(root, top), { recursive: true, encoding: 'utf8' }).map((f) => join(top, f)),
    )
    .filter((path) => path.endsWith('.ts'))
    .sort()
    .map((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      const imports = [...text.matchAll(importPattern)].map((match) => ({
        target: resolveImport(path, match[2] ?? match[3] ?? ''),
        typeOnly: match[1] === 'type',
      }));
      return { path, text, imports };
    });
}

function resolveImport(from: string, specifier: string): string {
  return specifier.startsWith('.')
    ? normalize(join(dirname(from), specifier)).replace(/\.js$/, '.ts')
    : specifier;
}

/** Every breach of the house rules, one line each. */
export function tidy(files: readonly SourceFile[]): string[] {
  return [
    ...files.flatMap((file) => [
      ...directionProblems(file),
      ...doorProblems(file),
      ...reachProblems(file),
      ...sizeProblems(file),
    ]),
    ...cycleProblems(files),
  ];
}

/** The unit of the import table that a path belongs to. */
function home(path: string): string {
  const parts = path.split('/');
  return parts[0] === 'src' ? parts.slice(0, 2).join('/') : (parts[0] ?? path);
}

function directionProblems(file: SourceFile): string[] {
  const from = home(file.path);
  const allowed = mayImport[from];
  if (allowed === undefined) return [`${file.path}: ${from} is not in the import table`];
  return file.imports.flatMap(({ target, typeOnly }) => {
    if (!/^(src|workers|bench)\//.test(target)) return [];
    const to = home(target);
    const fine = to === from || allowed.includes(to) || (allowed.includes('src/*') && to.startsWith('src/'));
    if (!fine) return [`${file.path}: ${from} may not import ${to}`];
    if (from === 'workers' && !typeOnly && !sideWorker.test(file.path) && !workerMayRun(target)) {
      return [`${file.path}: a worker may not run ${target}`];
    }
    return [];
  });
}

function workerMayRun(target: string): boolean {
  if (target.startsWith('src/ruleset/')) return workerRuleset.test(target);
  if (target.startsWith('src/screening/')) return workerScreening.test(target);
  return true;
}

function doorProblems(file: SourceFile): string[] {
  if (file.path.startsWith('bench/')) return [];
  return file.imports.flatMap(({ target }) => {
    if (/^(src|workers|bench)\/|^node:/.test(target)) return [];
    const name = target.startsWith('@')
      ? target.split('/').slice(0, 2).join('/')
      : (target.split('/')[0] ?? '');
    const door = doors[name];
    if (door === undefined) return [`${file.path}: ${name} has no door`];
    return door.test(file.path) ? [] : [`${file.path}: ${name} has another door`];
  });
}

function reachProblems(file: SourceFile): string[] {
  return reaches.flatMap(([pattern, where, name]) => {
    if (where.test(file.path)) return [];
    return file.text
      .split('\n')
      .flatMap((line, i) =>
        pattern.test(line) && !isComment(line) ? [`${file.path}:${i + 1}: ${name}`] : [],
      );
  });
}

function isComment(line: string): boolean {
  return /^\s*(\/\/|\*|\/\*)/.test(line);
}

function sizeProblems(file: SourceFile): string[] {
  const lines = file.text.split('\n');
  const problems: string[] = [];
  if (badNames.test(file.path)) problems.push(`${file.path}: a name that says nothing`);
  if (lines.length > limits.fileLines + 1) problems.push(`${file.path}: ${lines.length - 1} lines`);
  lines.forEach((line, i) => {
    if (line.length > limits.columns) problems.push(`${file.path}:${i + 1}: ${line.length} columns`);
  });
  return [...problems, ...longFunctions(file.path, lines)];
}

/** A function begins on a line that ends in `{` after a parameter list and ends at the `}` of equal indentation. */
function longFunctions(path: string, lines: readonly string[]): string[] {
  const open = /^(\s*)(?!if|for|while|switch|catch|else|return|\}|\/\/|\*)(.*\)(?:: [^=]+)? (?:=> )?)\{$/;
  return lines.flatMap((line, i) => {
    const indent = open.exec(line)?.[1];
    if (indent === undefined || /\bdescribe\(|\bit\(/.test(line)) return [];
    const length = lines.slice(i).findIndex((other, k) => k > 0 && other.startsWith(`${indent}}`)) + 1;
    return length > limits.functionLines ? [`${path}:${i + 1}: function of ${length} lines`] : [];
  });
}

/** Import cycles between files, type-only imports apart (they vanish when compiled). */
function cycleProblems(files: readonly SourceFile[]): string[] {
  const edges = new Map(
    files.map((file) => [file.path, file.imports.filter((i) => !i.typeOnly).map((i) => i.target)]),
  );
  const done = new Set<string>();
  const problems: string[] = [];
  const walk = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      problems.push(`cycle: ${[...trail.slice(trail.indexOf(path)), path].join(' -> ')}`);
      return;
    }
    if (done.has(path)) return;
    for (const next of edges.get(path) ?? []) walk(next, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) walk(path, []);
  return problems;
}

/** Everything that a worker entry loads, followed through runtime imports. */
export function workerReach(files: readonly SourceFile[], entry: string): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const seen = new Set<string>();
  const queue = [entry];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    for (const { target, typeOnly } of byPath.get(path)?.imports ?? []) if (!typeOnly) queue.push(target);
  }
  return [...seen];
}
