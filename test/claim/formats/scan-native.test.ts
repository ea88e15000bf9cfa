import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { claimLimits } from '../../../src/claim/fields.js';
import { arbitraryClaim } from '../arbitrary-claim.js';
import { plainSpelling, render } from '../render.js';
import { Entries, packInForms } from './pack-forms.js';
import {
  agrees,
  baseClaim as base,
  bytesOf,
  nativeFormats as formats,
  line,
  plainRaw,
  scannedRaw,
  withLine,
} from './scanned-lines.js';

/** Facts of any kind, many of them not what their field expects. */
const fact = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ maxLength: 300 }),
  fc.constantFrom('', ' ', '-', '001201000030000', 'Ⅱ级护理', '"', '\\', '\u0001'),
  fc.constantFrom(null, true, false, 0, -1, 127, 128, -32, -33, 65_536, 2 ** 40, 24.6, -0, 1e300, 5e-324),
  fc.double({ noDefaultInfinity: true, noNaN: true }),
  fc.jsonValue({ maxDepth: 3 }),
);
const fields = fc.constantFrom(
  ...['id', 'itemCode', 'itemName', 'kind', 'quantity', 'unitPrice', 'listPrice', 'amount', 'at', 'until'],
  ...['department', 'practitioner', 'prescriptionId', 'current', 'selfPaid', 'days', 'splitPack', 'reverses'],
  ...[
    'traceCodes',
    'note',
    '',
    '__proto__',
    'constructor',
    'itemcode',
    'prescriptionIds',
    '项目',
    'x'.repeat(40),
  ],
);
const oddLines = fc.array(fc.array(fc.tuple(fields, fact), { maxLength: 24 }), { maxLength: 6 });

describe.each(formats)('a claim of usual shape, %s', (format) => {
  it('is taken, and reads as the plain reader reads it', () => {
    fc.assert(
      fc.property(arbitraryClaim(), fc.boolean(), (claim, numbers) => {
        expect(agrees(render(claim, format, { ...plainSpelling, numbers }), format)).toBe(true);
      }),
    );
  });

  it.each([
    ['no lines', { ...base, lines: [] }],
    ['lines that are null', { ...base, lines: null }],
    ['lines that are not sent', base],
    ['nothing but lines', { lines: [line, {}] }],
    [
      'parts and lists that are null',
      { ...base, patient: null, diagnoses: null, procedures: null, reverses: null },
    ],
    [
      'keys that nobody knows',
      { more: { a: [1, { b: [] }] }, ...base, lines: [{ extra: [[]], ...line, x: 'y' }] },
    ],
    [
      'diagnoses and procedures',
      { ...base, diagnoses: [{ code: 'I10', name: '高血压', main: 1 }], procedures: [{}] },
    ],
    [
      'facts that are no facts',
      { ...base, scene: [1], encounter: { type: ['inpatient'], medType: {} }, lines: [] },
    ],
    ['trace codes', withLine({ traceCodes: ['8'.repeat(20), 8, null] })],
    ['trace codes that are null', withLine({ traceCodes: null })],
    [
      'a medical type that conflicts',
      { ...base, encounter: { type: 'outpatient', medType: '2101' }, lines: [] },
    ],
  ])('with %s', (_, claim) => {
    expect(agrees(bytesOf(claim, format), format)).toBe(true);
  });

  it('from a sender with another order of keys, and with keys of its own', () => {
    const backwards = Object.fromEntries(
      Object.entries({ ...line, at: '2026-10-12', mine: { a: 1 } }).reverse(),
    );
    const claim = { own: 1, lines: [backwards, line, backwards, {}, backwards], ...base };
    expect(agrees(bytesOf(claim, format), format)).toBe(true);
    expect(agrees(bytesOf(Object.fromEntries(Object.entries(claim).reverse()), format), format)).toBe(true);
  });

  it('with an encounter type that cannot be made a text', () => {
    const type = { toString: 1, valueOf: 1 };
    expect(
      agrees(bytesOf({ ...base, encounter: { type, medType: '2101' }, lines: [] }, format), format),
    ).toBe(true);
  });

  it('and forgets the claim before', () => {
    const full = {
      ...withLine({ traceCodes: ['8'] }),
      patient: { id: '1' },
      reverses: { claimId: 'C' },
      procedures: [{}],
    };
    for (const claim of [full, { kind: 'fees' }, { ...full, kind: 'banana' }, { lines: [{}, {}] }]) {
      agrees(bytesOf(claim, format), format);
    }
    expect(agrees(bytesOf({ lines: [{}, {}] }, format), format)).toBe(true);
  });

  it('of more lines than a claim of yesterday had', () => {
    for (const count of [200, 1, claimLimits.lines, 3]) {
      const lines = Array.from({ length: count }, (_, i) => ({ ...line, id: `L${i}` }));
      expect(agrees(bytesOf({ ...base, lines }, format), format)).toBe(true);
    }
  });

  it('nested as deep as a claim may be', () => {
    const nested = (depth: number): unknown =>
      depth === 0 ? 1 : depth % 2 === 0 ? [nested(depth - 1)] : { a: nested(depth - 1) };
    // Besides the root, and besides the root, the list and the line.
    const inRoot = (depth: number) => bytesOf({ ...base, more: nested(depth) }, format);
    const inLine = (depth: number) => bytesOf(withLine({ more: nested(depth) }), format);
    expect(agrees(inRoot(claimLimits.depth - 1), format)).toBe(true);
    expect(agrees(inRoot(claimLimits.depth), format)).toBe(false);
    expect(agrees(inLine(claimLimits.depth - 3), format)).toBe(true);
    expect(agrees(inLine(claimLimits.depth - 2), format)).toBe(false);
  });
});

