/**
 * Large bodies whose reading must stay linear. No clock is asked: what is linear takes a fraction of a
 * second, what is not takes minutes, and the watchdog ends it.
 */
import { describe, expect, it } from 'vitest';
import { packWire } from '../../src/base/wire.js';
import type { WireFormat } from '../../src/claim/formats/wire-format.js';
import { judgeInTime } from './campaign.js';
import { type Input, subjects } from './subject.js';

const small: Input = { bytes: new TextEncoder().encode('{"kind":"screening"}'), format: null };
const long = 200_000;
const blanks = `${' '.repeat(long)}x`;
const digits = '9'.repeat(long);
const rows = <T>(count: number, row: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => row(i));
const item = '001201000030000';

const nativeLine = (i: number) => ({
  id: `L${i}`,
  itemCode: item,
  quantity: i % 2 ? -1 : 1,
  amount: i % 2 ? -24 : 24,
});
const native: readonly (readonly [string, unknown])[] = [
  ...[blanks, digits, '-'.repeat(long), '字'.repeat(long / 4), '\\"{['.repeat(long / 4)].map(
    (text, i) =>
      [
        `long texts (${i})`,
        {
          eventId: text,
          kind: 'screening',
          scene: text,
          institution: { code: text, level: text, type: text, region: text },
          encounter: { id: text, type: text, medType: text, admittedAt: text },
          lines: [
            {
              id: text,
              itemCode: text,
              itemName: text,
              quantity: text,
              at: text,
              days: text,
              traceCodes: [text],
            },
          ],
        },
      ] as const,
  ),
  ['3,000 lines with one id', { kind: 'screening', lines: rows(3000, () => ({ id: 'A' })) }],
  [
    'ids that stand in the way of made-up ones',
    {
      kind: 'screening',
      lines: [...rows(1250, () => ({ id: 'A' })), ...rows(1250, (i) => ({ id: `A#${i + 2}` }))],
    },
  ],
  ['3,000 charges and refunds of one item', { kind: 'screening', lines: rows(3000, nativeLine) }],
  ['many unknown keys', { kind: 'screening', ...Object.fromEntries(rows(100_000, (i) => [`k${i}`, i])) }],
];

const encounters = (count: number) => rows(count, (i) => ({ mdtrt_id: `E${i}` }));
const national = (data: unknown, root = {}) => ({ infno: '3101', msgid: 'M1', ...root, input: { data } });
const requests: readonly (readonly [string, unknown])[] = [
  ...[blanks, digits, ','.repeat(long), '字'.repeat(long / 4)].map(
    (text, i) =>
      [
        `long texts (${i})`,
        national(
          {
            trig_scen: text,
            task_id: text,
            patient_dtos: {
              patn_id: text,
              fsi_encounter_dtos: {
                ...{
                  mdtrt_id: text,
                  medins_id: text,
                  med_type: text,
                  medins_type: text,
                  adm_dept_codg: text,
                },
                fsi_order_dtos: {
                  rx_id: text,
                  hilist_code: text,
                  cnt: text,
                  drugtracinfo: i === 2 ? '' : text,
                },
              },
            },
          },
          { mdtrtarea_admvs: text, insuplc_admdvs: text },
        ),
      ] as const,
  ),
  [
    'lists flattened beside many encounters',
    national({
      patient_dtos: { fsi_encounter_dtos: encounters(200) },
      fsi_order_dtos: rows(5000, (i) => ({ rx_id: `L${i}`, mdtrt_id: 'E199' })),
    }),
  ],
  ['a list of scenes', national({ trig_scen: rows(100_000, (i) => i), patient_dtos: {} })],
  ['a list of patients', national({ patient_dtos: rows(5000, () => ({})) })],
];

const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** What is wrong with reading a value in a format; null for nothing. */
function problemOf(bytes: Uint8Array, format: WireFormat | null): string | null {
  return judgeInTime({ bytes, format }, small, subjects, 30_000);
}

describe('large bodies end in time', () => {
  it.each(native)('native JSON: %s', (_, value) => {
    expect(problemOf(json(value), null)).toBeNull();
  });

  it.each(native)('native MessagePack: %s', (_, value) => {
    expect(problemOf(packWire(value), null)).toBeNull();
  });

  it.each(requests)('national JSON: %s', (_, value) => {
    expect(problemOf(json(value), null)).toBeNull();
  });
});
