import { describe, expect, it } from 'vitest';
import { jsonBytes, payload } from '../settings.js';
import {
  encodeMessage,
  feeDeletionMessage,
  feesMessage,
  type Message,
  outpatientVisit,
  pharmacySale,
  reversalMessage,
  saleMessage,
  saleReturnMessage,
  settlementMessage,
  stay,
  stockMessage,
} from './national-messages.js';
import { mustReadEvent, notedIn, readMessage, refuseMessage } from './reading.js';

const sending = { eventId: 'M1', at: '2026-03-12 09:50:05' };
const fee = {
  id: 'F1',
  itemCode: 'ZD03AAA0043010100166',
  name: '艾附暖宫丸',
  quantity: 2,
  price: 24.6,
  amount: 49.2,
  at: '2026-03-12 09:50:02',
};
const goods = {
  record: 'PC1',
  itemCode: 'XC09DBA407A001010100553',
  name: '阿利沙坦酯氨氯地平片',
  quantity: 2,
  price: 34.87,
  at: '2026-03-12 10:06:51',
  codes: ['81234560001234567890', '81234560001234567891'],
};

const inputOf = (message: Message) => message['input'] as Record<string, unknown>;
const withInput = (message: Message, input: Record<string, unknown>): Message => ({ ...message, input });
const rowOf = (message: Message, node: string) => {
  const value = inputOf(message)[node];
  return (Array.isArray(value) ? value[0] : value) as Record<string, unknown>;
};

function toCamelCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toCamelCase);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [
      key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
      toCamelCase(child),
    ]),
  );
}

describe('the recorded payloads', () => {
  it('2204', () => {
    const event = mustReadEvent(payload('07_2204_request_fee_upload.json'));
    expect(event.chargeBatches).toEqual(['CB20260312000118']);
    expect(event.claim.lines).toMatchObject([{ id: 'FD118-1', amountFen: 4920, days: 10 }]);
  });

  it('2207 with trace codes', () => {
    const event = mustReadEvent(payload('09_2207_request_settle_with_trace_codes.json'));
    expect(event.bills).toEqual(['CB20260312000119']);
    expect(event.traces).toEqual([
      { line: 'FD119-1', codes: ['81234560001234567890', '81234560001234567891'], split: false },
    ]);
  });

  it('3505A', () => {
    const event = mustReadEvent(payload('10_3505A_request_sale_trace.json'));
    expect(event.claim).toMatchObject({
      kind: 'sale',
      claimId: 'H35010200417/350000S0000087654321',
      encounter: { id: '350000G0000012345678', type: null },
    });
    expect(event.claim.lines).toMatchObject([{ amountFen: 6974, traceCodes: { length: 2 } }]);
  });
});

