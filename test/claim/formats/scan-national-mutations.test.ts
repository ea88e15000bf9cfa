/** Bodies that are a little wrong, everywhere: the scanner takes none that it would read otherwise. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClaimGenerator, usualOptions } from '../../../bench/claims/generate.js';
import { render as renderSimulated } from '../../../bench/claims/render.js';
import { camelName } from '../../../src/claim/formats/nhsa/nodes.js';
import { nationalOrderFields } from '../../../src/claim/formats/nhsa/order-fields.js';
import { compareScan } from './compare-scan-national.js';

const options = { ...usualOptions, seed: 5, lines: 2, tablesDir: 'rules/tables' };
const small = Buffer.from(renderSimulated(new ClaimGenerator(options).claim(0).claim, 'nhsa').body);

describe('broken bytes', () => {
  it('a body cut at any byte is never taken', () => {
    for (let end = 0; end < small.length; end++) {
      expect(compareScan(small.subarray(0, end))).toBe('declined, unreadable');
    }
  });

  it.each(['"', '\\', ',', '}', '[', '0', '\u0001'])('every byte replaced by %j', (text) => {
    const bytes = Buffer.from(text);
    for (let at = 0; at < small.length; at++) {
      compareScan(Buffer.concat([small.subarray(0, at), bytes, small.subarray(at + 1)]));
    }
  });

  it('any bytes written over, left out or doubled', () => {
    const edit = fc.record({
      at: fc.nat(small.length),
      remove: fc.nat(12),
      insert: fc.oneof(
        fc.constant(''),
        fc.string({ maxLength: 4 }),
        fc.constantFrom('null,', '"a":1,', '{},', '[]'),
      ),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        let text = small.toString();
        for (const { at, remove, insert } of edits)
          text = text.slice(0, at) + insert + text.slice(at + remove);
        compareScan(Buffer.from(text));
      }),
      { numRuns: 1_000 },
    );
  });
});

const blanks = ['""', '" "', '"-"', '" - "', '"--"', 'null', '"null"'];
const numbers = [
  '0',
  '1',
  '2',
  '-1',
  '1.50',
  '0.00',
  '-0',
  '1e2',
  '1E-2',
  '12345678901234567890',
  '0.1234567',
];
const numberTexts = [
  '"0"',
  '"1"',
  '"2"',
  '" 2 "',
  '"1.50"',
  '"01.5"',
  '"1e2"',
  '"-3.00"',
  '"+3"',
  '"."',
  '"３"',
];
const dates = ['"2026-03-12"', '"2026-03-12 09:41:07"', '"9999-12-31 00:00:00"', '20260312'];
const codes = [
  '"01"',
  '"02"',
  '"03"',
  '" 03"',
  '"101"',
  '"001201000030000"',
  '"骨科"',
  '"骨\\u79d1"',
  '"A03.05"',
  '"A\\t"',
];
const others = [
  'true',
  'false',
  '[]',
  '{}',
  '[ ]',
  '{"drug_trac_codg":"8123"}',
  '[{"drug_trac_code":"8,9；10"},"11",null,7]',
  '[[[1]]]',
  '"A\u007f"',
];
const long = [
  `"${'x'.repeat(128)}"`,
  `"${'x'.repeat(129)}"`,
  `"${'字'.repeat(70)}"`,
  `"${'字'.repeat(129)}"`,
];

const names = [
  ...Object.keys(nationalOrderFields),
  'spec',
  'mdtrt_id',
  'order_id',
  'fsi_order_dtos',
  '__proto__',
];
const value = fc.constantFrom(...blanks, ...numbers, ...numberTexts, ...dates, ...codes, ...others, ...long);
/** Keys in any order, some missing, some twice. */
const order = (name: fc.Arbitrary<string>) => fc.array(fc.tuple(name, value), { maxLength: 40 });
const snake = fc.constantFrom(...names);
const camel = snake.map(camelName);

function orderText(entries: readonly (readonly [string, string])[], gap: string): string {
  return `{${gap}${entries.map(([name, text]) => `"${name}"${gap}:${gap}${text}`).join(`,${gap}`)}${gap}}`;
}

interface Shape {
  readonly level: string;
  readonly area: string;
  readonly gap: string;
  readonly current: string;
}

function bodyText(lists: readonly (readonly string[])[], { level, area, gap, current }: Shape): string {
  const encounters = lists.map(
    (orders, i) =>
      `{"mdtrt_id":"V${i}","medins_lv":${level},"medins_admdvs":"${area}","fsi_order_dtos":${gap}[${orders.join(`${gap},`)}]}`,
  );
  return `{"infno":"3101","input":{"data":{"trig_scen":"2","patient_dtos":[{"patn_id":"P","curr_mdtrt_id":${current},"fsi_encounter_dtos":[${encounters.join(',')}]}]}}}`;
}

const shape = fc.record({
  level: fc.constantFrom('"1"', '"2"', '"3"', '3', '"08"', '"11"', '""'),
  area: fc.constantFrom('350102', '110105', ''),
  gap: fc.constantFrom('', '', ' ', '\n  '),
  current: fc.constantFrom('"V0"', '"V1"', '"V9"', 'null'),
});

describe('odd orders', () => {
  it.each([
    ['snake_case', snake],
    ['camelCase', camel],
    ['either', fc.oneof(snake, camel)],
  ])('in %s', (_, name) => {
    const gapless = fc.array(fc.array(order(name), { maxLength: 4 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(gapless, shape, (lists, around) => {
        const texts = lists.map((orders) => orders.map((entries) => orderText(entries, around.gap)));
        const outcome = compareScan(Buffer.from(bodyText(texts, around)));
        const isNamed = lists.length === 1 || around.current === '"V0"' || around.current === '"V1"';
        if (_ !== 'either' && isNamed) expect(outcome).toBe('same');
      }),
      { numRuns: 500 },
    );
  });

  it('orders whose keys change from one to the next, as one sender follows the other', () => {
    fc.assert(
      fc.property(
        fc.array(order(snake), { minLength: 2, maxLength: 6 }),
        fc.nat(3),
        shape,
        (orders, swap, around) => {
          const alike = orders.flatMap((entries) => [entries, entries.toSpliced(swap, 1), entries]);
          const texts = [alike.map((entries, i) => orderText(entries, i % 3 === 2 ? ' ' : around.gap))];
          expect(compareScan(Buffer.from(bodyText(texts, { ...around, current: '"V0"' })))).toBe('same');
        },
      ),
      { numRuns: 200 },
    );
  });
});
