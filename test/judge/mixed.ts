/** Claims as hospitals send them: many things together, some taken back, some paid by the patient, some unsaid. */
import { dayOfDate } from './calendar.js';
import { at, charge, draftClaim, draftLine, refundOf, settleScene, sometime } from './drafts.js';
import type { NativeClaim, NativeLine } from './native-claim.js';
import type { Random } from './random.js';
import { unlistedPiece } from './recipes.js';
import { listOf, type Row } from './tables.js';

interface Ward {
  readonly random: Random;
  readonly claim: NativeClaim;
  /** Rows by table. */
  readonly tables: ReadonlyMap<string, readonly Row[]>;
  readonly firstDay: number;
  readonly lastDay: number;
}

/** A claim of 1 to about 30 lines, between the first batch of points and two months after the last. */
export function mixedClaim(tables: ReadonlyMap<string, readonly Row[]>, random: Random): NativeClaim {
  // Most stays are late, when everything is in force; some lie around the great correction.
  const first = random.chance(0.3) ? dayOfDate('2026-01-25') : random.pick(late);
  const firstDay = first + random.whole(0, 5);
  const lastDay = firstDay + random.whole(0, 6);
  const claim = draftClaim(random, firstDay);
  claim.encounter.admittedAt = at(firstDay, random.pick(['00:00:00', '08:12:00', '23:10:30']));
  claim.encounter.dischargedAt = random.chance(0.6) ? at(lastDay, '23:59:59') : null;
  claim.sentAt = at(lastDay, '23:59:59');
  const ward: Ward = { random, claim, tables, firstDay, lastDay };
  drawFacts(ward);
  for (let i = random.whole(1, 6); i > 0; i--) random.pick(themes)(ward);
  shuffle(claim.lines, random);
  forget(ward);
  takeBack(ward);
  settleScene(ward);
  return claim;
}

const late = ['2025-06-10', '2025-12-20', '2026-07-10', '2026-07-20', '2026-08-01'].map(dayOfDate);

function drawFacts({ random, claim, firstDay }: Ward): void {
  const young = new Date((firstDay - random.whole(0, 400)) * 86_400_000).toISOString().slice(0, 10);
  const teen = `${random.whole(2005, 2024)}-0${random.whole(1, 9)}-${random.whole(10, 28)}`;
  claim.patient.birthDate = random.pick([young, teen, '1961-05-05', '1999-12-31', null]);
  claim.patient.sex = random.pick(['female', 'male', 'female', 'male', null]);
  claim.patient.insurance = random.pick(['employee', 'resident', 'work_injury', 'maternity', 'other', null]);
  claim.institution.level = random.pick([1, 2, 3, null]);
  claim.encounter.type = random.pick(['inpatient', 'inpatient', 'outpatient', 'other', null]);
  claim.encounter.emergency = random.pick([true, false, null]);
  claim.encounter.internet = random.pick([true, false, null]);
  const isStay = claim.encounter.type === 'inpatient';
  claim.encounter.medType = random.pick(isStay ? ['21', '52'] : ['11', '51']);
}

const singles = [
  ...['sex_drugs', 'sex_items', 'child_only_drugs', 'child_only_items', 'child_limited_drugs', 'age_items'],
  ...['work_injury_drugs', 'maternity_drugs', 'visit_type_drugs', 'level_drugs', 'internet_drugs'],
  ...['pieces_never', 'course_drugs', 'course_items', 'cycle_items', 'indication_drugs', 'second_line_drugs'],
];

type Theme = (ward: Ward) => void;

const themes: readonly Theme[] = [
  addSingles,
  addSingles,
  addPairs,
  addPairs,
  addOperations,
  addCounted,
  addPieces,
  addOrdinary,
];

function addSingles(ward: Ward): void {
  for (let i = ward.random.whole(1, 6); i > 0; i--)
    add(ward, codeOf(ward, rowOf(ward, ward.random.pick(singles))));
}

