/** What the broker keeps of releases, in memory. */
import { fail, ok } from '../../../src/base/result.js';
import type { Shelf, Shelved } from '../../../src/ruleset/release/shelf.js';

/** Keeps every revision, as the broker does. */
export function shelfInMemory(nowMs: number): Shelf {
  const documents = new Map<string, Shelved[]>();
  const texts = new Map<string, Uint8Array>();
  let revision = 0;
  return {
    document: async (key) => ok(documents.get(key)?.at(-1) ?? null),
    history: async (key) => ok(documents.get(key) ?? []),
    versions: async () =>
      ok([...documents.keys()].flatMap((key) => (key.startsWith('version.') ? [Number(key.slice(8))] : []))),
    put: async (key, value, over) => {
      const all = documents.get(key) ?? [];
      if ((all.at(-1)?.revision ?? 0) !== over) return fail({ kind: 'overtaken' } as const);
      revision += 1;
      documents.set(key, [...all, { value: structuredClone(value), revision, storedMs: nowMs }]);
      return ok(revision);
    },
    text: async (digest) => ok(texts.get(digest) ?? null),
    putText: async (digest, bytes) => {
      texts.set(digest, bytes);
      return ok(null);
    },
  };
}