describe('shapes that real systems send', () => {
  const messages = {
    fees: feesMessage(outpatientVisit, sending, [fee]),
    'fees of a stay': feesMessage(stay, sending, [fee, { ...fee, id: 'F2' }]),
    'a deletion': feeDeletionMessage(outpatientVisit, sending, ['CB1']),
    'a deletion of lines': feeDeletionMessage(stay, sending, ['F1']),
    'a settlement': settlementMessage(outpatientVisit, sending, {
      id: 'S1',
      chargeBatch: 'CB1',
      amount: 49.2,
      traces: [{ line: 'F1', code: '8'.repeat(20) }],
    }),
    'a reversal': reversalMessage(stay, sending, 'S1'),
    'a sale': saleMessage(pharmacySale, sending, [goods]),
    'a sale of several': saleMessage(pharmacySale, sending, [goods, { ...goods, record: 'PC2' }]),
    'a return': saleReturnMessage(pharmacySale, sending, [goods]),
    stock: stockMessage('P35010200088', sending, 'count', [
      { record: 'K1', itemCode: goods.itemCode, quantity: 1 },
    ]),
  };

  it.each(Object.entries(messages))('%s in GBK', (_, message) => {
    const event = mustReadEvent(encodeMessage(message, 'nhsa-gbk'));
    expect(event).toEqual({ ...readMessage(message), format: 'nhsa-gbk' });
  });

  it.each(Object.entries(messages))('%s with the words of its nodes in camelCase', (_, message) => {
    const camel = { ...message, input: toCamelCase(message['input']) };
    if (message['output'] !== undefined) Object.assign(camel, { output: toCamelCase(message['output']) });
    expect(readMessage(camel)).toEqual(readMessage(message));
  });

  it.each(Object.entries(messages))('%s with lists of one and single objects exchanged', (_, message) => {
    const exchanged = Object.entries(inputOf(message)).map(([name, value]) => {
      if (Array.isArray(value)) return [name, value.length === 1 ? value[0] : value];
      return [name, [value]];
    });
    expect(readMessage(withInput(message, Object.fromEntries(exchanged)))).toEqual(readMessage(message));
  });

  it.each(Object.entries(messages))('%s with blanks as null, a dash or nothing', (_, message) => {
    const expected = readMessage(message);
    for (const blank of [null, undefined]) {
      const text = JSON.stringify(message, (_key, value) => (value === '' ? blank : value));
      expect(readMessage(JSON.parse(text))).toEqual(expected);
    }
  });

  it.each(Object.entries(messages))('%s with its rows inside data', (_, message) => {
    const { data, ...nodes } = inputOf(message);
    const isRows = Array.isArray(data);
    const inside = isRows ? { data } : { data: { ...(data as object), ...nodes } };
    expect(readMessage(withInput(message, inside))).toEqual(readMessage(message));
  });

  it('numbers as texts, a dash for none', () => {
    const texts = { ...fee, quantity: '2', price: '24.600000', amount: '-', days: '10' };
    const event = readMessage(feesMessage(outpatientVisit, sending, [texts]));
    expect(event.claim.lines).toMatchObject([
      { quantityE4: 20_000, unitPriceE4Fen: 24_600_000, amountFen: 4920, days: 10 },
    ]);
    expect(notedIn(event)).toContain('lines.amount placeholder');
  });

  it('a whole number as id', () => {
    const message = feesMessage(outpatientVisit, sending, [fee]);
    Object.assign(rowOf(message, 'feedetail'), { feedetl_sn: 42, chrg_bchno: 7 });
    expect(readMessage(message)).toMatchObject({ chargeBatches: ['7'], claim: { lines: [{ id: '42' }] } });
  });

  it('a charge batch of no text is none, with a note', () => {
    const message = feesMessage(outpatientVisit, sending, [fee]);
    Object.assign(rowOf(message, 'feedetail'), { chrg_bchno: ['CB1'] });
    const event = readMessage(message);
    expect(event.chargeBatches).toEqual([null]);
    expect(event.claim.notes).toContainEqual({
      field: 'lines.chargeBatch',
      problem: 'malformed',
      line: 'F1',
    });
  });

  it.each([
    ['', null],
    ['-', null],
    [null, null],
    ['0000', null],
    [' CB1 ', ['CB1']],
    [17, ['17']],
    [{ no: 1 }, null],
  ])('2207 with the charge batch %j bills %j', (chrg_bchno, bills) => {
    const message = settlementMessage(outpatientVisit, sending, { amount: 1 });
    Object.assign(rowOf(message, 'data'), { chrg_bchno });
    expect(readMessage(message).bills).toEqual(bills);
  });

  it.each([
    ['1', true],
    [1, true],
    [true, true],
    ['true', true],
    ['0', false],
    [0, false],
    [false, false],
    ['', false],
    [null, false],
  ])('trdn_flag %j means split: %j', (flag, split) => {
    const sold = saleMessage(pharmacySale, sending, [goods]);
    Object.assign(rowOf(sold, 'selinfo'), { trdn_flag: flag });
    expect(readMessage(sold).claim.lines[0]?.splitPack).toBe(split);
    const settled = settlementMessage(outpatientVisit, sending, {
      amount: 1,
      traces: [{ line: 'F1', code: '8' }],
    });
    const traces = inputOf(settled)['drug_trac_info'] as object[];
    Object.assign(traces[0] as object, { trdn_flag: flag });
    expect(readMessage(settled).traces).toEqual([{ line: 'F1', codes: ['8'], split }]);
  });

  it('a trdn_flag that nobody understands is a note', () => {
    const event = readMessage(saleMessage(pharmacySale, sending, [{ ...goods, split: 'Y' }]));
    expect(event.claim.lines[0]?.splitPack).toBe(false);
    expect(notedIn(event)).toContain('lines.splitPack malformed');
  });

  it('trace codes beside the one row that they belong to', () => {
    const message = saleMessage(pharmacySale, sending, [{ ...goods, codes: [] }]);
    const beside = withInput(message, {
      ...inputOf(message),
      drugtracinfo: [{ drug_trac_codg: '81' }, { drug_trac_code: '82' }],
    });
    expect(readMessage(beside).claim.lines[0]?.traceCodes).toEqual(['81', '82']);
  });

  it('trace codes beside several rows belong to nobody', () => {
    const rows = [goods, { ...goods, record: 'PC2' }].map((one) => ({ ...one, codes: [] }));
    const message = saleMessage(pharmacySale, sending, rows);
    const event = readMessage(
      withInput(message, { ...inputOf(message), drugtracinfo: { drug_trac_codg: '8' } }),
    );
    expect(event.claim.lines.flatMap((line) => line.traceCodes)).toEqual([]);
    expect(notedIn(event)).toContain('lines.traceCodes conflict');
  });

  it('trace codes of no line, or in no list', () => {
    const message = settlementMessage(outpatientVisit, sending, { amount: 1 });
    const odd = [{ drug_trac_codg: '81' }, { feedetl_sn: 'F1', drug_trac_codg: '82' }, '83'];
    const event = readMessage(withInput(message, { ...inputOf(message), drugtracinfo: odd }));
    expect(event.traces).toEqual([{ line: 'F1', codes: ['82'], split: false }]);
    expect(notedIn(event)).toContain('lines.traceCodes conflict');
  });

  it('rows that leave person and visit to others', () => {
    const message = feesMessage(outpatientVisit, sending, [fee, { ...fee, id: 'F2' }]);
    Object.assign(rowOf(message, 'feedetail'), { psn_no: '', mdtrt_id: null });
    const event = readMessage(message);
    expect(event.claim.encounter.id).toBe(outpatientVisit.id);
    expect(event.claim.patient.key).toMatch(/^[0-9a-f]{64}$/);
  });

  it('unknown keys and nodes', () => {
    const message = settlementMessage(outpatientVisit, sending, { id: 'S1', amount: 1 });
    const more = withInput(message, { ...inputOf(message), setldetail: [], expContent: { a: [1] } });
    expect(readMessage({ ...more, output: message['output'], extra: 1 })).toEqual(readMessage(message));
  });

  it.each(['', null, [], 'none', 7, {}])('an answer that is %j', (output) => {
    const message = settlementMessage(outpatientVisit, sending, { amount: 1 });
    expect(readMessage({ ...message, output })).toEqual(readMessage(message));
  });
});

