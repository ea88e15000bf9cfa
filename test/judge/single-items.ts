/** Classes that look at one item: by person, insurance, visit, institution, and the counted ones. */
import { completedYears, dayOfDate, daysTouched, hoursBegun, instantOf } from './calendar.js';
import type { Answer, Verdict } from './judgement.js';
import type { NativeClaim } from './native-claim.js';
import type { PayableLine } from './payable.js';
import { listOf, numberIn, type Row } from './tables.js';

type Decide = (row: Row, claim: NativeClaim, line: PayableLine) => Verdict;

/** Classes that need history or a list that a person has still to write. */
export const neverDecided: ReadonlySet<string> = new Set([
  'course_drugs',
  'course_items',
  'cycle_items',
  'indication_drugs',
  'second_line_drugs',
]);

export const lineClasses: Readonly<Record<string, Decide>> = {
  sex_drugs: judgeSex,
  sex_items: judgeSex,
  child_only_drugs: judgeChild,
  child_only_items: judgeChild,
  child_limited_drugs: judgeChild,
  age_items: judgeAge,
  work_injury_drugs: judgeInsurance,
  maternity_drugs: judgeInsurance,
  visit_type_drugs: judgeVisitType,
  level_drugs: judgeLevel,
  internet_drugs: judgeInternet,
  pieces_never: () => 'found',
};

/** Whether the row is in force for a line of one of its codes: `found` yes, `clear` no. */
export function inForce(row: Row, claim: NativeClaim, line: PayableLine): Verdict {
  if (!row.has.has(line.code)) return 'clear';
  if (!claim.institution.region.startsWith(row.region)) return 'clear';
  if (line.day === null) return 'unknown';
  return row.validFrom <= line.day && line.day < row.validTo ? 'found' : 'clear';
}

/** Both have to hold. */
export function both(one: Verdict, other: Verdict): Verdict {
  if (one === 'clear' || other === 'clear') return 'clear';
  return one === 'unknown' || other === 'unknown' ? 'unknown' : 'found';
}

export function judgeLine(
  row: Row,
  claim: NativeClaim,
  line: PayableLine,
  decide: (line: PayableLine) => Verdict,
): readonly Answer[] {
  const applies = inForce(row, claim, line);
  if (applies === 'clear') return [];
  const verdict = both(applies, decide(line));
  if (verdict === 'clear') return [];
  const { table, point } = row;
  if (verdict === 'unknown') return [{ table, line: line.id }];
  return [{ table, point, lines: [line.id], excessFen: line.amountFen }];
}

const yes = (violated: boolean): Verdict => (violated ? 'found' : 'clear');

function judgeSex(row: Row, claim: NativeClaim): Verdict {
  const { sex } = claim.patient;
  return sex === null ? 'unknown' : yes(sex !== row.cells['sex']);
}

function judgeChild(row: Row, claim: NativeClaim, line: PayableLine): Verdict {
  const { birthDate } = claim.patient;
  if (birthDate === null || line.day === null) return 'unknown';
  const [years, days] = [numberIn(row, 'maxAgeYears'), numberIn(row, 'maxAgeDays')];
  if (days !== null) return yes(line.day - dayOfDate(birthDate) > days);
  return yes(completedYears(birthDate, line.day) >= (years as number));
}

function judgeAge(row: Row, claim: NativeClaim, line: PayableLine): Verdict {
  const { birthDate } = claim.patient;
  if (birthDate === null || line.day === null) return 'unknown';
  const age = completedYears(birthDate, line.day);
  const [min, max] = [numberIn(row, 'minAgeYears'), numberIn(row, 'maxAgeYears')];
  return yes((min !== null && age < min) || (max !== null && age >= max));
}

const maternityVisits: readonly string[] = ['51', '52'];

function judgeInsurance(row: Row, claim: NativeClaim): Verdict {
  const { insurance } = claim.patient;
  const { medType } = claim.encounter;
  const wanted = row.cells['insurance'];
  if (insurance === wanted) return 'clear';
  if (wanted === 'maternity' && medType !== null && maternityVisits.includes(medType)) return 'clear';
  if (insurance === null || (wanted === 'maternity' && medType === null)) return 'unknown';
  return 'found';
}

function judgeVisitType(row: Row, claim: NativeClaim): Verdict {
  const { type, emergency } = claim.encounter;
  const allowed = listOf(row.cells['encounterTypes'] ?? '');
  const byEmergency = allowed.includes('emergency');
  if (type !== null && allowed.includes(type)) return 'clear';
  if (byEmergency && emergency === true) return 'clear';
  if (type === null || (byEmergency && emergency === null)) return 'unknown';
  return firstOnly(row);
}

