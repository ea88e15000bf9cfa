/** Processes beside the service, when the service is no more. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const dist = process.env['CLAIMGATE_TEST_DIST'] ?? new URL('../../dist/', import.meta.url).href;
const at = (path: string): string => JSON.stringify(new URL(path, dist).href);

let folder = '';
let node: ChildProcess | null = null;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'claimgate-side-'));
});
afterEach(async () => {
  node?.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test.each([
  ['desk', 'src/screening/desk-process.js', `deskWork({ entryFile })({ do: 'diff' })`],
  [
    'compiler',
    'src/screening/compile-process.js',
    `compileInProcess({ bundle: null, label: '', rulesetId: null }, { entryFile })`,
  ],
])('a node that is killed leaves no %s behind, deep in work as it is', async (_, module, asked) => {
  const [entry, pid] = [join(folder, 'deep.mjs'), join(folder, 'pid')];
  // It hears of nothing any more.
  await writeFile(
    entry,
    `import { renameSync, writeFileSync } from 'node:fs';
    import { endWithNode } from ${at('workers/end-with-node.js')};
    endWithNode(4);
    writeFileSync(${JSON.stringify(`${pid}.part`)}, String(process.pid));
    renameSync(${JSON.stringify(`${pid}.part`)}, ${JSON.stringify(pid)});
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);`,
  );
  const program = `
    import { ${asked.split('(')[0]} } from ${at(module)};
    const entryFile = new URL(${JSON.stringify(pathToFileURL(entry).href)});
    void ${asked};
    setInterval(() => {}, 1_000);`;
  node = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: 'ignore' });
  await expect.poll(() => existsSync(pid)).toBe(true);
  const deep = Number(await readFile(pid, 'utf8'));
  expect(isAlive(deep)).toBe(true);
  node.kill('SIGKILL');
  await expect.poll(() => isAlive(deep)).toBe(false);
});

test.each(['desk', 'compile'])('the process of the %s looks whether its node is there', async (name) => {
  const entry = fileURLToPath(new URL(`workers/${name}.process.js`, dist));
  // Its task never comes whole: it waits for it and for nothing else.
  const child = spawn(process.execPath, [entry], { stdio: ['pipe', 'ignore', 'ignore', 'pipe', 'pipe'] });
  (child.stdio[4] as Socket).destroy();
  const [code, signal] = await once(child, 'exit');
  expect([code, signal]).toEqual([null, 'SIGKILL']);
});

test.runIf(process.platform === 'linux')('what has no room for its pipes fails with a sentence', async () => {
  // A process that may open few files, and has opened them.
  const program = `
    import { openSync } from 'node:fs';
    const { startAside } = await import(${at('src/screening/side-process.js')});
    const settings = { maxOldGenerationSizeMb: 64, priority: 0, entryFile: new URL('file:///nowhere.js') };
    try { for (;;) openSync('/dev/null'); } catch {}
    const started = startAside(settings);
    setImmediate(() => { process.exitCode = started.ok ? 3 : 7; });`;
  const words = ['-c', 'ulimit -n 64; exec "$@"', 'few', process.execPath, '--input-type=module', '--eval'];
  node = spawn('/bin/sh', [...words, program], { stdio: 'ignore' });
  const [code] = await once(node, 'exit');
  expect(code).toBe(7);
});