describe.each(formats)('what is left to the plain reader, %s', (format) => {
  it.each([
    ['no object', [base]],
    ['nothing of a claim', { infno: '3101', input: {} }],
    ['an unknown kind', { ...base, kind: 'banana' }],
    ['a part that is no object', { ...base, patient: 'Zhang' }],
    ['lines that are no list', { ...base, lines: { 0: line } }],
    ['a line that is no object', { ...base, lines: [line, 7] }],
    ['a line that is a list', { ...base, lines: [[]] }],
    ['trace codes that are no list', withLine({ traceCodes: 'x' })],
    ['trace codes that are an object', withLine({ traceCodes: {} })],
    ['too many trace codes', withLine({ traceCodes: Array.from({ length: 1001 }, () => '8') })],
    ['too many lines', { ...base, lines: Array.from({ length: 5001 }, () => ({})) }],
    ['too many diagnoses', { ...base, diagnoses: Array.from({ length: 201 }, () => ({})) }],
    ['too many values', { ...base, more: Array.from({ length: claimLimits.values }, () => 1) }],
  ])('%s', (_, body) => {
    const bytes = bytesOf(body, format);
    expect(plainRaw(bytes, format)).toBeNull();
    expect(scannedRaw(bytes, format)).toBeNull();
  });
});

