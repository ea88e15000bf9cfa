import { describe, expect, it } from 'vitest';
import { china, keyOf, nobodyKnows, nothingElse, outpatient, sending, whoMissing } from './expected-facts.js';
import {
  type Goods,
  pharmacySale,
  saleMessage,
  saleReturnMessage,
  stockDeletionMessage,
  stockMessage,
} from './national-messages.js';
import { readMessage } from './reading.js';

const tablets: Goods = {
  record: 'PC2025110042',
  itemCode: 'XC09DBA407A001010100553',
  name: '阿利沙坦酯氨氯地平片',
  quantity: 2,
  price: 34.87,
  at: '2026-03-12 10:06:51',
  codes: ['81234560001234567890', '81234560001234567891'],
};

describe('sales', () => {
  const soldLine = {
    id: 'PC2025110042',
    itemCode: 'XC09DBA407A001010100553',
    itemName: '阿利沙坦酯氨氯地平片',
    kind: 'drug',
    quantityE4: 20_000,
    unitPriceE4Fen: 34_870_000,
    listPriceE4Fen: null,
    amountFen: 6974,
    at: china('2026-03-12 10:06:51'),
    atTimed: true,
    until: null,
    department: null,
    practitioner: null,
    prescriptionId: 'CF20260312119',
    current: true,
    selfPaid: false,
    refund: false,
    days: null,
    traceCodes: ['81234560001234567890', '81234560001234567891'],
    splitPack: false,
    reverses: null,
    netQuantityE4: 20_000,
    netAmountFen: 6974,
    payable: true,
  };

  it.each(['drugtracinfo', 'drug_trac_codg'] as const)('3505 with its trace codes as %s', (form) => {
    expect(readMessage(saleMessage(pharmacySale, sending, [tablets], form))).toEqual({
      claim: {
        eventId: sending.eventId,
        kind: 'sale',
        scene: null,
        sentAt: china(sending.at),
        claimId: 'P35010200088/350000S0000087654321',
        institution: { code: 'P35010200088', level: null, type: 'pharmacy', region: '350102' },
        patient: { key: keyOf('35000011000099001234'), ...nobodyKnows },
        encounter: { ...outpatient, type: 'pharmacy' },
        diagnoses: [],
        procedures: [],
        lines: [soldLine],
        notes: whoMissing,
      },
      format: 'nhsa-json',
      chargeBatches: [null],
      ...nothingElse,
      recordIds: ['PC2025110042'],
    });
  });

  it('3505A: several goods of one sale, a split pack among them', () => {
    const split: Goods = { ...tablets, record: 'PC2', quantity: '0.5', codes: ['8'], split: '1' };
    const event = readMessage(saleMessage(pharmacySale, sending, [tablets, split]));
    expect(event.claim.lines).toMatchObject([
      soldLine,
      { id: 'PC2', quantityE4: 5000, amountFen: 1744, splitPack: true, traceCodes: ['8'] },
    ]);
  });

  it.each([
    ['its settlement', {}, 'S1'],
    ['its visit', { settlement: '' }, 'V1'],
    ['the document of the shop', { settlement: '', visit: '' }, 'D1'],
  ])('is known by %s', (_, change, id) => {
    const sale = { institution: 'P35010200088', settlement: 'S1', visit: 'V1', document: 'D1', ...change };
    const { claim } = readMessage(saleMessage(sale, sending, [tablets]));
    expect(claim.claimId).toBe(`P35010200088/${id}`);
    expect(claim.patient.key).toBeNull();
  });

  it('paid by the buyer alone', () => {
    const event = readMessage(saleMessage({ ...pharmacySale, selfPaid: true }, sending, [tablets]));
    expect(event.claim.lines).toMatchObject([{ selfPaid: true, payable: false }]);
  });

  it('3506: what came back, of which sale and which of its lines', () => {
    const back: Goods = { ...tablets, record: 'TH1', quantity: 1, original: 'PC2025110042' };
    const event = readMessage(saleReturnMessage(pharmacySale, sending, [back]));
    expect(event).toMatchObject({ ...nothingElse, chargeBatches: [null] });
    expect(event.claim).toMatchObject({
      kind: 'return',
      claimId: 'P35010200088/350000S0000087654321',
      reverses: 'P35010200088/350000S0000087654321',
      encounter: { id: pharmacySale.visit },
    });
    expect(event.claim.lines).toMatchObject([
      {
        id: 'TH1',
        reverses: 'PC2025110042',
        refund: true,
        quantityE4: -10_000,
        amountFen: -3487,
        traceCodes: tablets.codes,
      },
    ]);
    expect(event.claim.notes).toEqual(whoMissing);
  });

  it('3506 without the number of the sold record names its own', () => {
    const event = readMessage(saleReturnMessage(pharmacySale, sending, [{ ...tablets, quantity: '-2' }]));
    expect(event.claim.lines).toMatchObject([
      { id: 'PC2025110042', reverses: 'PC2025110042', quantityE4: -20_000 },
    ]);
  });
});

