/** `<rule>.examples.yaml`: claims that a rule must hit, miss, or leave undecided. */
import type { Problems } from '../diagnostics/diagnostic.js';
import type { Place, SourceText } from '../diagnostics/source-text.js';
import { MapReader } from './map-reader.js';
import { severities } from './rule-text.js';
import { plainData, type YamlNode } from './yaml.js';

export const expectations = ['hit', 'miss', 'not_evaluated'] as const;
export type Expectation = (typeof expectations)[number];

export interface ParsedExample {
  readonly name: string;
  readonly place: Place;
  /** A partial native claim, merged over the base claim. */
  readonly claim: unknown;
  /** What was settled before, oldest first, each written like `claim`; null: nothing is known of the past. */
  readonly history: readonly unknown[] | null;
  readonly expect: Expectation;
  readonly severity: string | null;
  readonly excessFen: number | null;
  readonly lines: readonly string[] | null;
  readonly facts: readonly string[] | null;
}

const exampleKeys = [
  'name',
  'claim',
  'history',
  'expect',
  'severity',
  'excessFen',
  'lines',
  'facts',
] as const;

export function parseExamples(
  file: SourceText,
  problems: Problems,
  root: YamlNode,
): readonly ParsedExample[] {
  if (root.kind !== 'list') {
    problems.report('CG-E105', 'examples are a list', { file, offset: root.offset });
    return [];
  }
  return root.items.flatMap((node) => example(file, problems, node) ?? []);
}

function example(file: SourceText, problems: Problems, node: YamlNode): ParsedExample | null {
  const map = MapReader.of(file, problems, node, 'an example');
  if (map === null) return null;
  map.onlyKeys(exampleKeys);
  const claim = map.node('claim');
  return {
    name: map.text('name').value,
    place: map.place,
    claim: claim === null ? {} : plainData(claim),
    history: map.list('history')?.items.map(plainData) ?? null,
    expect: map.word('expect', expectations),
    severity: map.node('severity') === null ? null : map.word('severity', severities),
    excessFen: map.integer('excessFen', { min: 0, max: Number.MAX_SAFE_INTEGER }),
    lines: map.node('lines') === null ? null : map.texts('lines').map((l) => l.value),
    facts: map.node('facts') === null ? null : map.texts('facts').map((f) => f.value),
  };
}
