import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packWire } from '../../../src/base/wire.js';
import type { DurableEvent } from '../../../src/claim/durable/durable-event.js';
import { jsonBytes, mustRead } from '../settings.js';
import { arbitraryEvent } from './arbitrary-event.js';
import { mustReadEvent, mustRefuseEvent, notedIn } from './reading.js';

const settlement = {
  eventId: 'E-1',
  kind: 'settlement',
  sentAt: '2026-03-18T10:21:40+08:00',
  claimId: 'H35010200417/S1',
  institution: { code: 'H35010200417', level: 3, type: 'hospital', region: '350102' },
  patient: { id: '35000011000099005678', sex: 'female', birthDate: '1954-11-20' },
  encounter: { id: 'IP1', type: 'inpatient' },
  lines: [
    { id: 'A', itemCode: '003205000030000', quantity: 1, amount: '3500.00', at: '2026-03-13T14:20:00+08:00' },
    { id: 'B', itemCode: '001201000030000', quantity: 2, amount: '48.00', at: '2026-03-13T14:20:00+08:00' },
  ],
};
const read = (change: Record<string, unknown>): DurableEvent =>
  mustReadEvent(jsonBytes({ ...settlement, ...change }));
const [lineA, lineB] = settlement.lines;

describe('a native event', () => {
  it('of nothing but a claim is that claim, and bills all that its encounter holds', () => {
    expect(read({})).toEqual({
      claim: mustRead(jsonBytes(settlement)).claim,
      format: 'native-json',
      chargeBatches: [null, null],
      recordIds: [],
      deletes: null,
      bills: null,
      traces: [],
      stock: null,
    });
  });

  it('has a charge batch on each line', () => {
    const event = read({ kind: 'fees', lines: [{ ...lineA, chargeBatch: 'CB1' }, lineB] });
    expect(event.chargeBatches).toEqual(['CB1', null]);
  });

  it.each([
    [undefined, null],
    [null, null],
    [[], []],
    [
      ['CB1', 'CB2', 'CB1', 7],
      ['CB1', 'CB2', '7'],
    ],
    [['CB1', {}], ['CB1']],
    // A settlement that names something nobody can read still bills something.
    [[{}], null],
  ])('bills %j: %j', (bills, expected) => {
    expect(read({ bills }).bills).toEqual(expected);
  });

  it('of another kind bills nothing; a sale only what it names', () => {
    expect(read({ kind: 'refund', bills: ['CB1'] }).bills).toEqual([]);
    expect(read({ kind: 'sale' }).bills).toEqual([]);
    expect(read({ kind: 'sale', bills: ['CB1'] }).bills).toEqual(['CB1']);
  });

  it.each([
    [undefined, null],
    [null, null],
    [{}, { chargeBatch: null, lines: null }],
    [{ chargeBatch: null }, { chargeBatch: null, lines: null }],
    [{ chargeBatch: 'CB1' }, { chargeBatch: 'CB1', lines: null }],
    [{ lines: ['A', 7] }, { chargeBatch: null, lines: ['A', '7'] }],
    [{ lines: [] }, { chargeBatch: null, lines: [] }],
    [
      { chargeBatch: 'CB1', lines: ['A'] },
      { chargeBatch: 'CB1', lines: ['A'] },
    ],
  ])('deletes %j: %j', (deletes, expected) => {
    expect(read({ kind: 'fees', lines: [], deletes }).deletes).toEqual(expected);
    expect(read({ kind: 'settlement', deletes }).deletes).toBeNull();
  });

  it.each([
    ['deletes', 'all', 'Expected an object at deletes.'],
    ['deletes', { chargeBatch: '' }, 'Expected a text at deletes.chargeBatch.'],
    ['deletes', { chargeBatch: ['CB1'] }, 'Expected a text at deletes.chargeBatch.'],
    ['deletes', { lines: 'A' }, 'Expected a list at deletes.lines.'],
    ['deletes', { lines: [null] }, 'Expected a text at deletes.lines[0].'],
  ])('%s as %j is refused', (name, value, message) => {
    const body = { ...settlement, kind: 'fees', [name]: value };
    expect(mustRefuseEvent(jsonBytes(body))).toEqual({
      code: 'wrong-shape',
      message,
      eventId: 'E-1',
      claimId: 'H35010200417/S1',
      reply: null,
    });
  });

  it.each([
    [{ bills: 'CB1' }, 'Expected a list at bills.'],
    [{ traces: {} }, 'Expected a list at traces.'],
    [{ traces: [7] }, 'Expected an object at traces[0].'],
    [{ traces: [{ line: 'A', traceCodes: '8' }] }, 'Expected a list at traces[0].traceCodes.'],
    [{ kind: 'stock', stock: {} }, 'Expected a list at stock.'],
    [{ kind: 'stock', stock: [{ type: 'theft' }] }, /^Expected one of count, change, .* at stock\[0\]\.type/],
    [{ kind: 'stock', stock: [{ type: 'delete', undoes: 'delete' }] }, /at stock\[0\]\.undoes\.$/],
  ])('%j is refused', (change, message) => {
    expect(mustRefuseEvent(jsonBytes({ ...settlement, ...change })).message).toMatch(message);
  });

  it('brings trace codes of lines, carried or held, in one place', () => {
    const traces = [
      { line: 'A', traceCodes: ['81', '82'] },
      { line: 'HELD', traceCodes: ['83', ''], splitPack: true },
      { line: 'A', traceCodes: ['82', '84'], splitPack: false },
      { line: '', traceCodes: ['85'] },
      { line: 'B', traceCodes: [] },
    ];
    const event = read({ traces });
    expect(event.traces).toEqual([
      { line: 'A', codes: ['81', '82', '84'], split: false },
      { line: 'HELD', codes: ['83'], split: true },
    ]);
    expect(event.claim.lines.flatMap((line) => line.traceCodes)).toEqual([]);
    expect(notedIn(event)).toContain('traces.id missing');
    expect(read({ kind: 'fees', traces }).traces).toEqual([]);
  });

  it('has the movements of a stock event, and notes of nobody', () => {
    const stock = [
      { type: 'count', itemCode: 'T001500004', quantity: '12.5', id: 'K1', batch: 'LOT1' },
      { type: 'change', itemCode: 'T001500004', quantity: -3, id: 'K2' },
      { type: 'purchase', itemCode: 'T001500004', quantity: 10 },
      { type: 'purchase-return', itemCode: 'T001500004', quantity: 4 },
      { type: 'purchase-return', itemCode: 'T001500004', quantity: -4 },
      { type: 'delete', id: 'K2', undoes: 'change', quantity: 7 },
      { type: 'count', itemCode: 'LOCAL', quantity: 'x', id: {}, batch: {} },
    ];
    const { institution } = settlement;
    const event = mustReadEvent(jsonBytes({ eventId: 'E', kind: 'stock', institution, stock }));
    const none = { itemCode: null, quantityE4: null, id: null, batch: null, undoes: null };
    const item = { ...none, itemCode: 'T001500004' };
    expect(event.stock).toEqual([
      { ...item, type: 'count', quantityE4: 125_000, id: 'K1', batch: 'LOT1' },
      { ...item, type: 'change', quantityE4: -30_000, id: 'K2' },
      { ...item, type: 'purchase', quantityE4: 100_000 },
      { ...item, type: 'purchase-return', quantityE4: -40_000 },
      { ...item, type: 'purchase-return', quantityE4: -40_000 },
      { ...none, type: 'delete', id: 'K2', undoes: 'change' },
      { ...none, type: 'count' },
    ]);
    expect(notedIn(event)).toEqual([
      ...['stock.id missing', 'stock.id missing', 'stock.id missing'],
      ...['stock.quantity malformed', 'stock.itemCode unknown-code'],
      ...['stock.id malformed', 'stock.batch malformed'],
    ]);
    expect(read({ stock }).stock).toBeNull();
    expect(read({ kind: 'stock' }).stock).toEqual([]);
  });

  it('that calls itself a screening is read; who records it decides', () => {
    expect(read({ kind: 'screening' }).claim.kind).toBe('screening');
  });

  it('a line that takes back another of an earlier event is no conflict', () => {
    const lines = [{ ...lineA, id: 'R', quantity: -1, amount: -3500, reverses: 'A' }];
    const claimId = 'H35010200417/S1';
    for (const kind of ['fees', 'refund', 'return']) {
      const event = read({ kind, reverses: { claimId }, lines });
      expect(notedIn(event)).toEqual([]);
      expect(event.claim).toMatchObject({ reverses: claimId, lines: [{ reverses: 'A', refund: true }] });
    }
    expect(notedIn(read({ lines }))).toEqual(['lines.reverses conflict']);
  });
});

describe('any native event', () => {
  it('reads the same from JSON and MessagePack, and its claim as every claim', () => {
    fc.assert(
      fc.property(arbitraryEvent(), (sent) => {
        const event = mustReadEvent(jsonBytes(sent), 'native-json');
        expect(mustReadEvent(packWire(sent), 'native-msgpack')).toEqual({
          ...event,
          format: 'native-msgpack',
        });
        const { notes, ...facts } = event.claim;
        const { notes: all, ...plain } = mustRead(jsonBytes(sent), 'native-json').claim;
        expect(facts).toEqual(plain);
        if (event.claim.kind === 'settlement') expect(notes.slice(0, all.length)).toEqual(all);
        expect(event.chargeBatches).toEqual(sent.lines.map((line) => line.chargeBatch));
      }),
      { numRuns: 300 },
    );
  });
});
