/** Calendar arithmetic against the platform's own. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { dateOf, dayFromDate, fullYears } from '../../src/base/calendar.js';

const dayMs = 86_400_000;
/** About the years 700 to 3200, leap centuries among them. */
const days = fc.integer({ min: -460_000, max: 450_000 });

it('a day has the date that Date gives it', () => {
  const property = fc.property(days, (day) => {
    const date = new Date(day * dayMs);
    expect(dateOf(day)).toEqual([date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()]);
    expect(dayFromDate(...dateOf(day))).toBe(day);
  });
  fc.assert(property, { numRuns: 5_000 });
});

it('a year is full on the birthday and not before', () => {
  const property = fc.property(days, fc.integer({ min: -800, max: 60_000 }), (born, later) => {
    const [bornYear, bornMonth, bornDay] = dateOf(born);
    const [year, month, dayOfMonth] = dateOf(born + later);
    const isBefore = month < bornMonth || (month === bornMonth && dayOfMonth < bornDay);
    expect(fullYears(born, born + later)).toBe(year - bornYear - (isBefore ? 1 : 0));
  });
  fc.assert(property, { numRuns: 5_000 });
});

it('who is born on 29 February is a year older on 1 March', () => {
  const day = (year: number, month: number, dayOfMonth: number) => dayFromDate(year, month, dayOfMonth) ?? 0;
  const born = day(2020, 2, 29);
  expect(fullYears(born, day(2021, 2, 28))).toBe(0);
  expect(fullYears(born, day(2021, 3, 1))).toBe(1);
  expect(fullYears(born, day(2024, 2, 28))).toBe(3);
  expect(fullYears(born, day(2024, 2, 29))).toBe(4);
});
