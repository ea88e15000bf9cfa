import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Line } from '../../src/claim/claim.js';
import { jsonBytes, mustRead } from './settings.js';

type Sent = Record<string, unknown>;

const item = { itemCode: '001201000030000', unitPrice: '24.00', at: '2026-03-11 08:30:00' };

function read(lines: readonly Sent[]): { lines: readonly Line[]; notes: string[] } {
  const { claim } = mustRead(jsonBytes({ kind: 'screening', lines }));
  const about = claim.notes.filter((note) => note.line !== null);
  return { lines: claim.lines, notes: about.map((note) => `${note.line} ${note.field} ${note.problem}`) };
}

/** [net quantity, net yuan, payable] of each line. */
const nets = (lines: readonly Line[]) =>
  lines.map((line) => [
    line.netQuantityE4 === null ? null : line.netQuantityE4 / 10_000,
    line.netAmountFen === null ? null : line.netAmountFen / 100,
    line.payable,
  ]);

describe('netting refunds', () => {
  it('takes a named refund from its line, and no other', () => {
    const { lines, notes } = read([
      { ...item, id: 'A', quantity: 3, amount: '72.00' },
      { ...item, id: 'B', quantity: 3, amount: '72.00' },
      { ...item, id: 'R', quantity: -1, amount: '-24.00', reverses: 'A' },
    ]);
    expect(nets(lines)).toEqual([
      [2, 48, true],
      [3, 72, true],
      [0, 0, false],
    ]);
    expect(notes).toEqual([]);
  });

  it('takes one without a name from the latest line before it', () => {
    const { lines } = read([
      { ...item, id: 'A', quantity: 1, amount: '24.00', at: '2026-03-11 08:00:00' },
      { ...item, id: 'B', quantity: 1, amount: '24.00', at: '2026-03-12 08:00:00' },
      { ...item, id: 'C', quantity: 1, amount: '24.00', at: '2026-03-14 08:00:00' },
      { ...item, id: 'R', quantity: -1, amount: '-24.00', at: '2026-03-13 08:00:00' },
    ]);
    expect(nets(lines).map(([, , payable]) => payable)).toEqual([true, false, true, false]);
  });

  it('of lines at the same time the last one sent', () => {
    const { lines } = read([
      { ...item, id: 'A', quantity: 1, amount: '24.00' },
      { ...item, id: 'B', quantity: 1, amount: '24.00' },
      { ...item, id: 'R', quantity: -1, amount: '-24.00' },
    ]);
    expect(nets(lines).map(([, , payable]) => payable)).toEqual([true, false, false]);
  });

  it('shares a reduced amount by quantity', () => {
    const { lines } = read([
      { ...item, id: 'A', quantity: 2, amount: '48.00', at: '2026-03-11' },
      { ...item, id: 'B', quantity: 1, amount: '24.00', at: '2026-03-12' },
      { ...item, id: 'R', quantity: -2, amount: '-40.00', at: '2026-03-13' },
    ]);
    expect(nets(lines)).toEqual([
      [1, 28, true],
      [0, 0, false],
      [0, 0, false],
    ]);
  });

  it('goes on to earlier lines, and then to later ones', () => {
    const { lines, notes } = read([
      { ...item, id: 'A', quantity: 1, amount: '24.00', at: '2026-03-11' },
      { ...item, id: 'B', quantity: 2, amount: '48.00', at: '2026-03-12' },
      { ...item, id: 'C', quantity: 2, amount: '48.00', at: '2026-03-20' },
      { ...item, id: 'R', quantity: -4, amount: '-96.00', at: '2026-03-13' },
    ]);
    expect(nets(lines).map(([quantity]) => quantity)).toEqual([0, 0, 1, 0]);
    expect(notes).toEqual([]);
  });

  it.each([
    ['another item', { itemCode: '001201000020000' }],
    ['another price', { unitPrice: '23.00' }],
  ])('leaves lines of %s alone, and says so', (_, other) => {
    const { lines, notes } = read([
      { ...item, id: 'A', quantity: 1, amount: '24.00' },
      { ...item, ...other, id: 'R', quantity: -1, amount: '-24.00' },
    ]);
    expect(lines[0]?.payable).toBe(true);
    expect(notes).toEqual(['R lines.quantity conflict']);
  });

  it("tells lines of a hospital's own codes apart, though rules know none of them", () => {
    const { lines } = read([
      { ...item, id: 'A', itemCode: 'LOC1', quantity: 1, amount: '24.00' },
      { ...item, id: 'B', itemCode: 'LOC2', quantity: 1, amount: '24.00' },
      { ...item, id: 'C', itemCode: null, quantity: 1, amount: '24.00' },
      { ...item, id: 'R', itemCode: 'LOC1', quantity: -1, amount: '-24.00' },
    ]);
    expect(lines.map((line) => line.itemCode)).toEqual([null, null, null, null]);
    expect(lines.map((line) => line.payable)).toEqual([false, true, true, false]);
  });

  it('prefers a line with the same payer', () => {
    const { lines } = read([
      { ...item, id: 'A', quantity: 1, amount: '24.00', selfPaid: true },
      { ...item, id: 'B', quantity: 1, amount: '24.00' },
      { ...item, id: 'R', quantity: -1, amount: '-24.00', selfPaid: true },
    ]);
    expect(nets(lines)).toEqual([
      [0, 0, false],
      [1, 24, true],
      [0, 0, false],
    ]);
  });

  it('notes what is refunded beyond the charge', () => {
    const { lines, notes } = read([
      { ...item, id: 'A', quantity: 1, amount: '24.00' },
      { ...item, id: 'R', quantity: -3, amount: '-72.00' },
    ]);
    expect(nets(lines)[0]).toEqual([0, 0, false]);
    expect(notes).toEqual(['R lines.quantity conflict', 'R lines.amount conflict']);
  });

  it('a name that no line has is noted', () => {
    const { lines, notes } = read([
      { ...item, id: 'A', quantity: 1, amount: '24.00' },
      { ...item, id: 'R', quantity: -1, amount: '-24.00', reverses: 'GONE' },
    ]);
    expect(lines[0]?.payable).toBe(true);
    expect(notes).toEqual(['R lines.reverses conflict']);
  });

  it('a line that names what it reverses is a refund whatever its signs', () => {
    const { lines, notes } = read([
      { ...item, id: 'A', quantity: 2, amount: '48.00' },
      { ...item, id: 'R', quantity: 1, amount: '24.00', reverses: 'A' },
    ]);
    expect(lines[1]).toMatchObject({ refund: true, quantityE4: -10_000, amountFen: -2400 });
    expect(nets(lines)[0]).toEqual([1, 24, true]);
    expect(notes).toEqual(['R lines.quantity repaired', 'R lines.amount repaired']);
  });

  it('a refund of unknown size cancels its line', () => {
    const { lines } = read([
      { ...item, id: 'A', quantity: 2, amount: '48.00' },
      { ...item, id: 'R', quantity: null, amount: null, reverses: 'A' },
    ]);
    expect(nets(lines)[0]).toEqual([0, 0, false]);
  });

  it('finds the quantity of a refund that gives only its amount', () => {
    const { lines } = read([
      { ...item, id: 'A', quantity: 3, amount: '72.00' },
      { ...item, id: 'R', quantity: null, amount: '-24.00' },
    ]);
    expect(nets(lines)[0]).toEqual([2, 48, true]);
  });

  it('an unknown quantity or amount stays unknown', () => {
    const { lines } = read([
      { ...item, id: 'A', quantity: null, amount: '72.00' },
      { ...item, id: 'B', itemCode: 'T001500004', unitPrice: null, quantity: 1, amount: null },
    ]);
    expect(nets(lines)).toEqual([
      [null, 72, true],
      [1, null, true],
    ]);
  });

  it('a line of nothing for nothing is not payable', () => {
    expect(nets(read([{ ...item, id: 'A', quantity: 0, amount: 0 }]).lines)).toEqual([[0, 0, false]]);
  });

  it('keeps the sum: what is left is what was charged less what was refunded', () => {
    const sent = fc.array(
      fc.record({
        quantity: fc.integer({ min: -5, max: 9 }).filter((n) => n !== 0),
        day: fc.integer({ min: 10, max: 28 }),
      }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(sent, (draws) => {
        const { lines, notes } = read(
          draws.map(({ quantity, day }, i) => ({
            ...item,
            id: `L${i}`,
            quantity,
            amount: quantity * 24,
            at: `2026-03-${day}`,
          })),
        );
        const total = draws.reduce((sum, { quantity }) => sum + quantity, 0);
        const net = lines.reduce((sum, line) => sum + (line.netQuantityE4 ?? Number.NaN), 0) / 10_000;
        const charged = draws.filter(({ quantity }) => quantity > 0).length;
        const over = notes.some((note) => note.endsWith('lines.quantity conflict'));
        expect(net).toBe(over ? 0 : total);
        expect(over).toBe(total < 0);
        for (const line of lines) {
          expect(line.netAmountFen).toBe((line.netQuantityE4 as number) * 0.24);
          expect(line.payable).toBe((line.netQuantityE4 as number) > 0);
        }
        expect(lines.filter((line) => !line.refund)).toHaveLength(charged);
      }),
    );
  });
});