describe('native JSON', () => {
  const agreesOn = (text: string) => agrees(Buffer.from(text), 'native-json');
  const inLine = (value: string) =>
    `{"kind":"screening","lines":[{"id":"L1","quantity":${value}},{"id":"L2"}]}`;

  it.each([
    '0',
    '-0',
    '0.10',
    '1e5',
    '1E+5',
    '1.5e-3',
    '-12.0',
    '"\\u4e2d\\n"',
    '"\\ud800"',
    '[1,{"a":[]}]',
    '{"b":{}}',
  ])('takes %s', (value) => expect(agreesOn(inLine(value))).toBe(true));

  it.each([
    ...[
      '01',
      '+1',
      '.5',
      '1.',
      '1e',
      '1e+',
      '-',
      '--1',
      '0x10',
      'NaN',
      'Infinity',
      'nul',
      'tru',
      'True',
      "'a'",
    ],
    ...[
      '"\\x"',
      '"\\u12g4"',
      '"\\u123"',
      '"a',
      '"\t"',
      '"a\nb"',
      '[1,]',
      '{"a"}',
      '{"a":}',
      '{,}',
      '[',
      '1 2',
      '',
    ],
    ...['{"a":1,}', '{a:1}', '[1}', '{"a":1]', '//', '1,', ',1', '"\\', '{"a":1"b":2}'],
  ])('leaves %s to the plain reader, which refuses it', (value) => {
    expect(plainRaw(Buffer.from(inLine(value)), 'native-json')).toBeNull();
    expect(scannedRaw(Buffer.from(inLine(value)), 'native-json')).toBeNull();
  });

  it('white space anywhere, and a byte order mark', () => {
    const text = JSON.stringify(withLine({ extra: [1, { a: 'b' }], traceCodes: ['8'] }), null, 2);
    expect(agreesOn(text)).toBe(true);
    expect(agreesOn(`\ufeff \r\n\t${text.replaceAll(':', ' : ').replaceAll(',', ' ,')}\n`)).toBe(true);
    expect(agreesOn(`\ufeff\ufeff${text}`)).toBe(false);
    expect(agreesOn(`\u00a0${text}`)).toBe(false);
  });

  it('a key that comes twice', () => {
    expect(agreesOn('{"lines":[{"id":"A","id":"B","traceCodes":[1],"traceCodes":[]}]}')).toBe(true);
    expect(agreesOn('{"lines":[{"traceCodes":3,"traceCodes":["8"]}],"kind":7,"kind":"screening"}')).toBe(
      true,
    );
    expect(agreesOn('{"lines":[{"id":"A"}],"lines":[]}')).toBe(false);
    expect(agreesOn('{"lines":[{"id":"A"}],"lines":null}')).toBe(false);
    expect(agreesOn('{"lines":null,"lines":[{"id":"A"}]}')).toBe(false);
  });

  it('a key in disguise', () => {
    expect(agreesOn('{"lines":[{"id":"A"}],"l\\u0069nes":[]}')).toBe(false);
    expect(agreesOn('{"lines":[{"\\u0069d":"A"}]}')).toBe(false);
    expect(agreesOn('{"patient":{"\\u0073ex":"male"},"lines":[{"id":"A"}]}')).toBe(false);
  });

  it('odd lines', () => {
    fc.assert(
      fc.property(oddLines, (lines) => {
        const members = (entries: readonly (readonly [string, unknown])[]) =>
          entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',');
        agreesOn(`{"kind":"screening","lines":[${lines.map((one) => `{${members(one)}}`).join(',')}]}`);
      }),
      { numRuns: 1000 },
    );
  });

  it('any JSON in every place', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), (json) => {
        agreesOn(json);
        agreesOn(`{"kind":"screening","lines":${json}}`);
        agreesOn(`{"kind":"screening","lines":[${json}]}`);
        agreesOn(`{"kind":"screening","lines":[{"id":${json},"x":1}],"patient":${json}}`);
      }),
      { numRuns: 500 },
    );
  });
});

