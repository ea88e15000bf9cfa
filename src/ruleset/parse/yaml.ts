/**
 * The only importer of `yaml`. Reads a document into our own nodes, each of which knows where it stands, so
 * that a mistake inside a scalar (a CEL error) still points to file, line and column.
 */
import { type Document, isAlias, isMap, isScalar, isSeq, type Node, parseDocument } from 'yaml';
import type { Problems } from '../diagnostics/diagnostic.js';
import type { SourceText } from '../diagnostics/source-text.js';
import { placesOfCharacters } from './scalar-places.js';

export type YamlNode = YamlMap | YamlList | YamlScalar;

export interface YamlMap {
  readonly kind: 'map';
  readonly offset: number;
  readonly entries: readonly YamlEntry[];
}

export interface YamlEntry {
  readonly key: string;
  readonly keyOffset: number;
  readonly value: YamlNode;
}

export interface YamlList {
  readonly kind: 'list';
  readonly offset: number;
  readonly items: readonly YamlNode[];
}

export interface YamlScalar {
  readonly kind: 'scalar';
  readonly offset: number;
  readonly value: string | number | boolean | null;
  /** The scalar as text: what stands in the file for a number or flag, the content of a string. */
  readonly text: string;
  /** Offset in the file of each character of `text`. */
  offsetOf(index: number): number;
}

/** Bounds of a hostile or mistaken file. */
const maxLength = 2_000_000;
const maxDepth = 24;

/** The document's root node, or null after reporting why there is none. */
export function readYaml(file: SourceText, problems: Problems): YamlNode | null {
  if (file.text.length > maxLength) {
    problems.report('CG-E110', `longer than ${maxLength} characters`, { file, offset: 0 });
    return null;
  }
  const before = problems.count;
  const document = parseDocument(file.text, { prettyErrors: false, uniqueKeys: true, logLevel: 'silent' });
  reportYamlErrors(document, file, problems);
  if (problems.count > before) return null;
  const root = new Reader(file, problems).read(document.contents, 0);
  return problems.count > before ? null : root;
}

function reportYamlErrors(document: Document.Parsed, file: SourceText, problems: Problems): void {
  for (const error of [...document.errors, ...document.warnings]) {
    const hint = error.code === 'TAG_RESOLVE_FAILED' ? ' (put a value that begins with ! in quotes)' : '';
    const first = error.message.split('\n')[0] ?? '';
    problems.report('CG-E102', `${first}${hint}`, { file, offset: error.pos[0] });
  }
}

class Reader {
  readonly #file: SourceText;
  readonly #problems: Problems;

  constructor(file: SourceText, problems: Problems) {
    this.#file = file;
    this.#problems = problems;
  }

  read(node: Node | null | undefined, depth: number): YamlNode {
    const offset = node?.range?.[0] ?? 0;
    if (depth > maxDepth) return this.#refuse('nested too deeply', offset);
    if (isAlias(node) || (node as { anchor?: string } | null)?.anchor !== undefined) {
      return this.#refuse('anchors and aliases are not used here', offset);
    }
    if (isMap(node)) {
      const entries = node.items.map((pair) => this.#entry(pair as { key: Node; value: Node | null }, depth));
      return { kind: 'map', offset, entries };
    }
    if (isSeq(node)) {
      const items = node.items.map((item) => this.read(item as Node, depth + 1));
      return { kind: 'list', offset, items };
    }
    return this.#scalar(node, offset);
  }

  #entry(pair: { key: Node; value: Node | null }, depth: number): YamlEntry {
    const keyOffset = pair.key.range?.[0] ?? 0;
    const key = isScalar(pair.key) ? String(pair.key.value) : '';
    if (!isScalar(pair.key)) this.#refuse('keys are plain words', keyOffset);
    const value =
      pair.value === null ? scalar(null, '', keyOffset, () => keyOffset) : this.read(pair.value, depth + 1);
    return { key, keyOffset, value };
  }

  #scalar(node: Node | null | undefined, offset: number): YamlScalar {
    if (!isScalar(node)) return scalar(null, '', offset, () => offset);
    const { value, source } = node as { value: unknown; source?: string };
    const plain = plainValue(value);
    const text = typeof plain === 'string' ? plain : (source ?? '');
    const [start, end] = node.range ?? [offset, offset];
    let places: readonly number[] | null = null;
    return scalar(plain, text, offset, (index) => {
      places ??= placesOfCharacters(this.#file.text, start, end, text);
      return places[Math.min(index, places.length - 1)] ?? start;
    });
  }

  #refuse(message: string, offset: number): YamlScalar {
    this.#problems.report('CG-E102', message, { file: this.#file, offset });
    return scalar(null, '', offset, () => offset);
  }
}

function plainValue(value: unknown): string | number | boolean | null {
  const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return isPlain ? value : null;
}

function scalar(
  value: string | number | boolean | null,
  text: string,
  offset: number,
  offsetOf: (index: number) => number,
): YamlScalar {
  return { kind: 'scalar', offset, value, text, offsetOf };
}

/**
 * The same content as ordinary data, without places. Maps have no prototype: a key `__proto__` is only a key.
 */
export function plainData(node: YamlNode): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(plainData);
  const result = Object.create(null) as Record<string, unknown>;
  for (const entry of node.entries) result[entry.key] = plainData(entry.value);
  return result;
}
