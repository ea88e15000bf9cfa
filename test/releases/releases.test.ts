import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { sha256Hex } from '../../src/base/hash.js';
import { fail, ok, type Result } from '../../src/base/result.js';
import { ReleaseStore } from '../../src/nats/release-store.js';
import { Releases } from '../../src/releases.js';
import type { RulesSource } from '../../src/ruleset/parse/parse-rules.js';
import { packBundle } from '../../src/ruleset/release/bundle.js';
import { forAll, type InForce } from '../../src/ruleset/release/in-force.js';
import { KeptReleases } from '../../src/ruleset/release/kept-releases.js';
import type { Refusal } from '../../src/ruleset/release/refusal.js';
import {
  type CompiledRelease,
  type CompileTask,
  compileInProcess,
} from '../../src/screening/compile-process.js';
import { type Jetstream, killBroker, startJetstream } from '../nats/jetstream-fixture.js';
import { pointerTo } from '../ruleset/release/people.js';
import { author, Desk, trusted } from './desk.js';
import { smallRules } from './small-rules.js';

const dist = process.env['CLAIMGATE_TEST_DIST'] ?? new URL('../../dist/', import.meta.url).href;
const entryFile = new URL('workers/compile.process.js', dist);

/** On a busy machine compiling takes its time. */
const patiently = { timeout: 180_000 };

let js: Jetstream;
let folder: string;
let store: ReleaseStore;
let desk: Desk;

beforeEach(async () => {
  js = await startJetstream();
  folder = await mkdtemp(join(tmpdir(), 'claimgate-releases-'));
  store = new ReleaseStore({ link: js.link, replicas: 1 });
  desk = new Desk(store);
});
afterEach(async () => {
  await js.stop();
  // A node may still keep what it has put in force.
  await rm(folder, { recursive: true, maxRetries: 10 });
});

const compileAnew = (task: CompileTask, signal: AbortSignal): Promise<Result<CompiledRelease, Refusal>> =>
  compileInProcess(task, { entryFile, signal, priority: constants.priority.PRIORITY_NORMAL });

/** What compiled before, by its text. A refusal is made each time. */
const compiled = new Map<string, CompiledRelease>();

async function compiledOnce(
  task: CompileTask,
  signal: AbortSignal,
): Promise<Result<CompiledRelease, Refusal>> {
  const key = `${task.rulesetId} ${task.bundle.digest} ${sha256Hex(task.bundle.bytes)}`;
  const known = compiled.get(key);
  if (known !== undefined) return ok(known);
  const made = await compileAnew(task, signal);
  if (made.ok) compiled.set(key, made.value);
  return made;
}

/** A node without threads: notes what it is told to load and to use. */
function startNode({
  warms = true,
  clock = systemClock,
  kept = new KeptReleases(folder),
  compile = compiledOnce,
} = {}) {
  const said: string[] = [];
  const loaded: string[] = [];
  const used: InForce[] = [];
  const later: InForce[] = [];
  const inForce: string[] = [];
  const events: ConstructorParameters<typeof Releases>[0]['events'] = {
    releaseInForce: ({ version, serial, activator }) =>
      said.push(`in force ${version}, ${serial}, ${activator}`),
    releaseRefused: ({ reason }) => said.push(`refused ${reason}`),
    releaseNotKept: () => said.push('not kept'),
    ownFolderNotKept: () => said.push('own folder not kept'),
    releasePutBack: (serial) => said.push(`put back ${serial}`),
    releasesUnreadable: () => said.push('unreadable'),
    rulesetsInForce: ({ version }, special) =>
      inForce.push([version, ...special.map((one) => `${one.version} for ${one.institutions}`)].join(', ')),
  };
  const releases = new Releases({
    store,
    trusted,
    kept,
    rulesets: {
      has: (id) => loaded.includes(id),
      load: async ({ id }) => {
        if (!warms) return fail('a worker ended');
        loaded.push(id);
        return ok(undefined);
      },
      use: (now, next) => {
        used.push(now);
        later.push(next);
      },
    },
    compile: (task, signal) => {
      node.compiling += 1;
      return compile(task, signal);
    },
    folder: { id: 'folder', name: 'own', version: 0, rules: 1 },
    events,
    clock,
  });
  const node = { releases, said, loaded, used, later, inForce, compiling: 0 };
  return node;
}

