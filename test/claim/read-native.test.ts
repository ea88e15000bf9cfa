import { describe, expect, it } from 'vitest';
import { packWire } from '../../src/base/wire.js';
import type { Claim } from '../../src/claim/claim.js';
import { jsonBytes, mustRead } from './settings.js';

/** The example of the contract, invented values. */
const example = {
  eventId: 'E-1',
  kind: 'screening',
  scene: 9,
  sentAt: '2026-03-18T10:21:40+08:00',
  claimId: null,
  reverses: null,
  institution: { code: 'H35010200417', level: 3, type: 'hospital', region: '350102' },
  patient: {
    id: '35000011000099005678',
    sex: 'female',
    birthDate: '1954-11-20',
    insurance: 'resident',
    region: '350100',
    pregnancy: 'none',
  },
  encounter: {
    id: 'IP202603110042',
    type: 'inpatient',
    emergency: false,
    internet: false,
    medType: '21',
    admittedAt: '2026-03-11T08:12:00+08:00',
    dischargedAt: null,
    department: 'A04',
    practitioner: 'D350100001906',
  },
  diagnoses: [{ code: 'I20.000', name: '不稳定性心绞痛', main: true }],
  procedures: [{ code: '36.0700', name: '支架置入', main: true, at: '2026-03-13T14:20:00+08:00' }],
  lines: [
    {
      id: 'F42-0101',
      itemCode: '003205000030000',
      itemName: '支架置入术',
      kind: 'service',
      quantity: 1,
      unitPrice: '3500.00',
      listPrice: 3400.5,
      amount: '3500.00',
      at: '2026-03-13T14:20:00+08:00',
      until: '2026-03-13T16:00:00+08:00',
      department: 'A04',
      practitioner: 'D350100001906',
      prescriptionId: 'YZ42-31',
      current: true,
      selfPaid: false,
      days: null,
      traceCodes: ['81234560001234567890'],
      splitPack: false,
      reverses: null,
    },
  ],
};

const read = (change: Record<string, unknown>): Claim => mustRead(jsonBytes({ ...example, ...change })).claim;
const lineOf = (change: Record<string, unknown>) => read({ lines: [{ ...example.lines[0], ...change }] });
const notesOf = (claim: Claim) => claim.notes.map((note) => `${note.field} ${note.problem}`);

