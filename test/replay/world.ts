/** A little town's log for replays: all kinds of messages, their accidents, and what looks beyond one patient. */
import fc from 'fast-check';
import { peekTime } from '../../src/replay/peek.js';
import type { SourceItem } from '../../src/replay/source.js';
import { renderDiagnostics } from '../../src/ruleset/build-ruleset.js';
import type { Artifact } from '../../src/ruleset/compile/artifact.js';
import { rulesSource } from '../ruleset/rule-sources.js';
import { buildUnguarded } from '../ruleset/unguarded.js';

export const institutions = ['H35010200001', 'H35010200002'] as const;
export const items = ['T000000001', 'T000000002', 'XA01AAA001A001010100001'] as const;
export const firstDay = '2026-03-01';
export const hour = 3_600_000;
export const start = Date.parse(`${firstDay}T00:00:00+08:00`);

const rows = (max: number) => [`KP-1,1,1,2026-01-01,2026-01-01,,,stated,T000000001,${max}`];

/** What a claim says alone, what history says, and what a pack says; `max` is what two versions differ by. */
export function artifactWith(max: number, extra: Readonly<Record<string, string>> = {}): Artifact {
  const everywhere = '[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, settlement, sale]';
  const built = buildUnguarded(
    rulesSource({
      rules: {
        'too-many': {
          scenes: everywhere,
          join: '{ table: caps, as: row, on: line.itemCode }',
          when: 'line.quantity > double(row.max)',
          blame: '{ line: line, excess: line.amount }',
        },
        'too-often': {
          scenes: everywhere,
          effect: 'remind',
          join: '{ table: caps, as: row, on: line.itemCode }',
          when: 'history.quantityWithin(line.itemCode, 20) > 6.0',
          blame: '{ line: line, excess: line.amount }',
        },
        resold: {
          scenes: everywhere,
          effect: 'hold',
          when: 'trace.soldBefore(line)',
          blame: '{ line: line, excess: line.amount }',
        },
        young: { scenes: everywhere, effect: 'record', when: 'ageAt(patient.birthDate, line.at) < 18' },
        ...(Object.keys(extra).length === 0 ? {} : { 'one-more': { scenes: everywhere, ...extra } }),
      },
      tables: { caps: { schema: 'codes: { type: codes }\nmax: { type: integer }', rows: rows(max) } },
    }),
  );
  if (!built.ok) throw new Error(renderDiagnostics(built.error));
  return built.value;
}

interface Draw {
  readonly kind: string;
  readonly patient: number | null;
  readonly visit: number;
  readonly at: number;
  readonly lines: readonly {
    readonly item: number;
    readonly quantity: number;
    readonly code: number | null;
    readonly twist: keyof typeof twists;
  }[];
  readonly older: number;
}

/** What is unusual about a line. */
const twists = {
  none: {},
  selfPaid: { selfPaid: true },
  noItem: { itemCode: null },
  noTime: { at: null },
  nothing: { quantity: 0, amount: '0.00' },
  supplied: { kind: 'drug', days: 7 },
  lasting: { until: '2026-03-20T08:00:00+08:00' },
  takenBack: { quantity: -1, amount: '-10.00', reverses: 'L0' },
} as const;

/** How many visits and packs there are: where there are few, messages have much to do with each other. */
interface Size {
  readonly patients: number;
  readonly visits: fc.Arbitrary<number>;
  readonly codes: fc.Arbitrary<number>;
  readonly twist: fc.Arbitrary<keyof typeof twists>;
}

const kinds = [
  'settlement',
  'settlement',
  'settlement',
  'settlement',
  'screening',
  'screening',
  'sale',
  'fees',
  'reversal',
  'refund',
  'return',
  'again',
  'other-content',
  'broken',
  'stock',
  'no-sender',
] as const;

function logOf(
  kind: fc.Arbitrary<string>,
  { patients, visits, codes, twist }: Size,
): fc.Arbitrary<readonly string[]> {
  const line = fc.record({
    item: fc.nat(items.length - 1),
    quantity: fc.integer({ min: 1, max: 6 }),
    code: fc.option(codes, { freq: 3 }),
    twist,
  });
  const draw: fc.Arbitrary<Draw> = fc.record({
    kind,
    patient: fc.option(fc.nat(patients - 1), { freq: 5 }),
    visit: visits,
    at: fc.integer({ min: 0, max: 20 }),
    lines: fc.array(line, { minLength: 1, maxLength: 4 }),
    older: fc.nat(6),
  });
  return fc.array(draw, { minLength: 20, maxLength: 120, size: 'max' }).map((draws) => {
    const bodies: string[] = [];
    for (const [i, one] of draws.entries()) bodies.push(bodyOf(one, i, bodies));
    return bodies;
  });
}