function addPairs(ward: Ward): void {
  const { random } = ward;
  const row = rowOf(ward, 'included_items');
  for (let i = random.whole(1, 2); i > 0; i--) {
    const line = add(ward, codeOf(ward, row));
    if (random.chance(0.3)) lengthen(ward, line);
  }
  for (let i = random.whole(1, 3); i > 0; i--) {
    const line = add(ward, row.cells['includedItem'] as string);
    if (random.chance(0.2)) lengthen(ward, line);
  }
}

function addOperations(ward: Ward): void {
  const { random, tables } = ward;
  const rows = tables.get('surgery_group_items') as readonly Row[];
  const group = random.pick(rows).cells['group'];
  const members = rows.filter((row) => row.cells['group'] === group);
  const used = new Set(ward.claim.lines.map((line) => line.itemCode));
  const day = dayIn(ward);
  for (let i = random.whole(2, 4); i > 0; i--) {
    const code = codeOf(ward, random.pick(members));
    if (used.has(code)) continue;
    used.add(code);
    const line = add(ward, code, random.chance(0.8) ? day : dayIn(ward));
    const price = random.pick([30_000, 30_000, 42_000, 55_000]);
    charge(line, 1, price);
    line.listPrice = random.pick([line.unitPrice, line.unitPrice, '600.00', null]);
  }
}

function addCounted(ward: Ward): void {
  const { random } = ward;
  const code = codeOf(ward, rowOf(ward, 'frequency_items'));
  if (ward.claim.lines.some((line) => line.itemCode === code)) return;
  const price = random.whole(100, 9_000);
  for (let i = random.whole(1, 3); i > 0; i--) charge(add(ward, code), random.pick([1, 2, 3, 5, 60]), price);
}

function addPieces(ward: Ward): void {
  const { random } = ward;
  const number = `RX-P${random.whole(1, 3)}`;
  for (let i = random.whole(1, 4); i > 0; i--) {
    const table = random.chance(0.85) ? 'pieces_alone' : 'pieces_never';
    const code = random.chance(0.1) ? unlistedPiece : codeOf(ward, rowOf(ward, table));
    add(ward, code).prescriptionId = number;
  }
}

function addOrdinary(ward: Ward): void {
  for (let i = ward.random.whole(1, 5); i > 0; i--) add(ward, `0099${ward.random.whole(10, 99)}000000000`);
}

/** Some things stay unsaid. */
function forget({ random, claim }: Ward): void {
  if (random.chance(0.05)) claim.encounter.admittedAt = null;
  if (random.chance(0.1)) {
    for (const line of claim.lines) if (random.chance(0.2)) line.at = line.until = null;
  }
}

/** Refunds, most of which name their line, and lines that the patient pays. */
function takeBack({ random, claim }: Ward): void {
  for (const line of [...claim.lines]) {
    if (random.chance(0.08)) line.selfPaid = true;
    else if (random.chance(0.12)) claim.lines.push(refundIn(claim, line, random));
  }
}

function refundIn(claim: NativeClaim, line: NativeLine, random: Random): NativeLine {
  const refund = refundOf(line, random.whole(1, line.quantity));
  const alone = claim.lines.filter(({ itemCode }) => itemCode === line.itemCode).length === 1;
  if (alone && random.chance(0.3)) refund.reverses = null;
  return refund;
}

function rowOf({ tables, random }: Ward, table: string): Row {
  return random.pick(tables.get(table) as readonly Row[]);
}

function codeOf({ random }: Ward, row: Row): string {
  return random.pick(listOf(row.cells['codes'] as string));
}

function add(ward: Ward, code: string, day = dayIn(ward)): NativeLine {
  const { claim, random } = ward;
  const line = draftLine(random, `L${claim.lines.length + 1}`, code, sometime(random, day));
  claim.lines.push(line);
  return line;
}

function dayIn({ random, firstDay, lastDay }: Ward): number {
  return random.whole(firstDay, Math.min(lastDay, firstDay + 2));
}

function lengthen({ random, lastDay }: Ward, line: NativeLine): void {
  line.until = at(lastDay + random.whole(0, 1), '23:59:59');
}

function shuffle(lines: NativeLine[], random: Random): void {
  for (let i = lines.length - 1; i > 0; i--) {
    const j = random.whole(0, i);
    [lines[i], lines[j]] = [lines[j] as NativeLine, lines[i] as NativeLine];
  }
}