describe('native MessagePack', () => {
  const agreesOn = (value: unknown, choose: (forms: number) => number = () => 0) =>
    agrees(packInForms(value, choose), 'native-msgpack');

  it('every head in any form', () => {
    fc.assert(
      fc.property(arbitraryClaim(), fc.infiniteStream(fc.nat()), (claim, choices) => {
        const choose = (forms: number) => (choices.next().value as number) % forms;
        expect(agreesOn(claim, choose)).toBe(true);
      }),
    );
  });

  it('odd lines', () => {
    fc.assert(
      fc.property(oddLines, fc.infiniteStream(fc.nat()), (lines, choices) => {
        const choose = (forms: number) => (choices.next().value as number) % forms;
        agreesOn({ kind: 'screening', lines: lines.map((entries) => new Entries(entries)) }, choose);
      }),
      { numRuns: 1000 },
    );
  });

  it('a key that comes twice', () => {
    const twice = (...entries: [string, unknown][]) => agreesOn(new Entries(entries));
    const [a, b] = [
      { id: 'A' },
      new Entries([
        ['id', 'A'],
        ['id', 'B'],
        ['traceCodes', ['8']],
        ['traceCodes', null],
      ]),
    ];
    expect(twice(['kind', 'banana'], ['kind', 'screening'], ['lines', [b]])).toBe(true);
    expect(twice(['lines', [a]], ['lines', []])).toBe(false);
    expect(twice(['kind', 'screening'], ['patient', { sex: 'male' }], ['patient', {}])).toBe(false);
    expect(twice(['kind', 'screening'], ['diagnoses', [a]], ['diagnoses', []])).toBe(false);
  });

  it('numbers of every width, and bytes', () => {
    const values = [
      2n ** 62n,
      -5n,
      24.600000381469727,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Buffer.from('x'),
    ];
    for (const value of values) expect(agreesOn(withLine({ quantity: value, more: value }))).toBe(true);
    for (const value of [-33, -128, 200, 40_000, -40_000, 3e9, 2 ** 31]) {
      for (let form = 0; form < 4; form++) {
        expect(agreesOn(withLine({ quantity: value }), (forms) => form % forms)).toBe(true);
      }
    }
  });

  /** A line with a value given as its very bytes. */
  const lineWith = (...value: number[]) =>
    Buffer.concat([
      packInForms({ kind: 'screening', lines: [] }, () => 0).subarray(0, -1),
      Buffer.of(0x91, 0x81, 0xa1, 0x78),
      Buffer.from(value),
    ]);

  it.each([
    ['an extension', [0xd4, 1, 0]],
    ['the type that is never used', [0xc1]],
    ['a 32-bit float that is no number', [0xca, 0x7f, 0xc0, 0, 0]],
    ['a text that is no UTF-8', [0xa1, 0xff]],
    ['half a character', [0xa2, 0xe4, 0xb8]],
    ['a character longer than needed', [0xa2, 0xc0, 0x80]],
    ['a surrogate', [0xa3, 0xed, 0xa0, 0x80]],
    ['a character beyond the last one', [0xa4, 0xf4, 0x90, 0x80, 0x80]],
    ['a key that is no text', [0x81, 1, 1]],
    ['a list that lies about its length', [0xdd, 0xff, 0xff, 0xff, 0xff]],
    ['a text that lies about its length', [0xdb, 0xff, 0xff, 0xff, 0xff]],
    ['more bytes than the claim', [0xc0, 0xc0]],
    ['a value that is missing', []],
  ])('leaves %s to the plain reader, which refuses it', (_, value) => {
    expect(agrees(lineWith(0xc0), 'native-msgpack')).toBe(true);
    const bytes = lineWith(...value);
    expect(plainRaw(bytes, 'native-msgpack')).toBeNull();
    expect(scannedRaw(bytes, 'native-msgpack')).toBeNull();
  });

  it('texts of UTF-8, and bytes that are none', () => {
    const texts = fc.oneof(
      fc.uint8Array({ maxLength: 70 }),
      fc.string({ unit: 'binary', maxLength: 30 }).map((text) => Buffer.from(text)),
    );
    const change = fc.option(fc.tuple(fc.nat(), fc.nat({ max: 255 })));
    fc.assert(
      fc.property(texts, change, (text, changed) => {
        const bytes = Buffer.from(text);
        if (changed !== null && bytes.length > 0) bytes[changed[0] % bytes.length] = changed[1];
        const body = lineWith(0xd9, bytes.length, ...bytes);
        expect(agrees(body, 'native-msgpack')).toBe(plainRaw(body, 'native-msgpack') !== null);
      }),
      { numRuns: 2000 },
    );
  });
});
