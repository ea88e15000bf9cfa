import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { ReplayDesk, type ReplayJob, type ReplayTurn } from '../../src/replay-desk/replay-desk.js';
import { until } from '../nats/jetstream-fixture.js';

const dist = process.env['CLAIMGATE_TEST_DIST'] ?? new URL('../../dist/', import.meta.url).href;

const order = {
  from: '2026-10-01',
  to: '2026-10-31',
  known: 'now',
  ruleset: { files: { 'ruleset.yaml': '' } },
  against: 'live',
  threads: 1,
};
const body = Buffer.from(JSON.stringify(order));

let folder = '';
const desks: ReplayDesk[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'claimgate-replay-desk-'));
});
afterEach(async () => {
  await Promise.all(desks.splice(0).map((desk) => desk.stop()));
  await rm(folder, { recursive: true, force: true });
});

const accept = "say({ is: 'accepted', order: { ...order, ruleset: 'files' } });";

/** A desk whose process reads the task and then does as it is told here, `first` before anything else. */
async function deskOver(rest: string, first = accept): Promise<ReplayDesk> {
  const entry = join(folder, 'entry.mjs');
  const lines = [
    "import { writeFileSync, writeSync } from 'node:fs';",
    "import { join } from 'node:path';",
    `import { PartsReader } from '${new URL('src/screening/compile-parts.js', dist).href}';`,
    "const say = (said) => writeSync(3, JSON.stringify(said) + '\\n');",
    'const parts = new PartsReader();',
    "process.stdin.on('data', (piece) => { parts.take(piece); if (parts.whole.length === 2) begin(); });",
    'function begin() {',
    'const [ground, order] = parts.whole.map((part) => JSON.parse(Buffer.from(part).toString()));',
    `${first} ${rest} }`,
  ];
  await writeFile(entry, lines.join('\n'));
  const desk = new ReplayDesk({
    folder: join(folder, 'replays'),
    ground: { natsUrl: 'nats://127.0.0.1:1', replicas: 1, rulesFolder: 'rules', releaseKeys: null },
    clock: systemClock,
    process: { entryFile: pathToFileURL(entry) },
  });
  desks.push(desk);
  return desk;
}

async function started(desk: ReplayDesk): Promise<ReplayJob> {
  const job = await desk.turn()?.start(body);
  if (job?.ok !== true) throw new Error('it starts');
  return job.value;
}

async function ended(desk: ReplayDesk, id: string): Promise<ReplayJob | null> {
  await until(async () => (await desk.job(id))?.state !== 'running');
  return desk.job(id);
}

const progress = "say({ is: 'progress', phase: 'replaying', done: 10, total: 40 });";
const done =
  "writeFileSync(join(ground.folder, 'replay.json'), JSON.stringify(order));" +
  "writeFileSync(join(ground.folder, 'replay.html'), '<p>');" +
  "writeFileSync(join(ground.folder, 'scratch'), 'x');" +
  "say({ is: 'done', claims: 3, digest: 'd', rulesets: [] }); process.exit(0);";

test('one at a time: it says how far it has come, and ends when it is told to', async () => {
  const desk = await deskOver(progress);
  const job = await started(desk);
  expect(job).toMatchObject({ state: 'running', order: { ruleset: 'files', against: 'live' } });
  expect(desk.turn()).toBeNull();
  await until(async () => (await desk.job(job.id))?.progress !== null);
  const shown = { phase: 'replaying', done: 10, total: 40 };
  expect(await desk.jobs()).toMatchObject([{ id: job.id, state: 'running', progress: shown }]);
  expect(await desk.remove(job.id)).toMatchObject({ state: 'cancelled', progress: null });
  expect(await desk.job(job.id)).toMatchObject({ state: 'cancelled', endedAt: expect.any(String) });
  expect(await desk.report(job.id, 'document')).toBeNull();
  expect(await started(desk)).toMatchObject({ state: 'running' });
});

