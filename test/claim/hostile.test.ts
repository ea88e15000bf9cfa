import fc from 'fast-check';
import { Packr } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import { packWire } from '../../src/base/wire.js';
import { readClaim } from '../../src/claim/read-claim.js';
import { unreadableCodes } from '../../src/claim/unreadable.js';
import { jsonBytes, mustRead, mustRefuse, payload, testSettings } from './settings.js';

const text = (value: string) => new TextEncoder().encode(value);
const formats = [null, 'native-json', 'native-msgpack', 'nhsa-json', 'nhsa-gbk'] as const;
const base = {
  eventId: 'E1',
  kind: 'screening',
  institution: { code: 'H35010200417' },
  encounter: { id: 'V1' },
};
const line = { id: 'L1', itemCode: '001201000030000', quantity: 1, amount: '24.00' };

describe('bodies that are no claim', () => {
  it.each([
    ['nothing', text(''), 'empty'],
    ['a text', text('"hello"'), 'wrong-shape'],
    ['a list', text('[]'), 'wrong-shape'],
    ['null', text('null'), 'wrong-shape'],
    ['two values', text('{} {}'), 'syntax'],
    ['a cut object', text('{"lines":['), 'syntax'],
    ['a cut text', text('{"eventId":"E'), 'syntax'],
    ['NaN', text('{"scene":NaN}'), 'syntax'],
    ['a lone bracket', text('{"a":1}}'), 'syntax'],
    ['bytes that are no UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]), 'encoding'],
  ])('%s', (_, bytes, code) => {
    expect(mustRefuse(bytes, 'native-json').code).toBe(code);
  });

  it('neither UTF-8 nor GBK', () => {
    expect(mustRefuse(new Uint8Array([0x7b, 0xff, 0xff, 0x7d]), 'nhsa-json').code).toBe('encoding');
  });

  it.each([
    ['lines', { lines: 'none' }, 'Expected a list at lines.'],
    ['lines as an object', { lines: { 0: line } }, 'Expected a list at lines.'],
    ['a line', { lines: [line, 7] }, 'Expected an object at lines[1].'],
    ['a line as a list', { lines: [[]] }, 'Expected an object at lines[0].'],
    ['diagnoses', { diagnoses: 3 }, 'Expected a list at diagnoses.'],
    ['trace codes', { lines: [{ ...line, traceCodes: 'x' }] }, 'Expected a list at lines[0].traceCodes.'],
    ['the patient', { patient: 'Zhang' }, 'Expected an object at patient.'],
    ['what it reverses', { reverses: 'X' }, 'Expected an object at reverses.'],
  ])('wrong type of %s', (_, change, message) => {
    const refusal = mustRefuse(jsonBytes({ ...base, ...change }));
    expect(refusal).toEqual({
      code: 'wrong-shape',
      message,
      eventId: 'E1',
      claimId: 'H35010200417/V1',
      reply: null,
    });
    expect(mustRefuse(packWire({ ...base, ...change }))).toEqual(refusal);
  });

  it('an unknown kind is not guessed at', () => {
    expect(mustRefuse(jsonBytes({ ...base, kind: 'banana' })).message).toMatch(
      /^Expected one of screening, fees/,
    );
    expect(mustRefuse(jsonBytes({ ...base, kind: 7 })).code).toBe('wrong-shape');
  });

  it('an object of another form is no empty claim', () => {
    expect(mustRefuse(jsonBytes({})).message).toMatch(/^Expected a claim \(kind, /);
    expect(mustRefuse(jsonBytes({ decisionId: 'D1', status: 'pass' })).code).toBe('wrong-shape');
    expect(mustRefuse(payload('05_3102_request_inpatient_presettle.json'), 'native-json')).toMatchObject({
      message: 'Expected a native claim, not the national envelope at the root.',
    });
    expect(mustRefuse(jsonBytes({ ...base, lines: [line] }), 'nhsa-json').message).toBe(
      'patient_dtos holds no patient.',
    );
  });

  it('never quotes what it refuses', () => {
    const named = '{"patient":{"name":"张测试","id":"35000011000099001234"}, 张测试';
    expect(JSON.stringify(mustRefuse(text(named)))).not.toMatch(/张测试|35000011000099001234/);
    const wrong = { msgid: 'M', infno: '张测试', input: {} };
    expect(mustRefuse(jsonBytes(wrong)).message).not.toContain('张');
  });
});

describe('bodies that are too much', () => {
  it.each(['[', '{"a":'])('nesting of %s', (open) => {
    for (const depth of [17, 1000, 1_000_000]) {
      expect(mustRefuse(text(`{"lines":${open.repeat(depth)}`), 'native-json').code).toBe('too-deep');
    }
  });

  it('brackets within texts are no nesting', () => {
    const name = '[{"\\'.repeat(50);
    expect(mustRead(jsonBytes({ ...base, lines: [{ ...line, itemName: name }] })).claim.lines).toHaveLength(
      1,
    );
  });

  it('MessagePack nesting, lists and maps', () => {
    const lists = new Uint8Array(1_000_000).fill(0x91);
    expect(mustRefuse(lists, 'native-msgpack').code).toBe('too-deep');
    const maps = new Uint8Array(300_000).map((_, i) => [0x81, 0xa1, 0x61][i % 3] as number);
    expect(mustRefuse(maps, 'native-msgpack').code).toBe('too-deep');
  });

  it('more values than any claim has, before anything is built of them', () => {
    const many = `{"lines":[],"more":[${'{},'.repeat(300_000)}{}]}`;
    expect(mustRefuse(text(many), 'native-json').code).toBe('too-many');
    const list = new Uint8Array(600_005).fill(0x01);
    list.set([0xdd, 0, 9, 0x27, 0xc0]);
    expect(mustRefuse(list, 'native-msgpack').code).toBe('too-many');
  });

  it('more lines than a claim may have, and one hundred thousand', () => {
    const some = Array.from({ length: 5_001 }, () => line);
    const refusal = mustRefuse(jsonBytes({ ...base, lines: some }));
    expect(refusal.message).toBe('lines holds 5001 entries; the limit is 5000.');
    const lines = Array.from({ length: 100_000 }, () => line);
    expect(mustRefuse(jsonBytes({ ...base, lines })).code).toBe('too-many');
    expect(mustRefuse(packWire({ ...base, lines })).code).toBe('too-many');
    const orders = { patient_dtos: [{ fsi_encounter_dtos: [{ fsi_order_dtos: lines }] }] };
    expect(mustRefuse(jsonBytes({ infno: '3102', input: { data: orders } })).code).toBe('too-many');
  });

  it('lines spread over encounters count together', () => {
    const orders = Array.from({ length: 2600 }, (_, i) => ({ rx_id: String(i) }));
    const encounters = [
      { mdtrt_id: 'A', fsi_order_dtos: orders },
      { mdtrt_id: 'B', fsi_order_dtos: orders },
    ];
    const data = { patient_dtos: { fsi_encounter_dtos: encounters } };
    expect(mustRefuse(jsonBytes({ infno: '3102', input: { data } })).code).toBe('too-many');
  });

  it('five thousand lines with one id are told apart', () => {
    const lines = Array.from({ length: 5000 }, () => line);
    const ids = mustRead(jsonBytes({ ...base, lines })).claim.lines.map((one) => one.id);
    expect(new Set(ids).size).toBe(5000);
    expect(ids.slice(0, 3)).toEqual(['L1', 'L1#2', 'L1#3']);
  });

  it('five thousand refunds of one item', () => {
    const lines = Array.from({ length: 5000 }, (_, i) => ({
      ...line,
      id: `L${i}`,
      quantity: i % 2 === 0 ? 1 : -1,
      amount: i % 2 === 0 ? 24 : -24,
    }));
    const claim = mustRead(jsonBytes({ ...base, lines })).claim;
    expect(claim.lines.every((one) => one.netAmountFen === 0 && !one.payable)).toBe(true);
  });
});

describe('hostile facts', () => {
  it('property names that objects inherit', () => {
    const keys = '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":1';
    const line1 = `{${keys},"id":"L1"}`;
    const body = `{${keys},"eventId":"E1","kind":"screening","lines":[${line1}],"patient":{${keys}}}`;
    const claim = mustRead(text(body)).claim;
    expect(claim.eventId).toBe('E1');
    expect(claim.patient.sex).toBeNull();
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    for (const sex of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      expect(mustRead(jsonBytes({ ...base, patient: { sex } })).claim.patient.sex).toBeNull();
    }
    const national = { infno: '3102', input: { data: { patient_dtos: { gend: 'constructor' } } } };
    expect(mustRead(jsonBytes(national)).claim.patient.sex).toBeNull();
  });

  it('the same names in MessagePack', () => {
    const bytes = packWire(JSON.parse('{"kind":"screening","__proto__":{"eventId":"E"},"constructor":1}'));
    expect(mustRead(bytes).claim.eventId).toBeNull();
    expect(({} as Record<string, unknown>)['eventId']).toBeUndefined();
  });

  it.each([
    '1e999',
    '-1e999',
    '1e308',
    '123456789012345678901234567890',
    '"1e400"',
    '"0x10"',
    '"1,000"',
    '"NaN"',
    '"Infinity"',
    '"abc"',
    '{}',
    '[]',
    '[1]',
    'true',
    `"${'9'.repeat(80)}"`,
  ])('%s is no quantity, price or amount', (value) => {
    const money = `"quantity":${value},"unitPrice":${value},"amount":${value}`;
    const body = `{"kind":"screening","lines":[{"id":"L1",${money}}]}`;
    const claim = mustRead(text(body)).claim;
    expect(claim.lines[0]).toMatchObject({ quantityE4: null, unitPriceE4Fen: null, amountFen: null });
    expect(claim.notes).toContainEqual({ field: 'lines.amount', problem: 'malformed', line: 'L1' });
  });

  it('negative zero is zero', () => {
    const body = '{"kind":"screening","lines":[{"id":"L1","quantity":-0,"amount":"-0.00"}]}';
    const [only] = mustRead(text(body)).claim.lines;
    expect(Object.is(only?.quantityE4, 0)).toBe(true);
    expect(Object.is(only?.amountFen, 0)).toBe(true);
    expect(only?.refund).toBe(false);
  });

  it('MessagePack numbers: NaN, infinities, 64 bits, 32-bit floats', () => {
    const pack = (value: unknown) => new Uint8Array(new Packr({ useRecords: false }).pack(value));
    const claimOf = (quantity: unknown) =>
      mustRead(pack({ kind: 'screening', lines: [{ id: 'L1', quantity }] })).claim.lines[0]?.quantityE4;
    expect(claimOf(Number.NaN)).toBeNull();
    expect(claimOf(Number.POSITIVE_INFINITY)).toBeNull();
    expect(claimOf(2n ** 63n)).toBeNull();
    expect(claimOf(12n)).toBe(120_000);
    const float32 = new Uint8Array(
      new Packr({ useRecords: false, useFloat32: 1 }).pack({
        kind: 'screening',
        lines: [{ id: 'L1', amount: 24.6 }],
      }),
    );
    expect(mustRead(float32).claim.lines[0]?.amountFen).toBe(2460);
  });

  it('texts with control characters, and texts that are too long', () => {
    const claim = mustRead(
      jsonBytes({ ...base, eventId: 'E\u00001', lines: [{ ...line, id: 'x'.repeat(51) }] }),
    );
    expect(claim.claim.eventId).toBeNull();
    expect(claim.claim.lines[0]?.id).toBe('#1');
  });

  it('impossible dates', () => {
    for (const at of ['2026-02-30', '2026-13-01 00:00:00', '2026-01-01 25:00:00', 'yesterday', 20260101]) {
      const { notes, lines } = mustRead(jsonBytes({ ...base, lines: [{ ...line, at }] })).claim;
      const valid = at === 20260101;
      expect(lines[0]?.at === null).toBe(!valid);
      expect(notes.some((note) => note.field === 'lines.at')).toBe(!valid);
    }
  });
});

describe('any bytes at all', () => {
  const inputs = [
    payload('01_3101_request_outpatient_prealert.json'),
    jsonBytes({ ...base, lines: [line, { ...line, id: 'L2', quantity: -1, amount: -24 }] }),
    packWire({ ...base, lines: [line, { ...line, id: 'L2', traceCodes: ['8'.repeat(20)] }] }),
  ];

  /** A claim or a refusal with a code of the table; nothing is thrown. */
  function settle(bytes: Uint8Array, format: (typeof formats)[number]): void {
    const read = readClaim(bytes, format, testSettings);
    if (read.ok) expect(read.value.claim.lines.length).toBeLessThanOrEqual(5000);
    else expect(Object.keys(unreadableCodes)).toContain(read.error.code);
  }

  it('random bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(...formats), settle), {
      numRuns: 2000,
    });
  });

  it('random JSON in every place', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), fc.constantFrom(...formats), (json, format) => {
        settle(text(json), format);
        settle(text(`{"infno":"3101","input":${json}}`), format);
        settle(text(`{"input":{"data":{"patient_dtos":${json}}}}`), format);
        settle(text(`{"input":{"data":{"patient_dtos":{"fsi_encounter_dtos":${json}}}}}`), format);
        settle(
          text(`{"input":{"data":{"patient_dtos":{"fsi_encounter_dtos":{"fsi_order_dtos":${json}}}}}}`),
          format,
        );
        settle(text(`{"kind":"screening","lines":${json}}`), format);
      }),
      { numRuns: 300 },
    );
  });

  it.each(inputs.map((bytes, i) => [i, bytes] as const))('input %i cut at every byte', (_, whole) => {
    const step = whole.length > 2000 ? 7 : 1;
    for (let end = 0; end < whole.length; end += step) {
      const read = readClaim(whole.subarray(0, end), null, testSettings);
      expect(read.ok).toBe(false);
    }
  });

  it('flipped bits', () => {
    const flips = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 7 })), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.constantFrom(...inputs), flips, fc.constantFrom(...formats), (whole, places, format) => {
        const bytes = Uint8Array.from(whole);
        for (const [at, bit] of places) bytes[at % bytes.length]! ^= 1 << bit;
        settle(bytes, format);
      }),
      { numRuns: 1500 },
    );
  });
});