/** Bodies in the order of a log; hours pass between them, now and then backwards. */
export const log = logOf(fc.constantFrom(...kinds), {
  patients: 8,
  visits: fc.nat(30),
  codes: fc.nat(12),
  twist: fc.constant('none'),
});

const mostlyAlone = (few: number) =>
  fc.oneof({ weight: 12, arbitrary: fc.nat(1_000_000) }, { weight: 1, arbitrary: fc.nat(few) });

/** The same of a larger town, whose settlements have little to do with each other, and lines that are less plain. */
export const looseLog = logOf(
  fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom('settlement', 'settlement', 'screening') },
    { weight: 1, arbitrary: fc.constantFrom(...kinds) },
  ),
  {
    patients: 16,
    visits: mostlyAlone(30),
    codes: mostlyAlone(12),
    twist: fc.oneof(
      { weight: 6, arbitrary: fc.constant<keyof typeof twists>('none') },
      { weight: 2, arbitrary: fc.constantFrom(...(Object.keys(twists) as (keyof typeof twists)[])) },
    ),
  },
);

function bodyOf(one: Draw, i: number, before: readonly string[]): string {
  const earlier = before.at(-1 - one.older);
  if (one.kind === 'broken') return `{"eventId": "E${i}", "lines": [`;
  if (one.kind === 'again') return earlier ?? '{}';
  const body = objectOf(one, i);
  const other = earlier === undefined ? null : eventIdIn(earlier);
  if (one.kind === 'other-content' && other !== null) return JSON.stringify({ ...body, eventId: other });
  return JSON.stringify(body);
}

function eventIdIn(body: string): string | null {
  return /"eventId":"([^"]+)"/.exec(body)?.[1] ?? null;
}

/** A visit is of one institution, as a rule of one patient. */
function objectOf({ kind, patient, visit, at, lines }: Draw, i: number): Readonly<Record<string, unknown>> {
  const institution = institutions[visit % 2] as string;
  const sent = new Date(start + i * 5 * hour + (at - 10) * hour).toISOString();
  const sentKind = ['other-content', 'no-sender'].includes(kind) ? 'settlement' : kind;
  const undoes = ['reversal', 'refund', 'return'].includes(kind);
  const sign = kind === 'refund' || kind === 'return' ? -1 : 1;
  return {
    eventId: `E${i}`,
    kind: sentKind,
    scene: kind === 'screening' ? (visit % 10) + 1 : null,
    sentAt: sent,
    ...(undoes ? { reverses: { claimId: `${institution}/V${visit}` } } : {}),
    institution: {
      code: kind === 'no-sender' ? null : institution,
      level: 3,
      type: 'hospital',
      region: '350102',
    },
    patient: {
      id: patient === null ? null : `35000099000000${patient}`,
      sex: 'female',
      birthDate: patient === 3 ? '2015-01-01' : '1960-01-01',
      insurance: 'resident',
      region: '350100',
    },
    encounter: {
      id: `V${visit}`,
      type: 'outpatient',
      department: `A0${visit % 3}`,
      admittedAt: new Date(start + (visit % 31) * 20 * hour).toISOString(),
    },
    diagnoses: [{ code: 'I20.000', main: true }],
    ...(kind === 'stock'
      ? {
          stock: [
            {
              type: visit % 2 === 0 ? 'delete' : 'purchase',
              id: `L${at % 3}`,
              undoes: visit % 2 === 0 ? 'sale' : null,
              itemCode: items[0],
              quantity: 5,
            },
          ],
        }
      : {}),
    lines:
      kind === 'reversal' || kind === 'stock'
        ? []
        : lines.map(({ item, quantity, code, twist }, n) => ({
            id: sign < 0 ? `R${i}-${n}` : `L${n}`,
            itemCode: items[item],
            kind: 'service',
            quantity: sign * quantity,
            unitPrice: '10.00',
            amount: `${sign * quantity * 10}.00`,
            at: new Date(start + i * 5 * hour).toISOString(),
            current: true,
            selfPaid: false,
            chargeBatch: kind === 'fees' ? 'B1' : undefined,
            traceCodes: code === null ? [] : [`8${String(code).padStart(19, '0')}`],
            splitPack: false,
            ...(sign < 0 ? { reverses: `L${n}` } : {}),
            ...twists[twist],
          })),
  };
}

/** As the file source gives them. */
export function itemsOf(texts: readonly string[]): readonly SourceItem[] {
  return texts
    .map((text) => Buffer.from(text))
    .map((body, i) => ({
      seq: i + 1,
      place: `log:${i + 1}`,
      at: peekTime(body),
      body,
      format: null,
      institution: null,
      done: i + 1,
    }));
}