describe('a native claim', () => {
  it('reads every field of the contract', () => {
    const { claim, format, reply } = mustRead(jsonBytes(example));
    expect(format).toBe('native-json');
    expect(reply.patientId).toBeNull();
    expect(claim).toEqual({
      eventId: 'E-1',
      kind: 'screening',
      scene: 9,
      sentAt: Date.parse('2026-03-18T10:21:40+08:00'),
      claimId: 'H35010200417/IP202603110042',
      institution: { code: 'H35010200417', level: 3, type: 'hospital', region: '350102' },
      patient: {
        key: expect.stringMatching(/^[0-9a-f]{64}$/),
        sex: 'female',
        birthDate: -5521,
        insurance: 'resident',
        region: '350100',
        pregnancy: 'none',
      },
      encounter: {
        id: 'IP202603110042',
        type: 'inpatient',
        emergency: false,
        internet: false,
        medType: '21',
        admittedAt: Date.parse('2026-03-11T08:12:00+08:00'),
        dischargedAt: null,
        department: 'A04',
        practitioner: 'D350100001906',
      },
      diagnoses: [{ code: 'I20.000', main: true }],
      procedures: [{ code: '36.0700', main: true, at: Date.parse('2026-03-13T14:20:00+08:00') }],
      lines: [
        {
          id: 'F42-0101',
          itemCode: '003205000030000',
          itemName: '支架置入术',
          kind: 'service',
          quantityE4: 10_000,
          unitPriceE4Fen: 3_500_000_000,
          listPriceE4Fen: 3_400_500_000,
          amountFen: 350_000,
          refund: false,
          at: Date.parse('2026-03-13T14:20:00+08:00'),
          atTimed: true,
          until: Date.parse('2026-03-13T16:00:00+08:00'),
          department: 'A04',
          practitioner: 'D350100001906',
          prescriptionId: 'YZ42-31',
          current: true,
          selfPaid: false,
          days: null,
          traceCodes: ['81234560001234567890'],
          splitPack: false,
          reverses: null,
          netQuantityE4: 10_000,
          netAmountFen: 350_000,
          payable: true,
        },
      ],
      notes: [],
    });
    expect(mustRead(packWire(example))).toEqual({ claim, format: 'native-msgpack', reply });
  });

  it('ignores unknown keys and a byte order mark', () => {
    const text = `\ufeff${JSON.stringify({ ...example, extra: { deep: [[1]] } })}`;
    expect(mustRead(new TextEncoder().encode(text)).claim).toEqual(read({}));
  });

  it('of nothing but a kind is a claim of unknowns', () => {
    const { claim } = mustRead(jsonBytes({ kind: 'settlement' }));
    expect(claim).toMatchObject({ kind: 'settlement', eventId: null, claimId: null, scene: null, lines: [] });
    expect(notesOf(claim)).toContain('patient.sex missing');
  });

  it('without a kind is a screening, with a note', () => {
    expect(read({ kind: undefined }).kind).toBe('screening');
    expect(notesOf(read({ kind: undefined }))).toContain('claim.kind missing');
  });

  it('keeps the claim id that it is given, and what it reverses', () => {
    expect(read({ claimId: 'H35010200417/S1' }).claimId).toBe('H35010200417/S1');
    const reversal = read({ kind: 'reversal', reverses: { claimId: 'H35010200417/S1' } });
    expect(reversal.reverses).toBe('H35010200417/S1');
    expect('reverses' in read({})).toBe(false);
  });

  it('believes the settlement category where the two kinds of visit disagree about a stay', () => {
    const visit = (type: string, medType: string) =>
      read({ encounter: { ...example.encounter, type, medType } });
    expect(visit('outpatient', '21').encounter.type).toBe('inpatient');
    expect(notesOf(visit('outpatient', '21'))).toContain('encounter.type conflict');
    expect(visit('pharmacy', '11').encounter.type).toBe('pharmacy');
    expect(visit('inpatient', '??').encounter.type).toBe('inpatient');
    expect(visit('inpatient', '11').encounter.type).toBe('outpatient');
  });

  it.each([
    ['patient.sex', { patient: { ...example.patient, sex: 'banana' } }, 'unknown-code'],
    ['patient.sex', { patient: { ...example.patient, sex: 1 } }, 'unknown-code'],
    ['patient.birthDate', { patient: { ...example.patient, birthDate: '2026-04-01' } }, 'conflict'],
    ['patient.insurance', { patient: { ...example.patient, insurance: ['resident'] } }, 'malformed'],
    ['claim.scene', { scene: 11 }, 'unknown-code'],
    ['claim.scene', { scene: 1.5 }, 'unknown-code'],
    ['institution.level', { institution: { ...example.institution, level: 4 } }, 'unknown-code'],
    ['institution.code', { institution: { ...example.institution, code: 'LOCAL' } }, 'unknown-code'],
    ['institution.region', { institution: { ...example.institution, region: '35' } }, 'unknown-code'],
    ['diagnoses.code', { diagnoses: [{ code: 'XYZD018987', main: true }] }, 'unknown-code'],
    ['procedures.code', { procedures: [{ code: 'LOCAL' }] }, 'unknown-code'],
    [
      'encounter.dischargedAt',
      { encounter: { ...example.encounter, dischargedAt: '2026-03-01' } },
      'conflict',
    ],
    [
      'encounter.dischargedAt',
      { encounter: { ...example.encounter, dischargedAt: '9999-12-31' } },
      'placeholder',
    ],
    ['encounter.emergency', { encounter: { ...example.encounter, emergency: 'perhaps' } }, 'malformed'],
    ['claim.sentAt', { sentAt: 'now' }, 'malformed'],
  ])('%s: a fact that makes no sense is a note', (field, change, problem) => {
    expect(notesOf(read(change))).toEqual([`${field} ${problem}`]);
  });

  it.each([
    ['quantity', { quantity: 'abc' }, 'lines.quantity malformed'],
    ['quantity', { quantity: '1.00005' }, 'lines.quantity repaired'],
    ['quantity', { quantity: 1_000_001 }, 'lines.quantity malformed'],
    ['amount', { amount: '3500.005' }, 'lines.amount repaired'],
    ['amount', { amount: null }, 'lines.amount missing'],
    ['unitPrice', { unitPrice: -1 }, 'lines.unitPrice malformed'],
    ['unitPrice', { unitPrice: '0.0000005' }, 'lines.unitPrice repaired'],
    ['kind', { kind: 'pill' }, 'lines.kind unknown-code'],
    ['itemCode', { itemCode: 'LOCAL-1' }, 'lines.itemCode unknown-code'],
    ['days', { days: 1.5 }, 'lines.days malformed'],
    ['days', { days: 4000 }, 'lines.days malformed'],
    ['current', { current: 'x' }, 'lines.current malformed'],
    ['until', { until: '2026-03-01' }, 'lines.until conflict'],
    ['traceCodes', { traceCodes: ['8', {}] }, 'lines.traceCodes malformed'],
  ])('line %s: %j', (_, change, note) => {
    const claim = lineOf(change);
    expect(notesOf(claim)).toContain(note);
    expect(claim.notes.every((one) => one.line === 'F42-0101')).toBe(true);
  });

  it.each([
    ['a local code', 'LOC000123'],
    ['a number that lost its leading zeros', 3_205_000_030_000],
    ['a text that lost them', '3205000030000'],
    ['lower case', 'xb01axa223b002010100156'],
    ['a code with something after it', '003205000030000-1'],
  ])('takes no item code from %s, but keeps name and kind', (_, itemCode) => {
    const claim = lineOf({ itemCode });
    expect(claim.lines[0]).toMatchObject({ ...lineOf({}).lines[0], itemCode: null });
    expect(notesOf(claim)).toEqual(['lines.itemCode unknown-code']);
  });

  it('folds full-width item codes', () => {
    const claim = lineOf({ itemCode: '００３２０５０００03０000', kind: null });
    expect(claim.lines[0]).toMatchObject({ itemCode: '003205000030000', kind: 'service' });
    expect(notesOf(claim)).toEqual(['lines.itemCode repaired']);
  });

  it('reads an item code that is a whole number', () => {
    expect(lineOf({ itemCode: 123_456_789_012_345 }).lines[0]?.itemCode).toBe('123456789012345');
  });

  it('derives a missing amount exactly', () => {
    const claim = lineOf({ amount: null, quantity: '0.3333', unitPrice: '10.00' });
    expect(claim.lines[0]?.amountFen).toBe(333);
    expect(notesOf(claim)).toContain('lines.amount repaired');
  });

  it('reads the kind from the code where none is sent', () => {
    const kinds = [
      'XB01AXA223B002010100156',
      'ZD03AAA0043010100166',
      'T001500004',
      '003205000030000',
      'C0110111170100600001',
    ];
    expect(kinds.map((itemCode) => lineOf({ itemCode, kind: null }).lines[0]?.kind)).toEqual([
      'drug',
      'drug',
      'piece',
      'service',
      'consumable',
    ]);
    expect(lineOf({ itemCode: 'LOCAL-1', kind: null }).lines[0]?.kind).toBeNull();
  });

  it('tells lines without an id apart', () => {
    const claim = read({ lines: [{}, { id: '#1' }, { id: '' }, { id: 'A' }, { id: 'A' }, { id: 'A#2' }] });
    expect(claim.lines.map((line) => line.id)).toEqual(['#1#2', '#1', '#3', 'A', 'A#3', 'A#2']);
    expect(claim.notes).toContainEqual({ field: 'lines.id', problem: 'missing', line: '#3' });
    expect(claim.notes).toContainEqual({ field: 'lines.id', problem: 'conflict', line: 'A#3' });
  });

  it('makes no id twice', () => {
    const claim = read({ lines: ['A', 'A#2', 'A', 'A'].map((id) => ({ id })) });
    expect(claim.lines.map((line) => line.id)).toEqual(['A', 'A#2', 'A#3', 'A#4']);
  });

  it('takes everything up to the bounds of the field table', () => {
    const [line] = lineOf({ quantity: 1_000_000, unitPrice: '100000000', amount: '100000000.00' }).lines;
    expect(line).toMatchObject({ quantityE4: 1e10, unitPriceE4Fen: 1e14, amountFen: 1e10 });
  });

  it('cuts a long name, control characters included', () => {
    const claim = lineOf({ itemName: `a\u0007b${'药'.repeat(300)}` });
    expect(claim.lines[0]?.itemName).toBe(`a b${'药'.repeat(197)}`);
    expect(notesOf(claim)).toEqual(['lines.itemName repaired']);
  });
});
