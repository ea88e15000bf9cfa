/** A 3505A of several sales: which rows are of which, and what each becomes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEvent } from '../../../src/claim/durable/read-event.js';
import { salesOf } from '../../../src/claim/durable/several-sales.js';
import { type SaleBatch, splitSales } from '../../../src/claim/durable/split-sales.js';
import { testSettings } from '../settings.js';
import { sending } from './expected-facts.js';
import {
  encodeMessage,
  type Goods,
  type Message,
  saleMessage,
  saleReturnMessage,
  salesMessage,
} from './national-messages.js';
import { mustReadEvent, refuseMessage } from './reading.js';

const institution = 'P35010200088';
const tablets: Goods = {
  record: 'PC1',
  itemCode: 'XC09DBA407A001010100553',
  name: '阿利沙坦酯氨氯地平片',
  quantity: 2,
  price: 34.87,
  at: '2026-03-12 10:06:51',
  codes: ['81234560001234567890'],
};
const other: Goods = { ...tablets, record: 'PC2', quantity: 1, codes: ['81234560001234567891'] };

function mustSplit(message: Message, format: 'nhsa-json' | 'nhsa-gbk' = 'nhsa-json'): SaleBatch {
  const split = splitSales(encodeMessage(message, format), format);
  if (!split.ok) throw new Error(split.error);
  return split.value;
}

const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString();
const rowsOf = (message: Message) => (message['input'] as { selinfoDetail: Message[] }).selinfoDetail;

describe('rows are of', () => {
  const row = (setl_id: string, mdtrt_sn = '', rtal_docno = '') => ({ setl_id, mdtrt_sn, rtal_docno });
  const by = (psn_no: string, sold: object) => ({ ...sold, psn_no });
  it.each([
    ['the settlement that they name', [row('S1'), row('S2'), row('S1')], [[0, 2], [1]]],
    ['their visit, where they name no settlement', [row('', 'V1'), row('', 'V2')], [[0], [1]]],
    ['the document of the shop, where they name neither', [row('', '', 'D1'), row('', '', 'D2')], [[0], [1]]],
    ['the only settlement of their visit', [row('S1', 'V1'), row('S2', 'V2'), row('', 'V2')], [[0], [1, 2]]],
    ['their visit, where it has several', [row('S1', 'V1'), row('S2', 'V1'), row('', 'V1')], [[0], [1], [2]]],
    ['one sale, where nothing says otherwise', [row('S1'), row('', '', 'D1'), row('')], [[0, 1, 2]]],
    ['several, where several persons bought', [by('P', row('S1')), by('Q', row('', 'V2'))], [[0], [1]]],
    ['none together, where they name none', [row('S1'), row(''), row('S2'), row('')], [[0], [1, 3], [2]]],
    ['none each, where they are none', [row('S1'), 'S1', 7], [[0], [1], [2]]],
    ['a settlement and a visit of one name', [row('X'), row('', 'X'), row('Y')], [[0], [1], [2]]],
    ['a visit of nobody, beside a sale of somebody', [by('P', row('S1')), row('', 'V2')], [[0], [1]]],
    ['nobody, where they name neither sale nor person', [by('P', row('S1')), row('')], [[0], [1]]],
    ['the sale of their person', [by('P', row('S1')), by('P', row(''))], [[0, 1]]],
    ['a document of its own', [row('S1', 'V1', 'D1'), row('', '', 'D2')], [[0], [1]]],
    [
      'the settlement of their document',
      [row('S1', 'V1', 'D1'), row('S2'), row('', '', 'D1')],
      [[0, 2], [1]],
    ],
    ['one sale of several documents', [row('S1', 'V1', 'D1'), row('S1', 'V1', 'D2')], [[0, 1]]],
  ])('%s', (_what, rows, places) => {
    expect(salesOf(rows).map((sale) => sale.places)).toEqual(places);
  });
});

describe('a message of several sales', () => {
  const message = salesMessage(institution, sending, [
    [{ settlement: 'S1', visit: 'V1', person: '35000011000099001234' }, [tablets, other]],
    [{ settlement: '', visit: 'V2', person: '35000011000099005678' }, [tablets]],
  ]);

  it('is refused as one event', () => {
    expect(refuseMessage(message)).toMatchObject({ code: 'several-sales', eventId: sending.eventId });
  });

  it.each(['nhsa-json', 'nhsa-gbk'] as const)(
    'becomes the sales that would have been sent, from %s',
    (format) => {
      const { parts, ...whole } = mustSplit(message, format);
      expect(whole).toMatchObject({ kind: 'sale', format, institution, eventId: sending.eventId });
      expect(parts.map(({ places }) => places)).toEqual([[0, 2], [1]]);
      const rows = rowsOf(message);
      for (const { places, bytes, format: found } of parts) {
        const chosen = places.map((place) => rows[place]);
        const sent = mustReadEvent(encodeMessage({ ...message, input: { selinfoDetail: chosen } }));
        const event = mustReadEvent(bytes, found);
        const eventId = `${sending.eventId}/${places.length === 2 ? 'S1' : 'V2'}`;
        expect(event).toEqual({ ...sent, claim: { ...sent.claim, eventId } });
      }
    },
  );

  it('makes equal bytes of equal sales, whatever else it brings', () => {
    const [first, second] = mustSplit(message).parts;
    const more = salesMessage(institution, sending, [
      [{ settlement: 'S9', visit: 'V9' }, [other]],
      [{ settlement: '', visit: 'V2', person: '35000011000099005678' }, [tablets]],
    ]);
    const [, again] = mustSplit(more).parts;
    expect(textOf(again!.bytes)).toBe(textOf(second!.bytes));
    expect(textOf(first!.bytes)).not.toContain('V2');
  });

  it('does not let one that is wrong take the others along', () => {
    const rows = rowsOf(message);
    const persons = { ...rows[0], psn_no: 'another' };
    const wrong = { ...message, input: { selinfoDetail: [...rows, persons, 'no row', {}] } };
    const read = mustSplit(wrong).parts.map(({ bytes, format }) => readEvent(bytes, format, testSettings));
    expect(read.map((one) => (one.ok ? one.value.claim.claimId : one.error.code))).toEqual([
      'several-patients',
      `${institution}/V2`,
      'wrong-shape',
      null,
    ]);
  });

  it('has trace codes beside its rows for nobody', () => {
    const rows = rowsOf(message).map((row) => ({ ...row, drugtracinfo: [] }));
    const beside = { ...message, input: { selinfoDetail: rows, drugTracCodg: '8', drugtracinfo: ['9'] } };
    for (const { bytes } of mustSplit(beside).parts) {
      for (const line of mustReadEvent(bytes).claim.lines) expect(line.traceCodes).toEqual([]);
    }
  });

  it('may stand where senders put it: beside the rows in data, or without an input', () => {
    const rows = rowsOf(message);
    const { input: _, ...head } = message;
    const data = { psn_no: '35000011000099001234', selinfo: rows.map(({ psn_no: __, ...row }) => row) };
    for (const root of [
      { ...head, input: { data } },
      { ...head, data },
    ]) {
      const events = mustSplit(root).parts.map(({ bytes }) => mustReadEvent(bytes));
      expect(events.map(({ claim }) => claim.lines.length)).toEqual([2, 1]);
      expect(new Set(events.map(({ claim }) => claim.patient.key)).size).toBe(1);
      expect(events[0]?.claim.patient.key).not.toBeNull();
    }
  });

  it('of returns becomes returns', () => {
    const [a, b] = ['S1', 'S2'].map((settlement) =>
      saleReturnMessage({ institution, settlement }, sending, [tablets]),
    ) as [Message, Message];
    const selinfo = [a, b].map(({ input }) => (input as { selinfo: Message }).selinfo);
    const { kind, parts } = mustSplit({ ...a, input: { selinfo } });
    expect(kind).toBe('return');
    expect(parts.map(({ bytes }) => mustReadEvent(bytes).claim.reverses)).toEqual([
      `${institution}/S1`,
      `${institution}/S2`,
    ]);
  });
});

it('a message of one sale is its own only part', () => {
  const bytes = encodeMessage(saleMessage({ institution, settlement: 'S1' }, sending, [tablets, other]));
  const split = splitSales(bytes, null);
  expect(split).toMatchObject({ ok: true, value: { parts: [{ places: [0, 1], format: 'nhsa-json' }] } });
  expect(split.ok && split.value.parts[0]?.bytes).toBe(bytes);
});

it('ids of parts fit where ids of events do', () => {
  const long = [{ settlement: 'S'.repeat(60) }, { settlement: `${'S'.repeat(60)}2` }] as const;
  const message = salesMessage(
    institution,
    { ...sending, eventId: 'M'.repeat(100) },
    long.map((sale) => [sale, [tablets]] as const),
  );
  const ids = mustSplit(message).parts.map(({ bytes }) => mustReadEvent(bytes).claim.eventId);
  expect(ids.map((id) => id?.length)).toEqual([113, 113]);
  expect(new Set(ids).size).toBe(2);
});

it.each([
  ['what is none of goods', { infno: '2204', input: { feedetail: [] } }, 'none of goods'],
  ['more rows than a claim has lines', { infno: '3505A', input: { selinfo: Array(5_001).fill({}) } }, '5001'],
  [
    'parts that would repeat too much',
    {
      infno: '3505A',
      note: 'x'.repeat(500_000),
      input: { selinfo: Array.from({ length: 20 }, (_, i) => ({ setl_id: `S${i}` })) },
    },
    'too large to go with each sale',
  ],
])('%s is not taken apart', (_what, message, sentence) => {
  const split = splitSales(Buffer.from(JSON.stringify(message)), 'nhsa-json');
  expect(split.ok ? null : split.error).toContain(sentence);
});

it('whatever the rows say, each is in one part, and no part is taken apart again', () => {
  const id = fc.constantFrom('', 'A', 'B', 'C', '-', ' A ');
  const row = fc.record(
    { setl_id: id, mdtrt_id: id, mdtrtSn: id, rtal_docno: id, psn_no: fc.constantFrom('P', 'Q') },
    { requiredKeys: [] },
  );
  const rows = fc.array(fc.oneof({ weight: 8, arbitrary: row }, fc.constantFrom('x', 3, [])), {
    maxLength: 8,
  });
  fc.assert(
    fc.property(rows, fc.constantFrom('3505', '3505A', '3506'), (selinfo, infno) => {
      const bytes = Buffer.from(JSON.stringify({ infno, msgid: 'M', input: { selinfo } }));
      const split = splitSales(bytes, 'nhsa-json');
      if (!split.ok) throw new Error(split.error);
      const { parts } = split.value;
      const places = parts.flatMap((part) => part.places).toSorted((a, b) => a - b);
      expect(places).toEqual(split.value.rows.map((_, place) => place));
      const read = readEvent(bytes, 'nhsa-json', testSettings);
      expect(!read.ok && read.error.code === 'several-sales').toBe(parts.length > 1);
      for (const part of parts.length > 1 ? parts : []) {
        const one = splitSales(part.bytes, part.format);
        expect(one.ok && one.value.parts.length).toBe(1);
        const again = readEvent(part.bytes, part.format, testSettings);
        expect(again.ok || again.error.code !== 'several-sales').toBe(true);
      }
    }),
  );
});
