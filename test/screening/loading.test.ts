import { beforeEach, expect, test } from 'vitest';
import { ok } from '../../src/base/result.js';
import { Loading } from '../../src/screening/loading.js';
import type { PackedArtifact } from '../../src/screening/packed-artifact.js';
import { Shelf } from '../../src/screening/shelf.js';
import type { Thread } from '../../src/screening/thread.js';

const packed = (id: string): PackedArtifact => {
  return { id, bytes: new SharedArrayBuffer(0), tables: new SharedArrayBuffer(0) };
};

/** As much of a thread as loading asks for. */
class Loader {
  readonly name: string;
  readonly #held = new Set<string>();
  mode = 'free';

  constructor(name: string, ...held: readonly string[]) {
    this.name = name;
    for (const id of held) this.#held.add(id);
  }

  has(id: string): boolean {
    return this.#held.has(id);
  }

  hold(id: string): void {
    this.#held.add(id);
  }

  reserve(): Promise<boolean> {
    return Promise.resolve(this.mode === 'free');
  }
}

let threads: Set<Loader>;
let loads: string[];
let duringLoad: () => void;
/** Nobody gives up waiting. */
const { signal } = new AbortController();

beforeEach(() => {
  threads = new Set(['first', 'second', 'third'].map((name) => new Loader(name, 'one')));
  loads = [];
  duringLoad = () => {};
});

function loading(): Loading {
  return new Loading(new Shelf(packed('one')), {
    threads: threads as unknown as Set<Thread>,
    loadInto: async (thread, { id }, gently) => {
      const loader = thread as unknown as Loader;
      loads.push(`${loader.name} ${id} ${gently ? 'gently' : 'at once'}`);
      duringLoad();
      loader.hold(id);
      return ok(undefined);
    },
    release: () => {},
    giveUp: () => {},
    whole: async () => {},
  });
}

test('the thread that answers most comes last', async () => {
  expect(await loading().toAll(packed('two'), [], 'gently', signal)).toEqual({ ok: true, value: undefined });
  expect(loads).toEqual(['third two gently', 'second two gently', 'first two gently']);
});

test('where nobody answers yet, threads load as fast as they can', async () => {
  await loading().toAll(packed('two'), [], 'at-once', signal);
  expect(loads).toEqual(['third two at once', 'second two at once', 'first two at once']);
});

test('a thread that comes meanwhile is not left out, one that goes is', async () => {
  duringLoad = () => {
    if (loads.length > 1) return;
    threads.add(new Loader('fourth', 'one'));
    for (const thread of threads) if (thread.name === 'second') thread.mode = 'gone';
  };
  await loading().toAll(packed('two'), [], 'gently', signal);
  expect(loads.toSorted()).toEqual(['first two gently', 'fourth two gently', 'third two gently']);
});

test('what nobody waits for any more leaves the other threads alone, and is not held', async () => {
  const ending = new AbortController();
  const own = loading();
  duringLoad = () => {
    expect(own.has('two')).toBe(false);
    ending.abort();
  };
  expect(await own.toAll(packed('two'), [], 'gently', ending.signal)).toMatchObject({ ok: false });
  expect(loads).toEqual(['third two gently']);
  expect([own.has('one'), own.has('two')]).toEqual([true, false]);
  expect(await own.toAll(packed('three'), [], 'gently', ending.signal)).toMatchObject({ ok: false });
  expect(loads).toHaveLength(1);
  duringLoad = () => {};
  expect((await own.toAll(packed('two'), [], 'gently', signal)).ok).toBe(true);
  // The first one has it already.
  expect(loads.slice(1)).toEqual(['second two gently', 'first two gently']);
  expect(own.has('two')).toBe(true);
});
