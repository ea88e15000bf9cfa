import { describe, expect, it } from 'vitest';
import { china, keyOf, nobodyKnows, nothingElse, outpatient, sending, whoMissing } from './expected-facts.js';
import {
  type Fee,
  feeDeletionMessage,
  feesMessage,
  outpatientVisit,
  reversalMessage,
  settlementMessage,
  stay,
} from './national-messages.js';
import { notedIn, readMessage } from './reading.js';

const pills: Fee = {
  id: 'FD118-1',
  itemCode: 'ZD03AAA0043010100166',
  name: '艾附暖宫丸',
  quantity: 2,
  price: 24.6,
  amount: 49.2,
  at: '2026-03-12 09:50:02',
  chargeBatch: 'CB20260312000118',
  prescription: 'CF20260312118',
  days: 10,
};
const scan: Fee = {
  id: 'F42-0101',
  itemCode: '003205000030000',
  name: '冠状动脉造影术',
  quantity: '1',
  price: '3500.00',
  amount: '3500.00',
  at: '2026-03-13 14:20:00',
  prescription: 'YZ42-31',
};

const pillsLine = {
  id: 'FD118-1',
  itemCode: 'ZD03AAA0043010100166',
  itemName: '艾附暖宫丸',
  kind: 'drug',
  quantityE4: 20_000,
  unitPriceE4Fen: 24_600_000,
  listPriceE4Fen: null,
  amountFen: 4920,
  at: china('2026-03-12 09:50:02'),
  atTimed: true,
  until: null,
  department: 'A03',
  practitioner: 'D350100002317',
  prescriptionId: 'CF20260312118',
  current: true,
  selfPaid: false,
  refund: false,
  days: 10,
  traceCodes: [],
  splitPack: false,
  reverses: null,
  netQuantityE4: 20_000,
  netAmountFen: 4920,
  payable: true,
};

const hospital = { code: 'H35010200417', level: null, type: 'hospital', region: '350102' };

describe('fees', () => {
  it('2204: fee lines of a visit, each with its charge batch', () => {
    expect(readMessage(feesMessage(outpatientVisit, sending, [pills]))).toEqual({
      claim: {
        eventId: sending.eventId,
        kind: 'fees',
        scene: null,
        sentAt: china(sending.at),
        claimId: 'H35010200417/350000G0000012345678',
        institution: hospital,
        patient: { key: keyOf('35000011000099001234'), ...nobodyKnows },
        encounter: outpatient,
        diagnoses: [],
        procedures: [],
        lines: [pillsLine],
        notes: whoMissing,
      },
      format: 'nhsa-json',
      chargeBatches: ['CB20260312000118'],
      ...nothingElse,
    });
  });

  it('2301: fee lines of a stay, with a refund of an earlier one', () => {
    const refund: Fee = { ...scan, id: 'F42-0102', quantity: -1, amount: -3500, original: 'F42-0001' };
    const event = readMessage(feesMessage(stay, sending, [scan, refund]));
    expect(event).toMatchObject({ chargeBatches: [null, null], ...nothingElse });
    expect(event.claim).toMatchObject({
      kind: 'fees',
      claimId: 'H35010200417/350000G0000087650001',
      encounter: { id: stay.id, type: 'inpatient', emergency: false, medType: '21' },
    });
    expect(event.claim.lines).toMatchObject([
      { id: 'F42-0101', kind: 'service', prescriptionId: 'YZ42-31', amountFen: 350_000, payable: true },
      { id: 'F42-0102', refund: true, reverses: 'F42-0001', quantityE4: -10_000, amountFen: -350_000 },
    ]);
    // The line that is taken back came with another message.
    expect(event.claim.notes).toEqual(whoMissing);
  });

  it('a line that the doctor declared self-paid, and one outside the catalogue', () => {
    const message = feesMessage(outpatientVisit, sending, [{ ...pills, approval: '2' }, pills]);
    const rows = (message['input'] as { feedetail: Record<string, unknown>[] }).feedetail;
    Object.assign(rows[1] as object, { chrgitm_lv: '03', fulamt_ownpay_amt: '49.20' });
    expect(readMessage(message).claim.lines.map((line) => line.selfPaid)).toEqual([true, true]);
  });

  it.each([
    ['one charge batch', ['CB1'], { chargeBatch: 'CB1', lines: null }],
    ['all, as 0000', ['0000'], { chargeBatch: null, lines: null }],
    ['all, by saying nothing', [''], { chargeBatch: null, lines: null }],
  ])('2205 deletes %s', (_, ids, deletes) => {
    const event = readMessage(feeDeletionMessage(outpatientVisit, sending, ids));
    expect(event).toMatchObject({ ...nothingElse, chargeBatches: [], deletes });
    expect(event.claim).toMatchObject({ kind: 'fees', encounter: { id: outpatientVisit.id }, lines: [] });
  });

  it.each([
    ['single lines', ['F42-0101', 'F42-0102'], { chargeBatch: null, lines: ['F42-0101', 'F42-0102'] }],
    ['all, as 0000', ['0000'], { chargeBatch: null, lines: null }],
    ['all where one of them is 0000', ['F42-0101', '0000'], { chargeBatch: null, lines: null }],
  ])('2302 deletes %s', (_, ids, deletes) => {
    const event = readMessage(feeDeletionMessage(stay, sending, ids));
    expect(event).toMatchObject({ ...nothingElse, deletes });
    expect(event.claim).toMatchObject({ kind: 'fees', encounter: { id: stay.id, type: 'inpatient' } });
  });
});

