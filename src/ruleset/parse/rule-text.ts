/**
 * One rule file as its author wrote it: keys and shapes checked, expressions parsed, names not yet resolved.
 */
import type { EpochDay } from '../../base/calendar.js';
import type { ClaimKind } from '../../claim/claim.js';
import type { Effect, Severity } from '../../decision/decision.js';
import type { Problems } from '../diagnostics/diagnostic.js';
import type { Place, SourceText } from '../diagnostics/source-text.js';
import { type CelText, celOf } from './cel-text.js';
import { type Located, MapReader } from './map-reader.js';
import { type MessagePart, parseMessage } from './message-text.js';
import type { YamlNode } from './yaml.js';

export const severities = [
  'definite',
  'highly_suspicious',
  'suspicious',
] as const satisfies readonly Severity[];
export const effects = ['record', 'remind', 'justify', 'hold'] as const satisfies readonly Effect[];
export const anchors = ['line', 'prescription', 'encounter', 'claim'] as const;
export const sceneKinds = [
  'fees',
  'settlement',
  'sale',
  'reversal',
  'refund',
  'return',
  'stock',
] as const satisfies readonly ClaimKind[];

export type Anchor = (typeof anchors)[number];
/** 1–10: a screening of that national scene; a kind: every event of that kind. */
export type SceneName = number | (typeof sceneKinds)[number];

export interface ParsedRule {
  readonly file: SourceText;
  readonly id: Located<string>;
  readonly title: string;
  readonly nationalSeq: number | null;
  readonly nationalCode: string | null;
  readonly severity: Severity;
  readonly effect: Effect;
  readonly scenes: readonly SceneName[];
  readonly anchor: Anchor;
  readonly joins: readonly ParsedJoin[];
  readonly partner: ParsedPartner | null;
  readonly lets: readonly ParsedLet[];
  readonly when: CelText;
  readonly weaken: readonly ParsedWeaken[];
  readonly blame: ParsedBlame;
  readonly say: readonly MessagePart[];
  /** `once: item`: the rule speaks of all lines of an item at once. */
  readonly oncePerItem: boolean;
  readonly document: string;
  readonly basis: ParsedBasis;
  /** Table of the points that the rule applies; a rule that joins none takes a finding's point from it. */
  readonly basisTable: Located<string> | null;
  readonly except: readonly Located<string>[];
  readonly validFrom: EpochDay | null;
  readonly validTo: EpochDay | null;
  readonly owner: string;
  readonly review: EpochDay | null;
  /** How a hospital answers a finding of this rule; empty: nothing is said. */
  readonly appeal: string;
  /** Rules with the same word are switched off together; a rule can always be switched off by its id. */
  readonly killSwitch: string;
  /** Where a key of the rule stands; the id where it has no such key. */
  placeOf(key: RuleKey): Place;
}

export const basisLevels = ['national', 'province', 'city'] as const;
export type BasisLevel = (typeof basisLevels)[number];

/** What stands behind a rule, beside the document's title. */
export interface ParsedBasis {
  /** 文号; null where the document has none. */
  readonly number: string | null;
  /** Who issued it; null: not said. */
  readonly level: BasisLevel | null;
  /** Beginning of the area codes for which it was issued. */
  readonly region: string | null;
  /** Official points, where the rule names its items itself. */
  readonly points: readonly string[];
}

export interface ParsedJoin {
  readonly table: Located<string>;
  readonly alias: Located<string>;
  readonly on: CelText;
  readonly many: boolean;
}

export interface ParsedPartner {
  readonly name: Located<string>;
  readonly source: CelText;
  readonly join: ParsedJoin | null;
}

export interface ParsedLet {
  readonly name: Located<string>;
  readonly value: CelText;
}

export interface ParsedWeaken {
  readonly condition: CelText;
  /**
   * `unless` weakens where the condition is not true, `if` where it is not false: unknown weakens either way.
   */
  readonly when: 'unless' | 'if';
  readonly to: Located<Severity>;
  readonly effect: Located<Effect> | null;
}

export interface ParsedBlame {
  /** Empty: the anchor's lines. */
  readonly lines: readonly CelText[];
  readonly involved: readonly CelText[];
  readonly excess: CelText | null;
}

