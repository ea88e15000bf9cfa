/** The judge itself, on claims written by hand: official examples by the shipped tables, borders by made-up rows. */
import { describe, expect, it } from 'vitest';
import { dayOfDate } from './calendar.js';
import { at, charge, draftClaim, draftLine, refundOf } from './drafts.js';
import { judge } from './judge.js';
import type { NativeClaim, NativeLine } from './native-claim.js';
import { Random } from './random.js';
import { shippedRows } from './shipped.js';
import { type Row, rowOf } from './tables.js';

const shipped = shippedRows();
const random = new Random(1);
const today = '2026-07-20';

/** A stay of three days around `today` with lines `[code, quantity, price in fen, clock]`. */
function stay(...lines: readonly (readonly [string, number, number, string?])[]): NativeClaim {
  const claim = draftClaim(random, dayOfDate(today));
  claim.encounter.admittedAt = '2026-07-19T09:00:00+08:00';
  claim.encounter.dischargedAt = '2026-07-21T10:30:00+08:00';
  claim.lines = lines.map(([code, quantity, price, clock = '10:00:00'], i) => {
    const line = draftLine(random, `L${i + 1}`, code, at(dayOfDate(today), clock));
    charge(line, quantity, price);
    line.prescriptionId = 'RX-1';
    return line;
  });
  return claim;
}

const said = (claim: NativeClaim, rows: readonly Row[] = shipped) => {
  const { found, open } = judge(claim, rows);
  return {
    found: found.map(({ table, lines, excessFen }) => `${table} ${lines.join('+')} ${excessFen}`),
    open: open.map(({ table, line }) => `${table} ${line}`),
  };
};
const line = (claim: NativeClaim, position: number) => claim.lines[position] as NativeLine;
const made = (table: string, cells: Readonly<Record<string, string>>) =>
  rowOf(table, { point: 'KP-made', validFrom: '2026-01-01', validTo: '', region: '', ...cells });

describe('the judge on official examples', () => {
  it('finds items and drugs of the other sex', () => {
    const claim = stay(['002101030300000', 1, 12_000], ['ZD03AAA0043010100166', 2, 1_550]);
    expect(said(claim)).toEqual({ found: [], open: [] });
    claim.patient.sex = 'male';
    expect(said(claim).found).toEqual(['sex_drugs L2 3100', 'sex_items L1 12000']);
    claim.patient.sex = null;
    expect(said(claim)).toEqual({ found: [], open: ['sex_drugs L2', 'sex_items L1'] });
  });

  it('finds a children’s drug given to somebody grown up', () => {
    const claim = stay(['ZA14AAX0529010102840', 1, 2_000]);
    expect(said(claim).found).toEqual(['child_only_drugs L1 2000']);
    claim.patient.birthDate = '2008-07-21';
    expect(said(claim).found).toEqual([]);
    claim.patient.birthDate = '2008-07-20';
    expect(said(claim).found).toEqual(['child_only_drugs L1 2000']);
  });

  it('counts a newborn in days', () => {
    const newborn = shipped.find((row) => row.cells['maxAgeDays'] === '28') as Row;
    const claim = stay([newborn.codes[0] as string, 1, 100]);
    claim.patient.birthDate = '2026-06-22';
    expect(said(claim).found).toEqual([]);
    claim.patient.birthDate = '2026-06-21';
    expect(said(claim).found).toEqual(['child_only_items L1 100']);
  });

  it('asks who pays a rabies vaccine', () => {
    const claim = stay(['XJ07BGR032B001010103056', 1, 5_000]);
    expect(said(claim).found).toEqual(['work_injury_drugs L1 5000']);
    claim.patient.insurance = 'work_injury';
    expect(said(claim).found).toEqual([]);
    claim.patient.insurance = null;
    expect(said(claim).open).toEqual(['work_injury_drugs L1']);
  });

  it('asks where a fat emulsion and an injection of a second-level hospital are given', () => {
    const claim = stay(['XB05BAZ031B002010101066', 1, 5_000], ['ZA12HAX0869010101267', 1, 900]);
    expect(said(claim).found).toEqual([]);
    claim.encounter.type = 'outpatient';
    claim.institution.level = 1;
    expect(said(claim).found).toEqual(['level_drugs L2 900', 'visit_type_drugs L1 5000']);
  });

  it('finds coronary angiography beside a stent, on a common day only', () => {
    const claim = stay(['003205000030000', 1, 350_000], ['003205000010000', 1, 220_000, '23:59:59']);
    expect(said(claim).found).toEqual(['included_items L2 220000']);
    line(claim, 1).at = '2026-07-21T00:00:00+08:00';
    expect(said(claim).found).toEqual([]);
    line(claim, 0).until = '2026-07-20T16:00:00Z';
    expect(said(claim).found).toEqual(['included_items L2 220000']);
  });

  it('makes one finding of several including lines that blame the same', () => {
    const claim = stay(
      ['003205000030000', 1, 350_000],
      ['003205000030000', 1, 350_000],
      ['003205000010000', 1, 1_000],
      ['003205000010000', 1, 500],
    );
    expect(said(claim).found).toEqual(['included_items L3+L4 1500']);
  });

  it('counts days and hours of the stay', () => {
    const claim = stay(
      ['001102000040000', 3, 1_000],
      ['001102000040000', 1, 1_000],
      ['003101000140000', 50, 10],
    );
    expect(said(claim).found).toEqual(['frequency_items L1+L2 1000']);
    charge(line(claim, 2), 51, 10);
    claim.lines.push(refundOf(line(claim, 1), 1));
    expect(said(claim).found).toEqual(['frequency_items L3 10']);
    claim.encounter.admittedAt = null;
    expect(said(claim)).toEqual({ found: [], open: ['frequency_items L1', 'frequency_items L3'] });
  });

  it('denies 阿胶 always and 丁香 alone', () => {
    const claim = stay(['T001700233', 1, 8_000], ['T000700200', 2, 300]);
    expect(said(claim).found).toEqual(['pieces_never L1 8000']);
    line(claim, 0).prescriptionId = 'RX-2';
    expect(said(claim).found).toEqual(['pieces_alone L2 600', 'pieces_never L1 8000']);
  });

  it('leaves courses and cycles to history', () => {
    const claim = stay(['003402000220000', 1, 100], ['002503020030000', 1, 100]);
    expect(said(claim)).toEqual({ found: [], open: ['course_items L1', 'cycle_items L2'] });
  });
});