describe('settlements', () => {
  it('2207 with the answer: its own number, its charge batch, trace codes by fee line', () => {
    const traces = [
      { line: 'FD119-1', code: '81234560001234567890' },
      { line: 'FD119-1', code: '81234560001234567891' },
      { line: 'FD119-1', code: '81234560001234567891' },
      { line: 'FD119-2', code: '81234560001234567892', split: '1' },
      { line: 'FD119-1', code: '81234560001234567893', split: 1 },
    ];
    const settlement = { id: '350000S0000087654321', chargeBatch: 'CB1', amount: 209.22, traces };
    expect(readMessage(settlementMessage(outpatientVisit, sending, settlement))).toEqual({
      claim: {
        eventId: sending.eventId,
        kind: 'settlement',
        scene: null,
        sentAt: china(sending.at),
        claimId: 'H35010200417/350000S0000087654321',
        institution: hospital,
        patient: {
          key: keyOf('35000011000099001234'),
          sex: 'female',
          birthDate: -2800,
          insurance: 'employee',
          region: '350100',
          pregnancy: null,
        },
        encounter: { ...outpatient, medType: '11', emergency: false },
        diagnoses: [],
        procedures: [],
        lines: [],
        notes: [],
      },
      format: 'nhsa-json',
      chargeBatches: [],
      recordIds: [],
      deletes: null,
      bills: ['CB1'],
      traces: [
        { line: 'FD119-1', codes: ['81234560001234567890', '81234560001234567891'], split: false },
        { line: 'FD119-2', codes: ['81234560001234567892'], split: true },
        { line: 'FD119-1', codes: ['81234560001234567893'], split: true },
      ],
      stock: null,
    });
  });

  it('2207 without the answer is known by its visit', () => {
    const event = readMessage(settlementMessage(outpatientVisit, sending, { amount: '20.00' }));
    expect(event.claim.claimId).toBe('H35010200417/350000G0000012345678');
    expect(event.bills).toBeNull();
  });

  it('2304 bills all that the stay holds', () => {
    const event = readMessage(settlementMessage(stay, sending, { id: 'S1', amount: '20.00' }));
    expect(event).toMatchObject({ bills: null, traces: [], chargeBatches: [] });
    expect(event.claim).toMatchObject({
      kind: 'settlement',
      claimId: 'H35010200417/S1',
      encounter: { id: stay.id, type: 'inpatient', medType: '21' },
      patient: { insurance: 'resident' },
    });
  });

  it('2304 with times, diagnoses and rescue', () => {
    const message = settlementMessage(stay, sending, { id: 'S1', amount: '20.00' });
    const input = message['input'] as Record<string, Record<string, unknown>>;
    Object.assign(input['data'] as object, {
      begntime: '2026-03-01 08:00:00',
      dscg_time: '2026-03-12 10:00:00',
      er_flag: '1',
      atddr_no: 'D350100001906',
      adm_dept_codg: 'A04',
    });
    Object.assign(input, {
      diseinfo: [
        { diag_code: 'I20.000', maindiag_flag: '1', diag_name: '不稳定性心绞痛' },
        { diag_code: 'E11.900', maindiag_flag: '0' },
      ],
    });
    expect(readMessage(message).claim).toMatchObject({
      encounter: {
        admittedAt: china('2026-03-01 08:00:00'),
        dischargedAt: china('2026-03-12 10:00:00'),
        emergency: true,
        practitioner: 'D350100001906',
        department: 'A04',
      },
      diagnoses: [
        { code: 'I20.000', main: true },
        { code: 'E11.900', main: false },
      ],
    });
  });

  it('a settlement that repeats its fee lines carries them', () => {
    const message = settlementMessage(outpatientVisit, sending, { id: 'S1', amount: 49.2 });
    Object.assign(message['input'] as object, feesMessage(outpatientVisit, sending, [pills])['input']);
    const event = readMessage(message);
    expect(event.claim.lines).toEqual([pillsLine]);
    expect(event.chargeBatches).toEqual(['CB20260312000118']);
  });

  it('the category of the visit is believed where the transaction disagrees about a stay', () => {
    const event = readMessage(settlementMessage({ ...stay, isStay: false }, sending, { amount: 1 }));
    expect(event.claim.encounter.type).toBe('inpatient');
    expect(notedIn(event)).toContain('encounter.type conflict');
  });
});

describe('reversals', () => {
  it.each([
    ['2208', outpatientVisit],
    ['2305', stay],
  ])('%s names the settlement that it undoes', (infno, visit) => {
    const message = reversalMessage(visit, sending, '350000S0000087654321');
    expect(message['infno']).toBe(infno);
    const event = readMessage(message);
    expect(event).toMatchObject({ ...nothingElse, chargeBatches: [] });
    expect(event.claim).toMatchObject({
      kind: 'reversal',
      claimId: 'H35010200417/350000S0000087654321',
      reverses: 'H35010200417/350000S0000087654321',
      encounter: { id: visit.id },
      lines: [],
    });
  });

  it('is not misled by the number of its own answer', () => {
    const message = reversalMessage(outpatientVisit, sending, 'S1');
    const event = readMessage({ ...message, output: { setlinfo: { setl_id: 'S2' } } });
    expect(event.claim.reverses).toBe('H35010200417/S1');
  });

  it('without a number is a reversal of what its visit is known by', () => {
    const { claim } = readMessage(reversalMessage(outpatientVisit, sending, ''));
    expect(claim).toMatchObject({ kind: 'reversal', claimId: 'H35010200417/350000G0000012345678' });
    expect('reverses' in claim).toBe(false);
  });
});