const ruleKeys = [
  'id',
  'title',
  'national',
  'severity',
  'effect',
  'scenes',
  'for',
  'join',
  'with',
  'let',
  'when',
  'weaken',
  'blame',
  'say',
  'basis',
  'except',
  'once',
  'valid',
  'owner',
  'review',
  'appeal',
  'killSwitch',
] as const; // prettier-ignore
export type RuleKey = (typeof ruleKeys)[number];

/** Rule ids become names in generated code and in metrics. */
export const ruleIdForm = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const maxIdLength = 64;

/** Null after reports: a rule with a shape problem is not checked further. */
export function parseRule(file: SourceText, problems: Problems, root: YamlNode): ParsedRule | null {
  const before = problems.count;
  const map = MapReader.of(file, problems, root, 'a rule');
  if (map === null) return null;
  map.onlyKeys(ruleKeys);
  const when = expression(map, 'when', true);
  const rule = {
    file,
    id: ruleId(map),
    title: map.text('title').value,
    ...national(map),
    severity: map.word('severity', severities),
    effect: map.word('effect', effects),
    scenes: scenes(map),
    anchor: map.word('for', anchors),
    oncePerItem: map.node('once') !== null && map.word('once', ['item']) === 'item',
    joins: map.several('join').flatMap((node) => join(map, node) ?? []),
    partner: partner(map),
    lets: lets(map),
    weaken: map.several('weaken').flatMap((node) => weakening(map, node) ?? []),
    blame: blame(map),
    say: say(map),
    ...basis(map),
    except: map.texts('except'),
    ...validity(map),
    owner: map.text('owner', '').value,
    review: map.day('review'),
    appeal: map.text('appeal', '').value,
    killSwitch: killSwitch(map),
    placeOf: (key: RuleKey) => placeOf(map, key),
  };
  return when === null || problems.count > before ? null : { ...rule, when };
}

function ruleId(map: MapReader): Located<string> {
  const id = map.text('id');
  const fileName =
    map.file.path
      .split('/')
      .at(-1)
      ?.replace(/\.yaml$/, '') ?? '';
  if (id.value === '') return id;
  if (!ruleIdForm.test(id.value) || id.value.length > maxIdLength) {
    map.problems.report(
      'CG-E105',
      `'${id.value}' is not kebab-case of at most ${maxIdLength} characters`,
      id.place,
    );
  } else if (id.value !== fileName) {
    map.problems.report('CG-E107', `rule '${id.value}' stands in file '${fileName}.yaml'`, id.place);
  }
  return id;
}

function national(map: MapReader): { nationalSeq: number | null; nationalCode: string | null } {
  const inner = map.map('national');
  inner?.onlyKeys(['seq', 'code']);
  const code = inner?.text('code', '').value ?? '';
  return {
    nationalSeq: inner?.integer('seq', { min: 1, max: 999 }) ?? null,
    nationalCode: code === '' ? null : code,
  };
}

function scenes(map: MapReader): readonly SceneName[] {
  map.requireNode('scenes');
  return map.texts('scenes').map(({ value, place }) => {
    if (/^\d+$/.test(value) && Number(value) >= 1 && Number(value) <= 10) return Number(value);
    if (!/^\d/.test(value)) return map.oneOf(value, sceneKinds, place);
    map.problems.report('CG-E106', `there is no scene ${value}; scenes are 1 to 10`, place);
    return 1;
  });
}

const joinKeys = ['table', 'as', 'on', 'many'] as const;

function join(map: MapReader, node: YamlNode): ParsedJoin | null {
  const inner = MapReader.of(map.file, map.problems, node, 'a join');
  if (inner === null) return null;
  inner.onlyKeys(joinKeys);
  const on = expression(inner, 'on', true);
  const read = { table: inner.text('table'), alias: inner.text('as'), many: inner.flag('many', false) };
  return on === null ? null : { ...read, on };
}

function partner(map: MapReader): ParsedPartner | null {
  const inner = map.map('with');
  const entry = inner?.entries[0];
  if (inner === null || entry === undefined) return null;
  if (inner.entries.length > 1) {
    inner.report('CG-E105', "'with' names one partner", inner.entries[1]?.keyOffset ?? 0);
  }
  const name = { value: entry.key, place: { file: map.file, offset: entry.keyOffset } };
  if (entry.value.kind === 'scalar') {
    const source = celOf(map.file, map.problems, entry.value, `'${entry.key}'`);
    return source === null ? null : { name, source, join: null };
  }
  const body = MapReader.of(map.file, map.problems, entry.value, `'${entry.key}'`);
  if (body === null) return null;
  body.onlyKeys(['each', 'join']);
  const source = expression(body, 'each', true);
  const node = body.node('join');
  return source === null ? null : { name, source, join: node === null ? null : join(body, node) };
}