function judgeLevel(row: Row, claim: NativeClaim): Verdict {
  const { level, type: place } = claim.institution;
  const visit = claim.encounter.type;
  // At a pharmacy the prescriber's institution counts, which the claim does not name.
  if (place === 'pharmacy' || visit === 'pharmacy') return 'clear';
  if (level !== null && level >= (numberIn(row, 'minLevel') as number)) return 'clear';
  if (level === null || visit === null) return 'unknown';
  return level < (numberIn(row, 'minLevel') as number) ? firstOnly(row) : 'clear';
}

/** Whether it is the first prescription only history knows. */
function firstOnly(row: Row): Verdict {
  return row.cells['firstOnly'] === 'true' ? 'unknown' : 'found';
}

function judgeInternet(_row: Row, claim: NativeClaim): Verdict {
  const { type, internet } = claim.encounter;
  if (type === 'inpatient' || internet === false) return 'clear';
  return type === null || internet === null ? 'unknown' : 'found';
}

/** The whole claim's quantity of an item against what the length of the stay allows. */
export function judgeFrequency(
  row: Row,
  claim: NativeClaim,
  lines: readonly PayableLine[],
): readonly Answer[] {
  const { table, point } = row;
  return row.codes.flatMap((code): readonly Answer[] => {
    const own = lines.filter((line) => line.code === code);
    const standings = own.map((line) => inForce(row, claim, line));
    if (standings.every((standing) => standing === 'clear')) return [];
    const allowedE4 = allowedQuantityE4(row, claim, own);
    const overE4 = own.reduce((sum, line) => sum + line.quantityE4, 0) - (allowedE4 ?? 0);
    if (allowedE4 !== null && overE4 <= 0) return [];
    if (allowedE4 === null || !standings.includes('found')) {
      const unsure = own.filter((_line, i) => standings[i] !== 'clear');
      return unsure.map((line) => ({ table, line: line.id }));
    }
    const excessFen = priceOfAll(own, overE4);
    return [{ table, point, lines: own.map((line) => line.id).sort(), excessFen }];
  });
}

/** Fen for that many; null where the lines have several prices, since nobody says which ones are too many. */
function priceOfAll(lines: readonly PayableLine[], quantityE4: number): number | null {
  const prices = new Set(lines.map((line) => line.priceFen));
  const [price] = [...prices];
  return prices.size === 1 && price != null ? Math.round((quantityE4 * price) / 10_000) : null;
}

/**
 * For a stay or an emergency, days or hours from the earlier of admission and first service to the later of
 * discharge and last service; for other visits the days on which the item was served, 24 hours each. Null where what
 * is needed is unknown.
 */
function allowedQuantityE4(row: Row, claim: NativeClaim, own: readonly PayableLine[]): number | null {
  const { type, emergency } = claim.encounter;
  const isHourly = row.cells['unit'] === 'hour';
  const bySpan = type === 'inpatient' || emergency === true;
  if (!bySpan && (type === null || emergency === null)) return null;
  const units = bySpan ? unitsOfSpan(claim, own, isHourly) : unitsServed(own, isHourly);
  return units === null ? null : units * (numberIn(row, 'cap') as number) * 10_000;
}

function unitsServed(own: readonly PayableLine[], isHourly: boolean): number | null {
  const days = daysServed(own);
  return days === null ? null : isHourly ? 24 * days : days;
}

function unitsOfSpan(claim: NativeClaim, own: readonly PayableLine[], isHourly: boolean): number | null {
  const admitted = claim.encounter.admittedAt;
  const left = claim.encounter.dischargedAt ?? claim.sentAt;
  if (admitted === null || left === null) return null;
  const begins = [instantOf(admitted)];
  const ends = [instantOf(left)];
  for (const { from, to } of own) {
    if (from === null || to === null) return null;
    begins.push(from);
    ends.push(to);
  }
  const [from, to] = [Math.min(...begins), Math.max(...ends)].map((ms) => new Date(ms).toISOString());
  return isHourly ? hoursBegun(from as string, to as string) : daysTouched(from as string, to as string);
}

/** Calendar days on which any of the lines was served; null where one has no day. */
function daysServed(lines: readonly PayableLine[]): number | null {
  const days = new Set<number>();
  for (const { day, lastDay } of lines) {
    if (day === null || lastDay === null) return null;
    for (let each = day; each <= lastDay; each++) days.add(each);
  }
  return days.size;
}