describe('a node', () => {
  test('puts in force what was published by one and activated by another, and keeps it', async () => {
    const first = await desk.publish(1);
    const rulesetId = await desk.publish(2);
    await desk.activate(1);
    const node = startNode();
    await node.releases.look();
    await desk.activate(2, { base: 1, institutions: ['H35010200417'] });
    await node.releases.look();
    expect(node.said).toEqual(['in force 1, 1, 审核乙', 'in force 2, 2, 审核乙']);
    expect(node.loaded).toEqual([first, rulesetId]);
    const both = { common: first, special: new Map([['H35010200417', rulesetId]]) };
    expect(node.used).toEqual([forAll(first), both]);
    expect(node.inForce).toEqual(['1', '1, 2 for 1']);

    await js.broker.broker.stop();
    const again = startNode();
    expect(await again.releases.begin(false)).toEqual({ ok: true, value: null });
    expect(again.used).toEqual([both]);
  });

  test('has nothing to say against what it began with, and takes what follows', async () => {
    await desk.publish(1);
    await desk.publish(2);
    await desk.activate(1);
    await startNode().releases.look();
    const again = startNode();
    await again.releases.begin(false);
    await again.releases.look();
    await desk.activate(2);
    await again.releases.look();
    expect(again.said).toEqual(['in force 1, 1, 审核乙', 'in force 2, 2, 审核乙']);
  });

  test('has an earlier version back without compiling it, and keeps that one as well', async () => {
    const ids = [await desk.publish(1), await desk.publish(2)];
    const node = startNode();
    for (const version of [1, 2, 1]) {
      await desk.activate(version);
      await node.releases.look();
    }
    expect(node.loaded).toEqual(ids);
    expect(node.used.at(-1)).toEqual(forAll(ids[0] ?? ''));

    await js.broker.broker.stop();
    const again = startNode();
    expect(await again.releases.begin(false)).toEqual({ ok: true, value: null });
    expect(again.loaded).toEqual([ids[0]]);
  });

  test('goes by a release that it cannot keep on its disk, and says so', async () => {
    const rulesetId = await desk.publish(1);
    await desk.activate(1);
    const path = join(folder, 'a file');
    await writeFile(path, '');
    const node = startNode({ kept: new KeptReleases(join(path, 'no folder')) });
    await node.releases.look();
    expect(node.said).toEqual(['not kept', 'in force 1, 1, 审核乙', 'not kept', 'not kept']);
    expect(node.used).toEqual([forAll(rulesetId)]);
  });

  test('is told, and looks again when the broker was away', async () => {
    await desk.publish(1);
    const node = startNode();
    node.releases.start();
    await desk.activate(1);
    await expect.poll(() => node.said, patiently).toEqual(['in force 1, 1, 审核乙']);
    await killBroker(js, js.link);
    await desk.activate(1);
    await expect.poll(() => node.said.at(-1), patiently).toEqual('in force 1, 2, 审核乙');
    await node.releases.stop();
  });

  test('that stops gives up what is under way, and says nothing of it', async () => {
    await desk.publish(1);
    await desk.activate(1);
    const node = startNode({ compile: compileAnew });
    const looking = node.releases.look();
    await expect.poll(() => node.compiling, patiently).toBe(1);
    await node.releases.stop();
    await looking;
    expect([node.said, node.loaded, node.used]).toEqual([[], [], []]);
    const again = startNode();
    await again.releases.look();
    expect(again.said).toEqual(['in force 1, 1, 审核乙']);
  });

  test('begins with a version when its time has come, and has it ready until then', async () => {
    const rulesetId = await desk.publish(1);
    let nowMs = systemClock.wallMs();
    const notBefore = new Date(nowMs + 200).toISOString();
    const node = startNode({ clock: { ...systemClock, wallMs: () => nowMs } });
    await desk.activate(1, { notBefore });
    await node.releases.look();
    expect([node.used, node.later]).toEqual([[forAll('folder')], [forAll(rulesetId)]]);
    nowMs += 200;
    await expect.poll(() => node.used.at(-1), patiently).toEqual(forAll(rulesetId));
    expect(node.inForce).toEqual(['0', '1']);
    await node.releases.stop();
  });
});

describe('what is refused leaves in force what was', () => {
  const broken = smallRules(2, (path, text) =>
    path.endsWith('sex-drug.yaml') ? `${text}\nnonsense: 1\n` : text,
  );
  const failing = smallRules(2, (path, text) =>
    path.endsWith('sex-drug.examples.yaml') ? text.replaceAll('sex: female', 'sex: male') : text,
  );
  const other = smallRules(2, (path, text) =>
    path.endsWith('sex-drug.yaml') ? text.replace('title: ', 'title: 又') : text,
  );
  const published =
    (source: Promise<RulesSource>, meant = smallRules(2)) =>
    async () => {
      await desk.publish(2, { source, meant });
      await desk.activate(2);
    };

  test.each([
    ['unsigned', async () => await desk.put(pointerTo(2))],
    ['unknown-version', async () => await desk.activate(2)],
    ['wrong-role', async () => await desk.activate(2, {}, author)],
    ['older-than-floor', async () => await desk.activate(0)],
    ['does-not-compile', published(broken)],
    ['failing-examples', published(failing)],
    ['other-content', published(other)],
    ['other-content', published(smallRules(3), smallRules(3))],
  ])('%s', async (reason, act) => {
    const first = await desk.publish(1);
    await desk.activate(1);
    const node = startNode();
    await node.releases.look();
    await act();
    await node.releases.look();
    expect(node.said).toEqual(['in force 1, 1, 审核乙', `refused ${reason}`]);
    expect(node.used).toEqual([forAll(first)]);
    await node.releases.look();
    expect(node.said).toHaveLength(2);
  });

  test('a text that was exchanged at the broker', async () => {
    const bundle = packBundle(await smallRules(1));
    await store.putText(bundle.digest, packBundle(await smallRules(3)).bytes);
    await desk.publish(1);
    await desk.activate(1);
    const node = startNode();
    await node.releases.look();
    expect(node.said).toEqual(['refused tampered']);
  });

  test('a rule set that does not warm', async () => {
    await desk.publish(1);
    await desk.activate(1);
    const node = startNode({ warms: false });
    await node.releases.look();
    expect(node.said).toEqual(['refused failing-warm-up']);
    expect(node.used).toEqual([]);
  });
});