test('reports are kept, and nothing else; they are there after a restart, until they are removed', async () => {
  const desk = await deskOver(done);
  const { id } = await started(desk);
  expect(await ended(desk, id)).toMatchObject({ state: 'done', outcome: { claims: 3, digest: 'd' } });
  const own = join(folder, 'replays', id);
  await until(async () => (await readdir(own)).includes('job.json'));
  expect((await readdir(own)).toSorted()).toEqual(['job.json', 'replay.html', 'replay.json']);
  const again = await deskOver(done);
  expect(await again.jobs()).toMatchObject([{ id, state: 'done' }]);
  expect(JSON.parse(String(await again.report(id, 'document')))).toEqual(order);
  expect(await again.report('../../entry.mjs', 'page')).toBeNull();
  expect(await again.remove(id)).toMatchObject({ id });
  expect([await again.jobs(), await again.remove(id)]).toEqual([[], null]);
});

test.each([
  ["throw new TypeError('odd');", 'the replay ended with code 1: TypeError: odd'],
  ["say({ is: 'failed', reason: 'no-claims', message: 'none', diagnostics: [] }); process.exit(0);", 'none'],
])('what fails says why: %s', async (body, message) => {
  const desk = await deskOver(body);
  const { id } = await started(desk);
  expect(await ended(desk, id)).toMatchObject({ state: 'failed', problem: { message } });
});

test('a process that ends in the middle of a word is a replay that failed, and nothing worse', async () => {
  const desk = await deskOver(`writeSync(3, '{"is":"failed","reas'); process.kill(process.pid, 'SIGKILL');`);
  const { id } = await started(desk);
  const message = 'the replay ended with SIGKILL';
  expect(await ended(desk, id)).toMatchObject({ state: 'failed', problem: { message } });
});

test('what has ended is there at any moment, whoever starts the next one', async () => {
  const desk = await deskOver(done);
  const { id } = await started(desk);
  let next: ReplayTurn | null = null;
  while (next === null) {
    expect(await desk.job(id)).not.toBeNull();
    next = desk.turn();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await next.start(body)).toMatchObject({ ok: true });
  expect(await desk.report(id, 'document')).not.toBeNull();
});

test('whoever has the turn keeps others from it, until it is given up', async () => {
  const desk = await deskOver(progress);
  const turn = desk.turn();
  expect(desk.turn()).toBeNull();
  turn?.giveUp();
  turn?.giveUp();
  const next = desk.turn();
  turn?.giveUp();
  expect([next === null, desk.turn()]).toEqual([false, null]);
  expect(await next?.start(body)).toMatchObject({ ok: true });
  next?.giveUp();
  expect(desk.turn()).toBeNull();
});

test.each([
  ["say({ is: 'malformed', message: 'odd' });", { is: 'malformed', message: 'odd' }],
  ['process.exit(3);', { is: 'failed', message: 'the replay ended with code 3' }],
])('an order that is not taken leaves nothing behind: %s', async (first, error) => {
  const desk = await deskOver('', first);
  expect(await desk.turn()?.start(body)).toEqual({ ok: false, error });
  expect([await desk.jobs(), await readdir(join(folder, 'replays'))]).toEqual([[], []]);
  expect(desk.turn()).not.toBeNull();
});

test('a node that ends waits for no order to be read', async () => {
  const desk = await deskOver('', '');
  const starting = desk.turn()?.start(body);
  const own = join(folder, 'replays');
  await until(async () => (await readdir(own).catch(() => [])).length === 1);
  await desk.stop();
  expect(await starting).toMatchObject({ ok: false, error: { is: 'failed' } });
});

test('half a job that a full disk has left is none', async () => {
  const own = join(folder, 'replays', '20261001T000000Z-abcdef');
  await mkdir(own, { recursive: true });
  await writeFile(join(own, 'job.json'), '');
  const desk = await deskOver(done);
  expect(await desk.jobs()).toEqual([]);
});

test('a node that ends starts none any more', async () => {
  const desk = await deskOver(progress);
  await desk.stop();
  const error = { is: 'failed', message: 'the node is about to end' };
  expect(await desk.turn()?.start(body)).toEqual({ ok: false, error });
});

test('what has ended is forgotten when it is removed, though its process is still there', async () => {
  const desk = await deskOver(done.replace('process.exit(0);', ''));
  const { id } = await started(desk);
  expect(await ended(desk, id)).toMatchObject({ state: 'done' });
  expect(await desk.remove(id)).toMatchObject({ state: 'done' });
  expect(await desk.job(id)).toBeNull();
});
