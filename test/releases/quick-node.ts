/** A node without threads, broker or compiler: what it compiles and loads, and how long that takes, is up to a test. */
import { systemClock } from '../../src/base/clock.js';
import { sha256Hex } from '../../src/base/hash.js';
import { fail, ok, type Result } from '../../src/base/result.js';
import { Releases, type ReleasesOptions } from '../../src/releases.js';
import type { InForce } from '../../src/ruleset/release/in-force.js';
import { KeptReleases } from '../../src/ruleset/release/kept-releases.js';
import type { Pointer } from '../../src/ruleset/release/pointer.js';
import { type Refusal, refusal } from '../../src/ruleset/release/refusal.js';
import { signManifest, signPointer } from '../../src/ruleset/release/release.js';
import type { Shelf } from '../../src/ruleset/release/shelf.js';
import type { CompiledRelease } from '../../src/screening/compile-process.js';
import { manifestOf, type Person, person, pointerTo, trusting } from '../ruleset/release/people.js';

export const author = person('作者甲', 'publish');
export const second = person('审核乙', 'activate');
export const trusted = trusting(author, second);

export const idOf = (version: number): string => manifestOf(version).rulesetId;

/** A version as small as can be; its text is nothing that compiles. */
export async function publish(shelf: Shelf, version: number, floor = 1): Promise<void> {
  const text = Buffer.from(String(version));
  const manifest = manifestOf(version, { sourceDigest: sha256Hex(text), floor });
  await shelf.putText(manifest.sourceDigest, text);
  const put = await shelf.put(`version.${version}`, signManifest(manifest, author.signing), 0);
  if (!put.ok) throw new Error(put.error.kind);
}

/** Whatever lies there. */
export async function activate(
  shelf: Shelf,
  serial: number,
  version: number,
  rest: Partial<Pointer> = {},
  by: Person = second,
): Promise<object> {
  const signed = signPointer(pointerTo(version, { serial, ...rest }), by.signing);
  const lies = await shelf.document('live');
  const put = await shelf.put('live', signed, lies.ok ? (lies.value?.revision ?? 0) : 0);
  if (!put.ok) throw new Error(put.error.kind);
  return signed;
}

/** Never ends by itself. */
export function until<T>(signal: AbortSignal, answer: T): Promise<T> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(answer);
    signal.addEventListener('abort', () => resolve(answer), { once: true });
  });
}

type Work = (version: number, signal: AbortSignal) => Promise<boolean>;
type Compile = (version: number, signal: AbortSignal) => Promise<boolean | Refusal>;

const atOnce: Work = async () => true;

/** `compiles`, `loads`: whether it succeeds, whenever it does; of a compiler, or why not. */
export function startNode({
  shelf,
  folder,
  compiles = atOnce,
  loads = atOnce,
  clock = systemClock,
  compilerPauseMs = 1,
  people = trusted,
}: {
  readonly shelf: Shelf;
  readonly folder: string;
  readonly compiles?: Compile;
  readonly loads?: Work;
  readonly clock?: typeof systemClock;
  readonly compilerPauseMs?: number;
  readonly people?: typeof trusted;
}) {
  const said: string[] = [];
  const loaded: string[] = [];
  const used: InForce[] = [];
  const compiled: number[] = [];
  const haste: string[] = [];
  let isOwnFolder = false;
  const events: ReleasesOptions['events'] = {
    releaseInForce: ({ version, serial }) => said.push(`in force ${version}, ${serial}`),
    releaseRefused: ({ reason }) => said.push(`refused ${reason}`),
    releaseNotKept: () => said.push('not kept'),
    ownFolderNotKept: () => said.push('own folder not kept'),
    releasesUnreadable: () => said.push('unreadable'),
    releasePutBack: (serial) => said.push(`put back ${serial}`),
    rulesetsInForce: () => {},
  };
  const compile = async (version: number, signal: AbortSignal): Promise<Result<CompiledRelease, Refusal>> => {
    compiled.push(version);
    const done = await compiles(version, signal);
    if (done !== true) return fail(done || refusal('does-not-compile', 'nobody waits'));
    const packed = { id: idOf(version), bytes: new SharedArrayBuffer(0), tables: new SharedArrayBuffer(0) };
    return ok({ packed, name: 'national', version, asOf: '2026-06-29', rules: [] });
  };
  const releases = new Releases({
    store: { ...shelf, watch: () => () => {} },
    trusted: people,
    kept: new KeptReleases(folder),
    rulesets: {
      has: (id) => loaded.includes(id),
      load: async ({ id }, _beside, how, signal) => {
        haste.push(how);
        if (!(await loads(Number(id.slice('sha256:'.length)), signal))) return fail('a worker ended');
        loaded.push(id);
        return ok(undefined);
      },
      use: (now) => used.push(now),
    },
    compile: (task, signal) => compile(Number(Buffer.from(task.bundle.bytes).toString()), signal),
    folder: { id: 'folder', name: 'own', version: 0, rules: 1 },
    events,
    clock,
    onOwnFolder: () => {
      isOwnFolder = true;
    },
    compilerPauseMs,
  });
  return {
    releases,
    said,
    loaded,
    used,
    compiled,
    haste,
    isOwnFolder: () => isOwnFolder,
    inForce: () => used.at(-1)?.common,
  };
}
