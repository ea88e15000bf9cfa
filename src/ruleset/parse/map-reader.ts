/**
 * Reads the keys of one YAML map: closed set of keys, each with its shape; everything wrong is reported,
 * nothing thrown.
 */
import { dayFromDate, type EpochDay } from '../../base/calendar.js';
import type { DiagnosticCode } from '../diagnostics/codes.js';
import type { Problems } from '../diagnostics/diagnostic.js';
import { didYouMean } from '../diagnostics/nearest-name.js';
import type { Place, SourceText } from '../diagnostics/source-text.js';
import type { YamlList, YamlMap, YamlNode, YamlScalar } from './yaml.js';

/** A value with the place where it was written. */
export interface Located<T> {
  readonly value: T;
  readonly place: Place;
}

export class MapReader {
  readonly file: SourceText;
  readonly problems: Problems;
  readonly #map: YamlMap;

  constructor(file: SourceText, problems: Problems, map: YamlMap) {
    this.file = file;
    this.problems = problems;
    this.#map = map;
  }

  /** The reader of a node that must be a map; null after a report. */
  static of(file: SourceText, problems: Problems, node: YamlNode, what: string): MapReader | null {
    if (node.kind === 'map') return new MapReader(file, problems, node);
    problems.report('CG-E105', `${what} is a map of keys`, { file, offset: node.offset });
    return null;
  }

  get place(): Place {
    return { file: this.file, offset: this.#map.offset };
  }

  /** Keys in the order of the file. */
  get entries(): YamlMap['entries'] {
    return this.#map.entries;
  }

  onlyKeys(known: readonly string[]): void {
    for (const { key, keyOffset } of this.#map.entries) {
      if (!known.includes(key))
        this.report('CG-E103', `no key '${key}' here${didYouMean(key, known)}`, keyOffset);
    }
  }

  node(key: string): YamlNode | null {
    const value = this.#map.entries.find((e) => e.key === key)?.value ?? null;
    return value?.kind === 'scalar' && value.value === null ? null : value;
  }

  requireNode(key: string): YamlNode | null {
    const node = this.node(key);
    if (node === null) this.report('CG-E104', `key '${key}' is missing`, this.#map.offset);
    return node;
  }

  scalar(key: string): YamlScalar | null {
    const node = this.node(key);
    if (node === null || node.kind === 'scalar') return node;
    this.report('CG-E105', `'${key}' is a single value`, node.offset);
    return null;
  }

  /** Text of a scalar; `fallback` where the key is absent, a report where there is no fallback. */
  text(key: string, fallback?: string): Located<string> {
    if (fallback === undefined) this.requireNode(key);
    const scalar = this.scalar(key);
    if (scalar === null) return this.#located(fallback ?? '', this.#map.offset);
    return this.#located(scalar.text, scalar.offset);
  }

  word<const Words extends readonly string[]>(
    key: string,
    words: Words,
    fallback?: Words[number],
  ): Words[number] {
    const { value, place } = this.text(key, fallback);
    if (value === '') return words[0] as Words[number];
    return this.oneOf(value, words, place);
  }

  oneOf<const Words extends readonly string[]>(value: string, words: Words, place: Place): Words[number] {
    if (words.includes(value)) return value;
    const message = `'${value}' is none of ${words.join(', ')}${didYouMean(value, words)}`;
    this.problems.report('CG-E106', message, place);
    return words[0] as Words[number];
  }

  integer(key: string, bounds: { readonly min: number; readonly max: number }): number | null {
    const scalar = this.scalar(key);
    if (scalar === null) return null;
    const { value } = scalar;
    const fits =
      typeof value === 'number' && Number.isSafeInteger(value) && value >= bounds.min && value <= bounds.max;
    if (fits) return value;
    this.report('CG-E105', `'${key}' is a whole number from ${bounds.min} to ${bounds.max}`, scalar.offset);
    return null;
  }

  flag(key: string, fallback: boolean): boolean {
    const scalar = this.scalar(key);
    if (scalar === null) return fallback;
    if (typeof scalar.value === 'boolean') return scalar.value;
    this.report('CG-E105', `'${key}' is true or false`, scalar.offset);
    return fallback;
  }

  day(key: string): EpochDay | null {
    const scalar = this.scalar(key);
    if (scalar === null) return null;
    const day = parseDay(scalar.text);
    if (day === null) this.report('CG-E109', `'${scalar.text}' is no day (YYYY-MM-DD)`, scalar.offset);
    return day;
  }

  list(key: string): YamlList | null {
    const node = this.node(key);
    if (node === null || node.kind === 'list') return node;
    this.report('CG-E105', `'${key}' is a list`, node.offset);
    return null;
  }

  /** A list of words, or a single one. */
  texts(key: string): readonly Located<string>[] {
    return this.several(key).flatMap((node) => {
      if (node.kind === 'scalar') return [this.#located(node.text, node.offset)];
      this.report('CG-E105', `'${key}' is a list of single values`, node.offset);
      return [];
    });
  }

  /** The items of a list, or the single node as a list of one. */
  several(key: string): readonly YamlNode[] {
    const node = this.node(key);
    if (node === null) return [];
    return node.kind === 'list' ? node.items : [node];
  }

  map(key: string): MapReader | null {
    const node = this.node(key);
    return node === null ? null : MapReader.of(this.file, this.problems, node, `'${key}'`);
  }

  report(code: DiagnosticCode, message: string, offset: number): void {
    this.problems.report(code, message, { file: this.file, offset });
  }

  #located<T>(value: T, offset: number): Located<T> {
    return { value, place: { file: this.file, offset } };
  }
}

export function parseDay(text: string): EpochDay | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  return match === null ? null : dayFromDate(Number(match[1]), Number(match[2]), Number(match[3]));
}
