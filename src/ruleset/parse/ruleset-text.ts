/** `ruleset.yaml` and `exceptions.yaml`. */
import { type EpochDay, formatDay } from '../../base/calendar.js';
import type { Problems } from '../diagnostics/diagnostic.js';
import type { SourceText } from '../diagnostics/source-text.js';
import { type CelText, celOf } from './cel-text.js';
import { type Located, MapReader } from './map-reader.js';
import type { YamlNode } from './yaml.js';

export interface ParsedHeader {
  readonly name: string;
  readonly version: number;
  readonly asOf: EpochDay;
  readonly packs: readonly Located<string>[];
}

export function parseHeader(file: SourceText, problems: Problems, root: YamlNode): ParsedHeader | null {
  const map = MapReader.of(file, problems, root, 'a rule set');
  if (map === null) return null;
  const before = problems.count;
  map.onlyKeys(['name', 'version', 'asOf', 'packs']);
  map.requireNode('version');
  map.requireNode('asOf');
  map.requireNode('packs');
  const name = map.text('name');
  // It names files, metrics and generated code.
  if (!/^[a-z][a-z0-9-]{0,63}$/.test(name.value)) {
    problems.report('CG-E105', `'${name.value}' is not kebab-case of at most 64 characters`, name.place);
  }
  const header = {
    name: name.value,
    version: map.integer('version', { min: 0, max: 1_000_000 }) ?? 0,
    asOf: map.day('asOf') ?? 0,
    packs: map.texts('packs'),
  };
  return problems.count > before ? null : header;
}

/** A named exception: a rule that lists it does not find where the condition holds. */
export interface ParsedException {
  readonly name: string;
  readonly title: string;
  readonly when: CelText;
}

/** Each key is a name; its value the condition itself, or a map of `title` and `when`. */
export function parseExceptions(
  file: SourceText,
  problems: Problems,
  root: YamlNode,
): readonly ParsedException[] {
  const map = MapReader.of(file, problems, root, 'the list of exceptions');
  return (map?.entries ?? []).flatMap(({ key, value }) => {
    if (value.kind === 'scalar') {
      const when = celOf(file, problems, value, `'${key}'`);
      return when === null ? [] : [{ name: key, title: '', when }];
    }
    const inner = MapReader.of(file, problems, value, `'${key}'`);
    inner?.onlyKeys(['title', 'when', 'basis']);
    const node = inner?.requireNode('when') ?? null;
    const when = node === null ? null : celOf(file, problems, node, "'when'");
    return when === null ? [] : [{ name: key, title: inner?.text('title', '').value ?? '', when }];
  });
}

export function headerDay(header: ParsedHeader): string {
  return formatDay(header.asOf);
}