function lets(map: MapReader): readonly ParsedLet[] {
  return (map.map('let')?.entries ?? []).flatMap(({ key, keyOffset, value }) => {
    const cel = celOf(map.file, map.problems, value, `'${key}'`);
    return cel === null
      ? []
      : [{ name: { value: key, place: { file: map.file, offset: keyOffset } }, value: cel }];
  });
}

function weakening(map: MapReader, node: YamlNode): ParsedWeaken | null {
  const inner = MapReader.of(map.file, map.problems, node, 'a weakening');
  if (inner === null) return null;
  inner.onlyKeys(['unless', 'if', 'to', 'effect']);
  const when = inner.node('if') === null ? 'unless' : 'if';
  if (when === 'if' && inner.node('unless') !== null) {
    inner.report('CG-E103', "either 'if' or 'unless', not both", inner.place.offset);
  }
  const condition = expression(inner, when, true);
  const to = { value: inner.word('to', severities), place: inner.text('to').place };
  const effect =
    inner.node('effect') === null
      ? null
      : { value: inner.word('effect', effects), place: inner.text('effect').place };
  return condition === null ? null : { condition, when, to, effect };
}

function blame(map: MapReader): ParsedBlame {
  const inner = map.map('blame');
  inner?.onlyKeys(['line', 'involve', 'excess']);
  return {
    lines: expressions(inner, 'line'),
    involved: expressions(inner, 'involve'),
    excess: inner === null ? null : expression(inner, 'excess', false),
  };
}

function say(map: MapReader): readonly MessagePart[] {
  map.requireNode('say');
  const scalar = map.scalar('say');
  return scalar === null ? [] : parseMessage(map.file, map.problems, scalar);
}

function basis(map: MapReader): Pick<ParsedRule, 'document' | 'basisTable' | 'basis'> {
  map.requireNode('basis');
  const inner = map.map('basis');
  inner?.onlyKeys(['document', 'table', 'number', 'level', 'region', 'points']);
  const table = inner?.scalar('table') ? inner.text('table') : null;
  const text = (key: string) => inner?.text(key, '').value || null;
  const region = text('region');
  if (region !== null && !/^\d{2,6}$/.test(region))
    map.problems.report('CG-E105', `'${region}' is no area code`, inner?.text('region').place ?? map.place);
  return {
    document: inner?.text('document').value ?? '',
    basisTable: table,
    basis: {
      number: text('number'),
      level: text('level') === null ? null : (inner?.word('level', basisLevels) ?? null),
      region,
      points: inner?.texts('points').map((p) => p.value) ?? [],
    },
  };
}

/** The rule's own id where the author names no other switch. */
function killSwitch(map: MapReader): string {
  const { value, place } = map.text('killSwitch', map.text('id').value);
  if (ruleIdForm.test(value) || map.node('killSwitch') === null) return value;
  map.problems.report('CG-E105', `switch '${value}' is not kebab-case`, place);
  return value;
}

function placeOf(map: MapReader, key: RuleKey): Place {
  const entry = map.entries.find((e) => e.key === key) ?? map.entries.find((e) => e.key === 'id');
  return { file: map.file, offset: entry?.value.offset ?? 0 };
}

function validity(map: MapReader): { validFrom: EpochDay | null; validTo: EpochDay | null } {
  const inner = map.map('valid');
  inner?.onlyKeys(['from', 'to']);
  return { validFrom: inner?.day('from') ?? null, validTo: inner?.day('to') ?? null };
}

function expression(map: MapReader, key: string, required: boolean): CelText | null {
  const node = required ? map.requireNode(key) : map.node(key);
  return node === null ? null : celOf(map.file, map.problems, node, `'${key}'`);
}

function expressions(map: MapReader | null, key: string): readonly CelText[] {
  if (map === null) return [];
  return map.several(key).flatMap((node) => celOf(map.file, map.problems, node, `'${key}'`) ?? []);
}
