import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packWire } from '../../../src/base/wire.js';
import { readEvent } from '../../../src/claim/durable/read-event.js';
import { unreadableCodes } from '../../../src/claim/unreadable.js';
import { jsonBytes, testSettings } from '../settings.js';
import {
  encodeMessage,
  feesMessage,
  outpatientVisit,
  pharmacySale,
  saleMessage,
  settlementMessage,
  stockMessage,
} from './national-messages.js';
import { mustReadEvent, mustRefuseEvent, readMessage } from './reading.js';

const text = (value: string) => new TextEncoder().encode(value);
const formats = [null, 'native-json', 'native-msgpack', 'nhsa-json', 'nhsa-gbk'] as const;
const sending = { eventId: 'M1', at: '2026-03-12 09:50:05' };
const itemCode = 'ZD03AAA0043010100166';
const fee = { id: 'F1', itemCode, name: '药', quantity: 1, price: 1, amount: 1, at: '2026-03-12 09:50:02' };
const goods = { record: 'PC1', itemCode, name: '药', quantity: 1, price: 1, at: '2026-03-12', codes: ['8'] };
const infnos = [
  ...['2204', '2205', '2207', '2208', '2301', '2302', '2304', '2305'],
  ...['3501', '3502', '3503', '3504', '3505', '3505A', '3506', '3507'],
];

