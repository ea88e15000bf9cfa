/** The image cannot be built in every place where tests run; so what its Dockerfile says is held against the files. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { settingTable } from '../../src/config/table.js';
import { readSources } from '../tidy.js';
import { dockerInstructions, environmentOf, stagesOf } from './dockerfile.js';
import { readDeployed } from './expressions.js';

const root = new URL('../../', import.meta.url).pathname;
const stages = stagesOf(dockerInstructions(readDeployed('Dockerfile')));
const final = stages.at(-1)!;
const program = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  bin: { claimgate: string };
  version: string;
  dependencies: Record<string, string>;
  scripts: Record<string, string>;
};
const ignored = readDeployed('Dockerfile.dockerignore').split('\n');

/** `[source…, target]` of each COPY of a stage, by the stage that it copies from (null: the build context). */
function copiesOf(stage: (typeof stages)[number]) {
  return stage.instructions
    .filter(({ name }) => name === 'COPY')
    .map(({ text }) => {
      const words = text.split(/\s+/);
      const from = words.find((word) => word.startsWith('--from='))?.slice('--from='.length) ?? null;
      const paths = words.filter((word) => !word.startsWith('--'));
      return { from, sources: paths.slice(0, -1), target: paths.at(-1)! };
    });
}

describe('the Dockerfile', () => {
  test('every stage begins with the same pinned image, of a Node that the program accepts', () => {
    const images = new Set(stages.map(({ from }) => from));
    expect([...images]).toEqual([expect.stringMatching(/^node:20\.\d+-bookworm-slim$/)]);
    expect(final.instructions.find(({ name }) => name === 'LABEL')?.text).toContain([...images][0]);
  });

  test('what it copies from the checkout exists and is let through by the ignore file', () => {
    const sources = stages.flatMap((stage) => copiesOf(stage).filter(({ from }) => from === null));
    expect(sources.length).toBeGreaterThan(4);
    for (const source of sources.flatMap((copy) => copy.sources)) {
      expect(existsSync(join(root, source)), source).toBe(true);
      expect(ignored, source).toContain(`!${source}`);
    }
    expect(ignored.filter((line) => !/^[#!]/.test(line))[0]).toBe('*');
    expect(ignored).toContain('**/*.env');
  });

  test('installs by the lock file, builds with our build, and ships no development package', () => {
    const runs = stages.map(({ instructions }) => instructions.filter(({ name }) => name === 'RUN'));
    expect(runs[0]!.map(({ text }) => text).join('\n')).toMatch(/npm ci$[\s\S]*npm run build\b/m);
    expect(runs[1]!.map(({ text }) => text).join('\n')).toMatch(/npm ci --omit=dev$/);
    expect(program.scripts['build']).toBe('tsc --incremental --tsBuildInfoFile dist/.tsbuildinfo');
    const modules = copiesOf(final).filter(({ target }) => target === 'node_modules');
    expect(modules).toEqual([
      { from: stages[1]!.name, sources: ['/build/node_modules'], target: 'node_modules' },
    ]);
  });

  test('runs as a user without privileges, and starts what the package calls claimgate', () => {
    const said = (name: string) => final.instructions.filter((one) => one.name === name).at(-1)?.text;
    expect(said('USER')).toBe('node');
    expect(JSON.parse(said('ENTRYPOINT')!)).toEqual(['node', program.bin.claimgate]);
    expect(JSON.parse(said('CMD')!)).toEqual(['serve']);
    expect(existsSync(join(root, program.bin.claimgate.replace(/^dist\/(.*)\.js$/, '$1.ts')))).toBe(true);
    expect(said('HEALTHCHECK')).toContain('/livez');
    expect(final.instructions.find(({ text }) => text.startsWith('VERSION='))?.text).toBe(
      `VERSION=${program.version}`,
    );
  });

  test('sets only settings that there are, and keeps data where the volume is', () => {
    const environment = environmentOf(final);
    for (const name of Object.keys(environment)) {
      if (name !== 'NODE_ENV') expect(settingTable, name).toHaveProperty(name);
    }
    const volume = final.instructions.find(({ name }) => name === 'VOLUME')?.text;
    expect(environment['CLAIMGATE_DATA_DIR']).toBe(volume);
    expect(readDeployed('compose.yaml')).toContain(`:${volume}\n`);
  });

  test('everything that the program loads is in the image', () => {
    const copied = copiesOf(final).flatMap(({ target }) => (target.startsWith('dist/') ? target : []));
    const beside = [
      'workers/desk.process.ts',
      'workers/replay.worker.ts',
      'src/replay-desk/entry.process.ts',
    ];
    const loaded = closure(['src/cli/main.ts', 'workers/screen.worker.ts', ...beside]);
    expect(loaded.files.length).toBeGreaterThan(50);
    const missing = loaded.files.filter(
      (path) => !copied.some((top) => `dist/${path}`.startsWith(`${top}/`)),
    );
    expect(missing).toEqual([]);
    const undeclared = loaded.packages.filter((name) => !(name in program.dependencies));
    expect(undeclared).toEqual([]);
  });
});

describe('the systemd unit', () => {
  const unit = readDeployed('systemd/claimgate.service');

  test('starts the same program with settings that there are', () => {
    expect(unit).toContain(`ExecStart=/usr/bin/node /opt/claimgate/${program.bin.claimgate} serve\n`);
    const names = [...unit.matchAll(/^Environment=(\w+)=/gm)].map((match) => match[1]!);
    for (const name of names) if (name !== 'NODE_ENV') expect(settingTable, name).toHaveProperty(name);
    expect(unit).toContain('Environment=CLAIMGATE_DATA_DIR=/var/lib/claimgate\n');
    expect(unit).toContain('StateDirectory=claimgate\n');
  });

  test('is started again as often as it ends by itself', () => {
    for (const line of ['Restart=on-failure', 'StartLimitIntervalSec=0']) {
      expect(unit.split('\n')).toContain(line);
    }
  });

  test('lets work beside the service step back, and threads take their priority again', () => {
    const filters = [...unit.matchAll(/^SystemCallFilter=(.*)$/gm)].map((match) => match[1]);
    // setpriority is in @resources, which is in @system-service.
    expect(filters).toEqual(['@system-service', '~@privileged']);
    expect(unit).toMatch(/^LimitNICE=20$/m);
    expect(unit).toMatch(/^OOMPolicy=continue$/m);
  });

  test('has memory for all that may run at the same time', () => {
    const threadMb = settingTable.CLAIMGATE_WORKER_MEMORY_MB.default;
    const beside = 1_024 + 1_024 + 512 + 640;
    const neededMb = 250 + 3 * threadMb + threadMb + beside;
    const limitMb = 1_024 * Number(/^MemoryMax=(\d+)G$/m.exec(unit)?.[1]);
    const composeMb =
      1_024 *
      Number(
        /mem_limit: (\d+)g\n {4}pids/.exec(readDeployed('compose.yaml').split('claimgate:0.1')[1] ?? '')?.[1],
      );
    expect(limitMb).toBeGreaterThanOrEqual(neededMb);
    expect(composeMb).toBe(limitMb);
  });

  test('runs without privileges and writes nowhere else', () => {
    for (const line of [
      'DynamicUser=yes',
      'ProtectSystem=strict',
      'NoNewPrivileges=yes',
      'CapabilityBoundingSet=',
    ]) {
      expect(unit.split('\n')).toContain(line);
    }
  });
});

/** All files and packages that are loaded from these entries: static imports, and `import('…')` at run time. */
function closure(entries: readonly string[]): { files: string[]; packages: string[] } {
  const sources = new Map(readSources(root).map((file) => [file.path, file]));
  const files = new Set<string>();
  const packages = new Set<string>();
  const queue = [...entries];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (files.has(path)) continue;
    files.add(path);
    const source = sources.get(path);
    expect(source, path).toBeDefined();
    for (const target of importsOf(source!)) {
      if (/^(src|workers|bench|test)\//.test(target)) queue.push(target);
      else if (!target.startsWith('node:')) packages.add(/^(@[^/]+\/)?[^/]+/.exec(target)![0]);
    }
  }
  return { files: [...files], packages: [...packages] };
}

function importsOf(source: ReturnType<typeof readSources>[number]): string[] {
  const atStart = source.imports.filter(({ typeOnly }) => !typeOnly).map(({ target }) => target);
  const later = [...source.text.matchAll(/\bimport\('([^']+)'\)/g)].map((match) => match[1]!);
  const folder = source.path.replace(/[^/]*$/, '');
  const resolved = later.map((target) =>
    target.startsWith('.')
      ? new URL(target, `file:///${folder}`).pathname.slice(1).replace(/\.js$/, '.ts')
      : target,
  );
  return [...atStart, ...resolved];
}
