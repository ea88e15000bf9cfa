/** How a visit or a stay becomes lines: what is done on which day, in what amounts. */
import type { EpochDay } from '../../src/base/calendar.js';
import type { Bill } from './bill.js';
import type { Catalogue, Pool } from './catalogue.js';
import { instantText } from './day-times.js';
import type { Profile } from './profiles.js';
import type { Random } from './random.js';

export interface Course {
  readonly bill: Bill;
  readonly catalogue: Catalogue;
  readonly random: Random;
  readonly profile: Profile;
  /** Prefix of prescription numbers. */
  readonly prescription: string;
}

/** One visit on one day: consultation, then drugs, laboratory, examinations as the profile mixes them. */
export function composeVisit(course: Course, day: EpochDay, minute: number, lineCount: number): void {
  const { bill, random, profile } = course;
  const at = (later: number): string => instantText(day, minute + later);
  const date = at(0).slice(0, 10);
  addNamed(course, '001102000010000', at(0), `${course.prescription}1`);
  if (profile.mix.piece !== undefined) {
    composePieces(course, at(10), lineCount);
    return;
  }
  while (bill.lines.length < lineCount) {
    const pool = drawPool(profile, random);
    const item = bill.find(pool, date);
    if (item === null) continue;
    const drug = pool === 'drug' || pool === 'patent';
    bill.add({
      item,
      quantity: drug ? random.integer(1, 4) : 1,
      at: at(drug ? 20 : 10),
      prescriptionId: `${course.prescription}${drug ? 2 : 3}`,
      ...(drug ? { days: random.pick([3, 5, 7, 7, 14, 28]) } : {}),
    });
  }
}

/** A decoction: 8 to 16 pieces in one prescription, grams per dose times doses. */
function composePieces(course: Course, at: string, lineCount: number): void {
  const { bill, random } = course;
  const doses = random.pick([5, 7, 7, 14]);
  const pieces = Math.max(4, Math.min(lineCount, 16));
  for (let i = 0; i < pieces; i++) {
    const item = bill.find('piece', at.slice(0, 10));
    if (item === null) continue;
    const quantity = random.pick([3, 6, 9, 10, 12, 15]) * doses;
    bill.add({ item, quantity, at, prescriptionId: `${course.prescription}4`, days: doses });
  }
}

export interface Stay {
  readonly admitted: EpochDay;
  /** Days touched, first and last included; so far, where the patient is still in. */
  readonly days: number;
  readonly lineCount: number;
  /** Day of the stay on which there is an operation, counted from 0; null for none. */
  readonly operationDay: number | null;
}

/** A stay: bed, round and nursing every day, orders that go on for days, an operation where there is one. */
export function composeStay(course: Course, stay: Stay): void {
  for (let day = 0; day < stay.days; day++) addDaily(course, stay.admitted + day);
  if (stay.operationDay !== null) addOperation(course, stay.admitted + stay.operationDay);
  addOrders(course, stay);
}

const everyDay = ['001109000010000', '001102000050000', '001201000040000'];

function addDaily(course: Course, day: EpochDay): void {
  for (const code of everyDay) addNamed(course, code, instantText(day, 8 * 60), `${course.prescription}CQ1`);
}

function addOperation(course: Course, day: EpochDay): void {
  const { bill, random } = course;
  const at = instantText(day, random.integer(9 * 60, 15 * 60));
  for (const pool of ['surgery', 'anaesthesia', 'consumable', 'consumable'] as const) {
    const item = bill.find(pool, at.slice(0, 10));
    if (item !== null) bill.add({ item, quantity: 1, at, prescriptionId: `${course.prescription}SS1` });
  }
}

/** Drugs and treatments run for several days, one line a day; the rest is done once. */
function addOrders(course: Course, stay: Stay): void {
  const { bill, random, profile } = course;
  for (let order = 1; bill.lines.length < stay.lineCount && order < 400; order++) {
    const pool = drawPool(profile, random);
    const begin = random.integer(0, stay.days - 1);
    const lasts = pool === 'lab' || pool === 'exam' ? 1 : random.integer(1, Math.min(7, stay.days - begin));
    const minute = random.integer(8 * 60, 17 * 60);
    const item = bill.find(pool, instantText(stay.admitted + begin, minute).slice(0, 10));
    if (item === null) continue;
    const quantity = pool === 'drug' || pool === 'consumable' ? random.integer(1, 3) : 1;
    const prescriptionId = `${course.prescription}${lasts > 1 ? 'CQ' : 'LS'}${order + 1}`;
    for (let day = 0; day < lasts && bill.lines.length < stay.lineCount; day++) {
      const at = instantText(stay.admitted + begin + day, minute);
      if (bill.permitted(item, at.slice(0, 10))) bill.add({ item, quantity, at, prescriptionId });
    }
  }
}

/** Adds one named item where it keeps the claim clean. */
function addNamed(course: Course, code: string, at: string, prescriptionId: string): void {
  const item = course.catalogue.item(code);
  if (item === null || !course.bill.permitted(item, at.slice(0, 10))) return;
  course.bill.add({ item, quantity: 1, at, prescriptionId });
}

function drawPool(profile: Profile, random: Random): Pool {
  const pools = Object.keys(profile.mix) as Pool[];
  return pools[random.weighted(pools.map((pool) => profile.mix[pool] ?? 0))] as Pool;
}