describe('messages that are refused', () => {
  const visit = 'H35010200417/350000G0000012345678';

  it.each(['3101', '3102', '3103', '9001', '2206', '3507A', ''])('transaction %j', (infno) => {
    const refusal = refuseMessage({ ...feesMessage(outpatientVisit, sending, [fee]), infno });
    expect(refusal).toMatchObject({ code: 'transaction', eventId: 'M1', claimId: visit });
  });

  it('never quotes what it refuses', () => {
    const refusal = refuseMessage({ ...feesMessage(outpatientVisit, sending, [fee]), infno: '张测试' });
    expect(refusal.message).toBe('The transaction is no event of charging, settling or storing.');
  });

  it.each([
    ['no fee line', feesMessage(outpatientVisit, sending, []), 'Expected a fee line at feedetail.'],
    ['nothing sold', saleMessage(pharmacySale, sending, []), 'Expected something sold at selinfo.'],
    ['no record', stockMessage('P1', sending, 'count', []), 'Expected a stock record at the input.'],
  ])('%s', (_, message, sentence) => {
    expect(refuseMessage(message)).toMatchObject({
      code: 'wrong-shape',
      message: sentence,
      eventId: 'M1',
    });
  });

  it('lines of two persons, two visits or two sales', () => {
    const fees = feesMessage(outpatientVisit, sending, [fee, { ...fee, id: 'F2' }]);
    const [, other] = inputOf(fees)['feedetail'] as Record<string, unknown>[];
    Object.assign(other as object, { psn_no: '35000011000099009999' });
    expect(refuseMessage(fees)).toMatchObject({ code: 'several-patients', eventId: 'M1', claimId: visit });
    Object.assign(other as object, { psn_no: outpatientVisit.person, mdtrt_id: 'V2' });
    expect(refuseMessage(fees).message).toBe('Expected one encounter, not 2, at the rows.');
    const sales = saleMessage(pharmacySale, sending, [goods, { ...goods, record: 'PC2' }]);
    const [, second] = inputOf(sales)['selinfoDetail'] as Record<string, unknown>[];
    Object.assign(second as object, { setl_id: 'S2' });
    expect(refuseMessage(sales).message).toBe('The rows are of 2 sales.');
  });

  it.each([[['CB1']], [{ no: 1 }], [true], ['x'.repeat(51)]])(
    'a deletion of %j is not taken for one of everything',
    (chrg_bchno) => {
      const message = feeDeletionMessage(outpatientVisit, sending, ['CB1']);
      Object.assign(rowOf(message, 'data'), { chrg_bchno });
      expect(refuseMessage(message)).toMatchObject({
        code: 'wrong-shape',
        message: 'Expected a text at chrg_bchno.',
        claimId: visit,
      });
    },
  );

  it('rows that are none', () => {
    const message = feesMessage(outpatientVisit, sending, [fee]);
    expect(refuseMessage(withInput(message, { feedetail: 7 })).code).toBe('wrong-shape');
    expect(refuseMessage(withInput(message, { feedetail: [fee, 7] })).message).toBe(
      'Expected an object at feedetail[1].',
    );
    expect(refuseMessage({ ...message, input: 'x' })).toMatchObject({ code: 'wrong-shape', claimId: null });
  });

  it('a native event under a national name, and the other way round', () => {
    const settlement = settlementMessage(outpatientVisit, sending, { amount: 1 });
    expect(() => mustReadEvent(encodeMessage(settlement), 'native-json')).toThrow('wrong-shape');
    expect(() => mustReadEvent(jsonBytes({ kind: 'settlement' }), 'nhsa-json')).toThrow('transaction');
  });
});
