/** Fills the head of a native claim from MessagePack: the keys that are known, as the plain reader's values. */
import { unpackNumberAt, unpackPart } from '../../base/wire.js';
import { spanKind } from '../columns/span-table.js';
import type { HeadGroup, HeadList, NativeHead } from './native-head.js';
import type { PackCursor } from './pack-bytes.js';
import { longestPackedKey } from './pack-keys.js';
import { TextCache } from './text-cache.js';

/** Reads the list at an offset: the offset behind it, or -1. */
export type ReadList = (at: number) => number;

/** By place in a group: how its value is read; null: a fact. */
type Readers = readonly (ReadList | null)[];

const nil = 0xc0;

/** All methods answer the offset behind what they read, or -1. */
export class PackHeadReader {
  readonly #cursor: PackCursor;
  readonly #head: NativeHead;
  readonly #readLines: ReadList;
  readonly #texts = new TextCache();
  /** Of the root. */
  readonly #readers: Readers;

  constructor(cursor: PackCursor, head: NativeHead, readLines: ReadList) {
    this.#cursor = cursor;
    this.#head = head;
    this.#readLines = readLines;
    this.#readers = head.root.names.map((name) => this.#readerOf(name));
  }

  /** Reads the map that the body is, into empty slots. */
  root(): number {
    return this.#object(this.#head.root, this.#readers, 0, 0);
  }

  #readerOf(name: NativeHead['root']['names'][number]): ReadList | null {
    switch (name) {
      case 'lines':
        return this.#readLines;
      case 'diagnoses':
      case 'procedures':
        return (at) => this.#objects(name, at);
      case 'reverses':
      case 'institution':
      case 'patient':
      case 'encounter':
        return (at) => this.#object(this.#head[name], null, at, 1);
      default:
        return null;
    }
  }

  /** Fills a group from the map at `start`, within `depth` open containers. */
  #object(group: HeadGroup, readers: Readers | null, start: number, depth: number): number {
    const cursor = this.#cursor;
    const { keys, values, repeats } = group;
    const lastFast = cursor.body.length - longestPackedKey;
    let at = cursor.openMap(start);
    let key = keys.first;
    for (let left = cursor.count; left > 0 && at >= 0; left--) {
      const previous = key;
      key = keys.after(previous);
      if (at <= lastFast && keys.standsAt(key, cursor.view, at)) at += keys.lengthOf(key);
      else {
        at = cursor.key(at);
        if (at < 0) return -1;
        key = keys.find(previous, cursor.body, cursor.start, cursor.end);
      }
      const reader = readers === null || key === keys.unknown ? null : (readers[key] ?? null);
      if (reader !== null) at = this.#part(values, key, reader, at);
      else {
        at = cursor.value(at, depth + 1);
        if (at >= 0 && key !== keys.unknown) values[key] = this.#fact(repeats[key] === true);
      }
    }
    return at;
  }

  #part(values: unknown[], key: number, reader: ReadList, at: number): number {
    const { body } = this.#cursor;
    // Of two of the same name the last one counts: too rare to be worth forgetting the first.
    if (values[key] !== undefined || at >= body.length) return -1;
    values[key] = null;
    return body[at] === nil ? at + 1 : reader(at);
  }

  #objects(list: HeadList, start: number): number {
    let at = this.#cursor.openList(start);
    for (let left = this.#cursor.count; left > 0 && at >= 0; left--) {
      at = this.#object(this.#head[list], null, at, 2);
      this.#head.add(list);
    }
    return at;
  }

  /** The value that the cursor met last. `repeats`: it is remembered where it is a text. */
  #fact(repeats: boolean): unknown {
    const { body, kind, start, end } = this.#cursor;
    if (kind === spanKind.text) {
      return repeats ? this.#texts.textAt(body, start, end) : body.toString('utf8', start, end);
    }
    if (kind === spanKind.nil) return null;
    if (kind === spanKind.packedNumber) return unpackNumberAt(body, start);
    return kind === spanKind.other ? unpackPart(body, start, end) : kind === spanKind.yes;
  }
}
