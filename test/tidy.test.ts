import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mayImport, readSources, type SourceFile, tidy, workerReach } from './tidy.js';

const root = new URL('..', import.meta.url).pathname;
const files = readSources(root);

function sample(path: string, text: string): SourceFile {
  const imports = [...text.matchAll(/from '([^']+)'/g)].map((m) => ({ target: m[1] ?? '', typeOnly: false }));
  return { path, text, imports };
}

describe('the house', () => {
  it('keeps its own rules', () => {
    expect(tidy(files)).toEqual([]);
  });

  it('has a test folder for every folder of src', () => {
    const tested = readdirSync(`${root}test`);
    const folders = new Set(
      files
        .map((file) => file.path.split('/'))
        .flatMap(([top, folder, more]) =>
          top === 'src' && folder !== undefined && more !== undefined ? [folder] : [],
        ),
    );
    expect([...folders].filter((folder) => !tested.includes(folder))).toEqual([]);
  });

  it('lets a worker reach only the domain, the rule runtime and the batch protocol', () => {
    const reached = workerReach(files, 'workers/screen.worker.ts');
    const forbidden =
      /^src\/(nats|ingress|egress|gateway|ops|cli|config|pipeline|main)|fastify|pino|prom-client|nats/;
    expect(reached.filter((target) => forbidden.test(target))).toEqual([]);
    expect(reached.filter((target) => /^src\/ruleset\/(parse|check|guard)\//.test(target))).toEqual([]);
    expect(reached.length).toBeGreaterThan(5);
  });
});

describe('the judge of the house', () => {
  it('sees an import against the direction', () => {
    expect(tidy([sample('src/claim/x.ts', "import { a } from 'src/nats/y.ts';\n")])).toContain(
      'src/claim/x.ts: src/claim may not import src/nats',
    );
  });

  it('sees a package beside its door', () => {
    expect(tidy([sample('src/claim/x.ts', "import { a } from 'msgpackr';\n")])).toContain(
      'src/claim/x.ts: msgpackr has another door',
    );
  });

  it('sees a long file, a long line and a long function', () => {
    const body = `export function long(): void {\n${'  go();\n'.repeat(70)}}\n`;
    const problems = tidy([sample('src/base/x.ts', `${body}// ${'x'.repeat(130)}\n${'\n'.repeat(400)}`)]);
    expect(problems.join('\n')).toMatch(/lines[\s\S]*columns[\s\S]*function of 72 lines/);
  });

  it('sees a wall clock, an environment and a default export', () => {
    const problems = tidy([
      sample('src/claim/x.ts', 'const a = Date.now();\nconst b = process.env;\nexport default a;\n'),
    ]);
    expect(problems).toHaveLength(3);
  });

  it('sees a cycle', () => {
    const problems = tidy([
      sample('src/base/a.ts', "import { b } from 'src/base/b.ts';\n"),
      sample('src/base/b.ts', "import { a } from 'src/base/a.ts';\n"),
    ]);
    expect(problems).toContain('cycle: src/base/a.ts -> src/base/b.ts -> src/base/a.ts');
  });
});

describe('the import table in src/README.md', () => {
  it('is the one that the test enforces', () => {
    const text = readFileSync(`${root}src/README.md`, 'utf8');
    const rows = [...text.matchAll(/^\| `([^`]+)`\s*\| (nothing|`.*`)\s*\|$/gm)].map((m) => [m[1], m[2]]);
    const expected = Object.entries(mayImport).map(([from, to]) => [
      from,
      to.length === 0 ? 'nothing' : to.map((target) => `\`${target}\``).join(' '),
    ]);
    expect(rows).toEqual(expected);
  });
});