describe('bodies that are no event', () => {
  it.each([
    ['nothing', text(''), 'empty'],
    ['a text', text('"hello"'), 'wrong-shape'],
    ['a list', text('[]'), 'wrong-shape'],
    ['a cut object', text('{"lines":['), 'syntax'],
    ['no UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]), 'encoding'],
    ['an object of another form', text('{"a":1}'), 'wrong-shape'],
    ['a list nested too deep', text(`{"kind":"fees","lines":${'['.repeat(40)}`), 'too-deep'],
    [
      'MessagePack maps nested too deep',
      new Uint8Array(99).map((_, i) => [0x81, 0xa1, 0x61][i % 3] as number),
      'too-deep',
    ],
    [
      'MessagePack lists nested too deep',
      new Uint8Array([0x81, 0xa1, 0x61, ...Array(99).fill(0x91)]),
      'too-deep',
    ],
    ['too many values', text(`{"kind":"fees","a":[${'{},'.repeat(300_000)}{}]}`), 'too-many'],
  ])('%s', (_, bytes, code) => {
    expect(mustRefuseEvent(bytes)).toEqual({
      code,
      message: expect.any(String),
      ...{ eventId: null, claimId: null, reply: null },
    });
  });

  it('neither UTF-8 nor GBK', () => {
    expect(mustRefuseEvent(new Uint8Array([0x7b, 0xff, 0xff, 0x7d]), 'nhsa-json').code).toBe('encoding');
  });
});

describe('events that are too much', () => {
  const many = <T>(one: T, count = 5001): T[] => Array.from({ length: count }, () => one);

  it('lines, movements, traces, batches, deleted lines', () => {
    const head = { eventId: 'E', institution: { code: 'H35010200417' }, encounter: { id: 'V' } };
    const bodies = [
      { ...head, kind: 'settlement', lines: many({}) },
      { ...head, kind: 'settlement', bills: many('CB') },
      { ...head, kind: 'settlement', traces: many({ line: 'A', traceCodes: [] }) },
      { ...head, kind: 'settlement', traces: [{ line: 'A', traceCodes: many('8') }] },
      { ...head, kind: 'fees', deletes: { lines: many('A') } },
      { ...head, kind: 'stock', stock: many({ type: 'count' }) },
    ];
    for (const body of bodies) {
      const refusal = mustRefuseEvent(jsonBytes(body));
      expect(refusal).toMatchObject({ code: 'too-many', eventId: 'E', claimId: 'H35010200417/V' });
      expect(mustRefuseEvent(packWire(body))).toEqual(refusal);
    }
  });

  it('rows of national messages', () => {
    const messages = [
      feesMessage(outpatientVisit, sending, many(fee)),
      saleMessage(pharmacySale, sending, many(goods)),
      stockMessage('P35010200088', sending, 'count', many({ record: 'K', itemCode, quantity: 1 })),
      saleMessage(pharmacySale, sending, [
        { ...goods, codes: Array.from({ length: 1001 }, (_, i) => `${i}`) },
      ]),
    ];
    for (const message of messages) {
      expect(mustRefuseEvent(encodeMessage(message))).toMatchObject({ code: 'too-many', eventId: 'M1' });
    }
  });

  it('trace codes of one line, in many entries', () => {
    const traces = Array.from({ length: 1001 }, (_, i) => ({ line: 'F1', code: `8${i}` }));
    const settle = (count: number) =>
      encodeMessage(
        settlementMessage(outpatientVisit, sending, { amount: 1, traces: traces.slice(0, count) }),
      );
    expect(mustReadEvent(settle(1000)).traces[0]?.codes).toHaveLength(1000);
    expect(mustRefuseEvent(settle(1001))).toMatchObject({ code: 'too-many', eventId: 'M1' });
  });

  it('five thousand lines are read', () => {
    const lines = many(fee, 5000).map((one, i) => ({ ...one, id: `F${i}` }));
    expect(readMessage(feesMessage(outpatientVisit, sending, lines)).claim.lines).toHaveLength(5000);
  });
});

describe('hostile facts', () => {
  const polluting = '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":1';

  it('property names that objects inherit', () => {
    const native = `{${polluting},"eventId":"E","kind":"settlement","lines":[{${polluting},"id":"L"}]}`;
    expect(mustReadEvent(text(native)).chargeBatches).toEqual([null]);
    const row = `{${polluting},"feedetl_sn":"F1","chrg_bchno":"CB1"}`;
    const national = `{"infno":"2204","msgid":"M",${polluting},"input":{${polluting},"feedetail":[${row}]}}`;
    expect(mustReadEvent(text(national)).chargeBatches).toEqual(['CB1']);
    const packed = packWire(JSON.parse('{"kind":"stock","__proto__":{"stock":[{"type":"count"}]}}'));
    expect(mustReadEvent(packed).stock).toEqual([]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('%s as a code', (word) => {
    const data = { fixmedins_bchno: 'K', inv_data_type: word };
    const envelope = { msgid: 'M', fixmedins_code: 'P35010200088' };
    expect(readMessage({ ...envelope, infno: '3507', input: { data } }).stock?.[0]?.undoes).toBeNull();
    expect(() => readMessage({ ...envelope, infno: word, input: { data } })).toThrow('transaction');
  });

  it.each([
    '1e999',
    '-1e999',
    '123456789012345678901234567890',
    '"1,000"',
    '"NaN"',
    '{}',
    '[]',
    'true',
    '-0',
  ])('%s as a quantity', (value) => {
    const stock = `{"kind":"stock","stock":[{"type":"change","quantity":${value}}]}`;
    const [movement] = mustReadEvent(text(stock)).stock ?? [];
    expect(movement?.quantityE4).toBe(value === '-0' ? 0 : null);
    const row = `{"sel_retn_cnt":${value},"finl_trns_pric":${value},"fixmedins_bchno":"K"}`;
    for (const infno of ['3505', '3506']) {
      const bytes = text(`{"infno":"${infno}","msgid":"M","input":{"selinfo":${row}}}`);
      const [line] = mustReadEvent(bytes).claim.lines;
      expect(line?.quantityE4).toBe(value === '-0' ? 0 : null);
    }
  });

  it('names and numbers of persons do not survive', () => {
    const messages = [
      feesMessage(outpatientVisit, sending, [fee]),
      settlementMessage(outpatientVisit, sending, { id: 'S1', amount: 1 }),
      saleMessage(pharmacySale, sending, [goods]),
    ];
    const personal = /测试|张|350102196205030000|35000011000099001234|示范医院/;
    for (const message of messages) {
      expect(JSON.stringify(message)).toMatch(personal);
      expect(JSON.stringify(readMessage(message))).not.toMatch(personal);
    }
  });
});

describe('any bytes at all', () => {
  const inputs = [
    encodeMessage(feesMessage(outpatientVisit, sending, [fee]), 'nhsa-gbk'),
    encodeMessage(
      settlementMessage(outpatientVisit, sending, {
        id: 'S',
        amount: 1,
        traces: [{ line: 'F1', code: '8' }],
      }),
    ),
    encodeMessage(saleMessage(pharmacySale, sending, [goods])),
    packWire({
      kind: 'settlement',
      bills: ['CB1'],
      traces: [{ line: 'A', traceCodes: ['8'] }],
      lines: [{ id: 'A', chargeBatch: 'CB1', quantity: -1 }],
    }),
    packWire({ kind: 'stock', stock: [{ type: 'count', quantity: '1', itemCode: 'T001500004', id: 'K' }] }),
  ];

  /** An event or a refusal with a code of the table; nothing is thrown. */
  function settle(bytes: Uint8Array, format: (typeof formats)[number]): void {
    const read = readEvent(bytes, format, testSettings);
    if (read.ok) {
      expect(read.value.chargeBatches).toHaveLength(read.value.claim.lines.length);
      expect(read.value.stock === null).toBe(read.value.claim.kind !== 'stock');
    } else expect(Object.keys(unreadableCodes)).toContain(read.error.code);
  }

  it('random bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(...formats), settle), {
      numRuns: 2000,
    });
  });

  it('random JSON in every place', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), fc.constantFrom(...infnos), (json, infno) => {
        for (const node of ['data', 'feedetail', 'selinfo', 'invinfo', 'purcinfo', 'drug_trac_info']) {
          const data = node === 'data' ? '' : '"data":{"setl_id":"S"},';
          settle(text(`{"infno":"${infno}","input":{${data}"${node}":${json}}}`), null);
          settle(text(`{"infno":"${infno}","input":{"data":{"${node}":${json}}}}`), null);
        }
        settle(text(`{"infno":"${infno}","input":${json},"output":${json}}`), null);
        settle(text(`{"infno":${json},"input":{}}`), null);
        for (const kind of ['fees', 'settlement', 'sale', 'stock']) {
          for (const key of ['lines', 'deletes', 'bills', 'traces', 'stock', 'reverses']) {
            settle(text(`{"kind":"${kind}","${key}":${json}}`), null);
            settle(
              text(`{"kind":"${kind}","${key}":[{"line":"A","traceCodes":${json},"type":${json}}]}`),
              null,
            );
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it.each(inputs.map((bytes, i) => [i, bytes] as const))('input %i cut at every byte', (_, whole) => {
    for (let end = 0; end < whole.length; end++) {
      expect(readEvent(whole.subarray(0, end), null, testSettings).ok).toBe(false);
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