describe('the judge on made-up rows', () => {
  const never = (cells: Readonly<Record<string, string>>) => [
    made('pieces_never', { codes: 'T000000009', ...cells }),
  ];
  const claim = () => stay(['T000000009', 3, 100]);

  it('keeps to the time of a row, first day in and end date out', () => {
    expect(said(claim(), never({ validFrom: today })).found).toHaveLength(1);
    expect(said(claim(), never({ validFrom: '2026-07-21' })).found).toEqual([]);
    expect(said(claim(), never({ validTo: today })).found).toEqual([]);
    expect(said(claim(), never({ validTo: '2026-07-21' })).found).toHaveLength(1);
  });

  it('keeps to the area of a row', () => {
    expect(said(claim(), never({ region: '35' })).found).toHaveLength(1);
    expect(said(claim(), never({ region: '64' })).found).toEqual([]);
  });

  it('judges what refunds leave, and nothing that the patient pays', () => {
    const partly = claim();
    partly.lines.push(refundOf(line(partly, 0), 2));
    expect(said(partly, never({})).found).toEqual(['pieces_never L1 100']);
    const wholly = claim();
    wholly.lines.push(refundOf(line(wholly, 0), 3));
    expect(said(wholly, never({})).found).toEqual([]);
    const own = claim();
    line(own, 0).selfPaid = true;
    expect(said(own, never({})).found).toEqual([]);
  });

  it('wants cheaper operations of a group below their list price', () => {
    const rows = ['a', 'b', 'c'].map((code) =>
      made('surgery_group_items', { point: code, codes: code, group: 'g' }),
    );
    const surgery = stay(['a', 1, 50_000], ['b', 1, 30_000], ['c', 1, 30_000]);
    for (const own of surgery.lines) own.listPrice = own.unitPrice;
    expect(said(surgery, rows).found).toEqual(['surgery_group_items L2 null', 'surgery_group_items L3 null']);
    line(surgery, 1).listPrice = '600.00';
    line(surgery, 2).listPrice = null;
    expect(said(surgery, rows)).toEqual({ found: [], open: ['surgery_group_items L3'] });
  });

  it('lets emergencies in where they are allowed, and asks when it does not know', () => {
    const rows = [made('visit_type_drugs', { codes: 'x', encounterTypes: 'emergency inpatient' })];
    const visit = stay(['x', 1, 100]);
    visit.encounter.type = 'outpatient';
    expect(said(visit, rows).found).toHaveLength(1);
    visit.encounter.emergency = null;
    expect(said(visit, rows).open).toHaveLength(1);
    visit.encounter.emergency = true;
    expect(said(visit, rows)).toEqual({ found: [], open: [] });
  });

  it('takes a maternity visit for maternity insurance', () => {
    const rows = [made('maternity_drugs', { codes: 'x', insurance: 'maternity' })];
    const visit = stay(['x', 1, 100]);
    expect(said(visit, rows).found).toHaveLength(1);
    visit.encounter.medType = '52';
    expect(said(visit, rows)).toEqual({ found: [], open: [] });
  });

  it('leaves a pair alone that a local price text allows', () => {
    const pair = made('included_items', { codes: 'x', includedItem: 'y' });
    const exemption = { codes: 'x', includedItem: 'y', region: '3501' };
    const both = stay(['x', 1, 100], ['y', 1, 100]);
    expect(said(both, [pair]).found).toHaveLength(1);
    expect(said(both, [pair, made('local_price_exemptions', exemption)]).found).toEqual([]);
    expect(
      said(both, [pair, made('local_price_exemptions', { ...exemption, region: '64' })]).found,
    ).toHaveLength(1);
  });

  it('lets only history tell a first prescription', () => {
    const rows = [made('level_drugs', { codes: 'x', minLevel: '2', firstOnly: 'true' })];
    const visit = stay(['x', 1, 100]);
    expect(said(visit, rows)).toEqual({ found: [], open: [] });
    visit.institution.level = 1;
    expect(said(visit, rows)).toEqual({ found: [], open: ['level_drugs L1'] });
  });
});
