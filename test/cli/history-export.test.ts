/** The exported history, on real LMDB and through the built command line. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HistoryStore } from '../../src/history/store.js';
import { claimgate } from './command-line.js';
import { bodyOf, hospital, line, secret, settled, settlement, takeIn } from './settled-history.js';

const [anna, berta] = ['350102195411200001', '350102196001010002'];
const pharmacy = hospital('P35010200001');
const drug = 'XA02BCL030A001010100483';
const sale = {
  ...settlement('S1', anna, { kind: 'sale', institution: pharmacy, encounter: {} }),
  claimId: 'receipt-7',
  lines: [line('1', { traceCodes: ['83000100000000000002', '83000100000000000001'] })],
};
const stock = {
  eventId: 'B1',
  kind: 'stock',
  institution: pharmacy,
  stock: [{ itemCode: drug, quantity: '10.5', type: 'count', id: 'C1', batch: null }],
};
const events = [
  stock,
  settlement('E2', berta, { diagnoses: [{ code: 'I10.x00', main: true }] }),
  settlement('E1', anna, {
    encounter: { id: 'V1', type: 'inpatient', emergency: true, dischargedAt: '2026-03-16T10:00:00+08:00' },
    lines: [
      line('2', { at: '2026-03-14T09:00:00+08:00', days: 5 }),
      line('1'),
      line('3', { selfPaid: true }),
      line('4', { quantity: '0.5', amount: '6.25' }),
    ],
  }),
  sale,
];

let folder = '';
let store: HistoryStore;
const environment = () => ({ CLAIMGATE_DATA_DIR: folder, CLAIMGATE_PATIENT_SECRET: secret });
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'claimgate-export-'));
  store = await settled(join(folder, 'history'), events);
});
afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

function parsed(out: string): readonly Record<string, never>[] {
  const lines = out.trim().split('\n');
  return lines.map((text) => JSON.parse(text));
}

describe('claimgate history export --all', () => {
  it('prints position and digest, then every patient, stock and trace codes, beside an open store', async () => {
    const { code, out, err } = await claimgate(['history', 'export', '--all'], environment());
    expect([code, err]).toEqual([0, '']);
    const [head, ...rest] = parsed(out);
    expect(head).toEqual({ position: 4, digest: store.digest() });
    const patients = rest.filter((one) => 'patient' in one);
    expect(patients).toHaveLength(2);
    expect(patients.map(({ patient }) => patient)).toEqual(patients.map(({ patient }) => patient).sort());
    expect(out).not.toContain(anna);
    expect(rest.at(-2)).toEqual({
      stock: [{ institution: pharmacy.code, itemCode: drug, quantity: '8.5' }],
    });
    expect(rest.at(-1)).toEqual({
      traces: ['83000100000000000001', '83000100000000000002'].map((code) => ({
        code,
        sales: ['receipt-7'],
      })),
    });
  });

  it('shows encounters and lines in their order, net and with their last days', async () => {
    const { out } = await claimgate(['history', 'export', '--all'], environment());
    const [patient] = parsed(out).filter((one) => JSON.stringify(one).includes('inpatient'));
    const at = '2026-03-13T06:20:00.000Z';
    expect(patient).toMatchObject({
      encounters: [
        {
          institution: hospital().code,
          type: 'inpatient',
          admittedAt: null,
          dischargedAt: '2026-03-16T02:00:00.000Z',
          emergency: true,
          mainDiagnosis: null,
          lines: [
            { itemCode: drug, at, lastDay: '2026-03-13', quantity: '0.5', amountFen: 625 },
            { itemCode: drug, at, lastDay: '2026-03-13', quantity: '2', amountFen: 2_500 },
            {
              itemCode: drug,
              at: '2026-03-14T01:00:00.000Z',
              lastDay: '2026-03-18',
              quantity: '2',
              amountFen: 2_500,
            },
          ],
        },
        { institution: pharmacy.code },
      ],
    });
  });

  it('leaves out what was taken back, and names no sale that does not stand', async () => {
    const own = await mkdtemp(join(tmpdir(), 'claimgate-export-'));
    const other = await settled(join(own, 'history'), events);
    await takeIn(other, [
      bodyOf({ eventId: 'R1', kind: 'reversal', institution: pharmacy, reverses: { claimId: 'receipt-7' } }),
    ]);
    await other.close();
    const { out } = await claimgate(['history', 'export', '--all'], { CLAIMGATE_DATA_DIR: own });
    await rm(own, { recursive: true });
    expect(parsed(out).at(-1)).toEqual({ traces: [] });
    expect(out).toContain('"quantity":"10.5"');
  });
});

describe('claimgate history export <person>', () => {
  it('finds a person by number and secret, in whatever province', async () => {
    const { code, out } = await claimgate(['history', 'export', berta], environment());
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      province: '35',
      encounters: [{ institution: hospital().code, mainDiagnosis: 'I10.x00', lines: [{ quantity: '2' }] }],
    });
    const within = await claimgate(['history', 'export', berta, '--region', '359900'], environment());
    expect(within.out).toBe(out);
  });

  it('knows nobody by another region, another secret, another number', async () => {
    const other = { ...environment(), CLAIMGATE_PATIENT_SECRET: 'another secret of sixteen' };
    const answers = await Promise.all([
      claimgate(['history', 'export', berta, '--region', '110000'], environment()),
      claimgate(['history', 'export', berta], other),
      claimgate(['history', 'export', '350102196001010003'], environment()),
    ]);
    for (const { code, out, err } of answers) {
      expect([code, out, err]).toEqual([1, '', 'nothing is known of this person here\n']);
    }
  });

  it('makes no secret where there is none', async () => {
    const { code, err } = await claimgate(['history', 'export', anna], { CLAIMGATE_DATA_DIR: folder });
    expect([code, err]).toEqual([
      1,
      `there is no patient secret in ${folder}; set CLAIMGATE_PATIENT_SECRET to that of the service\n`,
    ]);
  });

  it('wants a person or everyone, and a history', async () => {
    for (const words of [[], [anna, '--all']]) {
      const { code, err } = await claimgate(['history', 'export', ...words], environment());
      expect([code, err]).toEqual([2, 'name a person number, or --all\n']);
    }
    const nowhere = await claimgate(['history', 'export', '--all'], { CLAIMGATE_DATA_DIR: '/nowhere' });
    expect([nowhere.code, nowhere.err]).toEqual([
      1,
      expect.stringContaining('no history in /nowhere/history; CLAIMGATE_DATA_DIR'),
    ]);
  });
});
