/** Fills the head of a native claim from JSON: the keys that are known, as the plain reader's values. */
import { spanKind } from '../columns/span-table.js';
import type { JsonCursor } from './json-bytes.js';
import { JsonKeys } from './json-keys.js';
import { KeyTable } from './key-table.js';
import type { HeadGroup, HeadList, NativeHead } from './native-head.js';
import { TextCache } from './text-cache.js';

const [comma, openBrace, openBracket, closeBracket, letterN] = [0x2c, 0x7b, 0x5b, 0x5d, 0x6e];
const [digitZero, digitNine] = [0x30, 0x39];

/** Reads the value at an offset, which is not null: the offset behind it, or -1. */
export type ReadValue = (at: number) => number;

/** The keys of a group, and by place how its values are read; null: a fact. */
interface GroupReader {
  readonly group: HeadGroup;
  readonly keys: JsonKeys;
  readonly readers: readonly (ReadValue | null)[];
}

/** All methods answer the offset behind what they read, or -1: malformed, or for the plain reader to judge. */
export class JsonHeadReader {
  readonly #cursor: JsonCursor;
  readonly #head: NativeHead;
  readonly #readLines: ReadValue;
  readonly #texts = new TextCache();
  readonly #root: GroupReader;

  constructor(cursor: JsonCursor, head: NativeHead, readLines: ReadValue) {
    this.#cursor = cursor;
    this.#head = head;
    this.#readLines = readLines;
    this.#root = groupReader(head.root, (name) => this.#readerOf(name));
  }

  /** Reads the object that the body is, into empty slots. */
  root(at: number): number {
    return this.#object(this.#root, at, 1);
  }

  #readerOf(name: string): ReadValue | null {
    switch (name) {
      case 'lines':
        return this.#readLines;
      case 'diagnoses':
      case 'procedures': {
        const reader = groupReader(this.#head[name], () => null);
        return (at) => this.#objects(name, reader, at);
      }
      case 'reverses':
      case 'institution':
      case 'patient':
      case 'encounter': {
        const reader = groupReader(this.#head[name], () => null);
        return (at) => this.#object(reader, at, 2);
      }
      default:
        return null;
    }
  }

  /** Fills a group from the object at `start`, the `depth`-th container that is open. */
  #object({ group, keys, readers }: GroupReader, start: number, depth: number): number {
    const cursor = this.#cursor;
    const { values, repeats } = group;
    if (!cursor.is(start, openBrace)) return -1;
    let at = start + 1;
    for (let position = 0; ; position++) {
      at = keys.next(cursor, at, position);
      // One for the brace, and rather more than the commas.
      cursor.values++;
      if (at < 0 || keys.number < 0) return at;
      const key = keys.number;
      const reader = readers[key] ?? null;
      if (reader !== null) at = this.#part(values, key, reader, at);
      else {
        at = cursor.value(at, depth);
        if (at >= 0 && key < repeats.length) values[key] = this.#fact(repeats[key] === true);
      }
      if (at < 0) return -1;
    }
  }

  #part(values: unknown[], key: number, reader: ReadValue, at: number): number {
    // Of two of the same name the last one counts: too rare to be worth forgetting the first.
    if (values[key] !== undefined) return -1;
    values[key] = null;
    return this.#cursor.is(at, letterN) ? this.#cursor.value(at, 1) : reader(at);
  }

  #objects(list: HeadList, reader: GroupReader, start: number): number {
    const cursor = this.#cursor;
    if (!cursor.is(start, openBracket)) return -1;
    cursor.values++;
    let at = cursor.blanks(start + 1);
    if (cursor.is(at, closeBracket)) return at + 1;
    for (;;) {
      at = this.#object(reader, at, 3);
      if (at < 0) return -1;
      this.#head.add(list);
      cursor.values++;
      at = cursor.blanks(at);
      if (!cursor.is(at, comma)) return cursor.is(at, closeBracket) ? at + 1 : -1;
      at = cursor.blanks(at + 1);
    }
  }

  /** The value that the cursor met last. `repeats`: it is remembered where it is a text. */
  #fact(repeats: boolean): unknown {
    const { body, kind, start, end } = this.#cursor;
    switch (kind) {
      case spanKind.text:
        return repeats ? this.#texts.textAt(body, start, end) : body.toString('utf8', start, end);
      case spanKind.nil:
        return null;
      case spanKind.yes:
        return true;
      case spanKind.no:
        return false;
      case spanKind.digits: {
        const digit = body[start] as number;
        const isDigit = end - start === 1 && digit >= digitZero && digit <= digitNine;
        return isDigit ? digit - digitZero : Number(body.toString('latin1', start, end));
      }
      case spanKind.escaped:
        return JSON.parse(body.toString('utf8', start - 1, end + 1));
      default:
        return JSON.parse(body.toString('utf8', start, end));
    }
  }
}

function groupReader(group: HeadGroup, readerOf: (name: string) => ReadValue | null): GroupReader {
  const table = new KeyTable(group.names.map((name, place) => [name, place]));
  return { group, keys: new JsonKeys(table, group.names.length), readers: group.names.map(readerOf) };
}