describe('stock', () => {
  const record = { record: 'K1', itemCode: 'XC09DBA407A001010100553', quantity: '12.5', lot: '25110921' };
  const movement = {
    itemCode: record.itemCode,
    quantityE4: 125_000,
    id: 'K1',
    batch: '25110921',
    undoes: null,
  };

  it.each([
    ['3501', 'count', 125_000],
    ['3502', 'change', 125_000],
    ['3503', 'purchase', 125_000],
    ['3504', 'purchase-return', -125_000],
  ] as const)('%s is a %s', (infno, type, quantityE4) => {
    const message = stockMessage('P35010200088', sending, type, [record]);
    expect(message['infno']).toBe(infno);
    const event = readMessage(message);
    expect(event).toEqual({
      claim: {
        eventId: sending.eventId,
        kind: 'stock',
        scene: null,
        sentAt: china(sending.at),
        claimId: null,
        institution: { code: 'P35010200088', level: null, type: 'pharmacy', region: '350102' },
        patient: { key: null, ...nobodyKnows },
        encounter: { ...outpatient, id: null, type: null },
        diagnoses: [],
        procedures: [],
        lines: [],
        notes: [],
      },
      format: 'nhsa-json',
      chargeBatches: [],
      ...nothingElse,
      stock: [{ ...movement, type, quantityE4 }],
    });
  });

  it.each([
    ['101', 12_500, 12_500],
    ['102', 12_500, -12_500],
    ['104', 12_500, -12_500],
    ['102', -12_500, -12_500],
    ['103', -12_500, -12_500],
  ])('3502 of type %s moves %i by %i', (changeType, sent, moved) => {
    const message = stockMessage('P35010200088', sending, 'change', [
      { ...record, quantity: sent, changeType },
    ]);
    expect(readMessage(message).stock?.map((one) => one.quantityE4)).toEqual([moved * 10_000]);
  });

  it('several records in one message', () => {
    const message = stockMessage('P35010200088', sending, 'count', [record, { ...record, record: 'K2' }]);
    expect(readMessage(message).stock).toEqual([
      { ...movement, type: 'count' },
      { ...movement, type: 'count', id: 'K2' },
    ]);
  });

  it.each([
    ['1', 'count'],
    ['2', 'change'],
    ['3', 'purchase'],
    ['4', 'sale'],
  ] as const)('3507 of data type %s undoes a %s', (dataType, undoes) => {
    expect(readMessage(stockDeletionMessage('P35010200088', sending, 'K1', dataType)).stock).toEqual([
      { type: 'delete', itemCode: null, quantityE4: null, id: 'K1', batch: null, undoes },
    ]);
  });

  it('an item of no national code and a count of no number are unknown, with notes', () => {
    const event = readMessage(
      stockMessage('P35010200088', sending, 'count', [{ ...record, itemCode: 'LOCAL', quantity: 'many' }]),
    );
    expect(event.stock).toMatchObject([{ itemCode: null, quantityE4: null, id: 'K1' }]);
    expect(event.claim.notes).toEqual([
      { field: 'stock.quantity', problem: 'malformed', line: '#1' },
      { field: 'stock.itemCode', problem: 'unknown-code', line: '#1' },
    ]);
  });
});
