/** How a claim comes to break a point of each class, how it just does not, and what it may leave unsaid. */
import { completedYears, dateOfDay, daysTouched, hoursBegun } from './calendar.js';
import { at, charge, draftLine, refundOf, sometime } from './drafts.js';
import type { NativeClaim, NativeLine } from './native-claim.js';
import type { Random } from './random.js';
import { listOf, numberIn, type Row } from './tables.js';

/** One point on the stage: its claim, and the day on which things happen. */
export interface Stage {
  readonly random: Random;
  readonly row: Row;
  readonly rows: readonly Row[];
  readonly claim: NativeClaim;
  /** Code of the point whose turn it is. */
  readonly code: string;
  readonly day: number;
}

type Change = (stage: Stage) => void;

export interface Recipe {
  /** Adds lines and facts that break the point; answers the ids of the lines to blame. */
  readonly hit: (stage: Stage) => readonly string[];
  /** Each undoes a hit by one detail. */
  readonly misses: Readonly<Record<string, Change>>;
  /** Each leaves something unsaid, so that a hit can no longer be told. */
  readonly unknowns: Readonly<Record<string, Change>>;
}

/** The first line of the claim. */
export function mainLine({ claim }: Stage): NativeLine {
  return claim.lines[0] as NativeLine;
}

function add(stage: Stage, code: string, day = stage.day): NativeLine {
  const { random, claim } = stage;
  const line = draftLine(random, `L${claim.lines.length + 1}`, code, sometime(random, day));
  claim.lines.push(line);
  return line;
}

/** A hit by the person or the visit: one line, and sometimes a part of it taken back. */
function oneLine(facts: Change): (stage: Stage) => readonly string[] {
  return (stage) => {
    const line = add(stage, stage.code);
    facts(stage);
    if (line.quantity > 1 && stage.random.chance(0.3)) stage.claim.lines.push(refundOf(line, 1));
    return [line.id];
  };
}

const noTime: Change = (stage) => {
  mainLine(stage).at = null;
};
const noBirthDate: Change = ({ claim }) => {
  claim.patient.birthDate = null;
};

const sex: Recipe = {
  hit: oneLine(({ claim, row }) => {
    claim.patient.sex = row.cells['sex'] === 'male' ? 'female' : 'male';
  }),
  misses: {
    'of the right sex': ({ claim, row }) => {
      claim.patient.sex = row.cells['sex'] as string;
    },
  },
  unknowns: {
    'no sex': ({ claim }) => {
      claim.patient.sex = null;
    },
    'no time': noTime,
  },
};

/** Birth date of somebody who is exactly that many years old on a day. */
function bornYearsBefore(day: number, years: number): string {
  const [year, rest] = [Number(dateOfDay(day).slice(0, 4)), dateOfDay(day).slice(4)];
  const date = `${year - years}${rest}`;
  if (completedYears(date, day) !== years) throw new RangeError(`no birthday on ${date}`);
  return date;
}

function nextDay(date: string): string {
  return dateOfDay(Date.parse(`${date}T00:00:00Z`) / 86_400_000 + 1);
}

/** Somebody who has just become too old. */
function tooOld({ row, day }: Stage): string {
  const days = numberIn(row, 'maxAgeDays');
  if (days !== null) return dateOfDay(day - days - 1);
  return bornYearsBefore(day, numberIn(row, 'maxAgeYears') as number);
}

const child: Recipe = {
  hit: oneLine((stage) => {
    const older = stage.random.chance(0.3);
    stage.claim.patient.birthDate = older ? '1951-06-30' : tooOld(stage);
  }),
  misses: {
    'a day younger': (stage) => {
      stage.claim.patient.birthDate = nextDay(tooOld(stage));
    },
    'born that day': ({ claim, day }) => {
      claim.patient.birthDate = dateOfDay(day);
    },
  },
  unknowns: { 'no birth date': noBirthDate, 'no time': noTime },
};

const workAge: Recipe = {
  hit: oneLine(({ claim, row, day }) => {
    claim.patient.birthDate = nextDay(bornYearsBefore(day, numberIn(row, 'minAgeYears') as number));
  }),
  misses: {
    'a day older': ({ claim, row, day }) => {
      claim.patient.birthDate = bornYearsBefore(day, numberIn(row, 'minAgeYears') as number);
    },
  },
  unknowns: { 'no birth date': noBirthDate, 'no time': noTime },
};

const insurances = ['employee', 'resident', 'retired_cadre', 'work_injury', 'maternity', 'other'];

const insurance: Recipe = {
  hit: oneLine(({ random, claim, row }) => {
    claim.patient.insurance = random.pick(insurances.filter((name) => name !== row.cells['insurance']));
  }),
  misses: {
    'of the right insurance': ({ claim, row }) => {
      claim.patient.insurance = row.cells['insurance'] as string;
    },
  },
  unknowns: {
    'no insurance': ({ claim }) => {
      claim.patient.insurance = null;
    },
    'no time': noTime,
  },
};

const maternity: Recipe = {
  ...insurance,
  misses: {
    ...insurance.misses,
    'at a maternity visit': ({ claim }) => {
      claim.encounter.medType = '52';
    },
  },
};

const visitType: Recipe = {
  hit: oneLine(({ random, claim }) => {
    claim.encounter.type = random.pick(['outpatient', 'pharmacy', 'other']);
  }),
  misses: {
    'in an allowed visit': ({ random, claim, row }) => {
      const allowed = random.pick(listOf(row.cells['encounterTypes'] as string));
      if (allowed === 'emergency') claim.encounter.emergency = true;
      else claim.encounter.type = allowed;
    },
  },
  unknowns: {
    'no visit type': ({ claim }) => {
      claim.encounter.type = null;
    },
    'no time': noTime,
  },
};

const level: Recipe = {
  hit: oneLine(({ random, claim, row }) => {
    claim.institution.level = random.whole(1, (numberIn(row, 'minLevel') as number) - 1);
  }),
  misses: {
    'at a high enough level': ({ random, claim, row }) => {
      claim.institution.level = random.whole(numberIn(row, 'minLevel') as number, 3);
    },
  },
  unknowns: {
    'no level': ({ claim }) => {
      claim.institution.level = null;
    },
    'no time': noTime,
  },
};

const internet: Recipe = {
  hit: oneLine(({ claim }) => {
    claim.encounter.type = 'outpatient';
    claim.encounter.internet = true;
  }),
  misses: {
    'on the spot': ({ claim }) => {
      claim.encounter.internet = false;
    },
    'in a ward': ({ claim }) => {
      claim.encounter.type = 'inpatient';
    },
  },
  unknowns: {
    'no word of internet': ({ claim }) => {
      claim.encounter.internet = null;
    },
    'no time': noTime,
  },
};

const always: Recipe = { hit: oneLine(() => {}), misses: {}, unknowns: { 'no time': noTime } };

/** A well-formed code that no point names. */
export const unlistedPiece = 'T000000001';

const piecesAlone: Recipe = {
  hit: (stage) => {
    const { random, row, rows } = stage;
    const own = add(stage, stage.code);
    const listed = rows.filter((other) => other.table === row.table && other.point !== row.point);
    const more = Array.from({ length: random.whole(0, 2) }, () =>
      add(stage, random.pick(listed).codes[0] as string),
    );
    for (const line of more) line.prescriptionId = own.prescriptionId;
    if (random.chance(0.3)) add(stage, unlistedPiece);
    return [own.id, ...more.map((line) => line.id)];
  },
  misses: {
    'with another piece': (stage) => {
      add(stage, unlistedPiece).prescriptionId = mainLine(stage).prescriptionId;
    },
  },
  unknowns: {
    'no prescription': (stage) => {
      for (const line of stage.claim.lines) line.prescriptionId = null;
    },
  },
};

const pair: Recipe = {
  hit: (stage) => {
    const including = add(stage, stage.code);
    const included = stage.row.cells['includedItem'] as string;
    if (stage.random.chance(0.3)) including.until = sometime(stage.random, stage.day + 2);
    const blamed = Array.from({ length: stage.random.whole(1, 2) }, () => add(stage, included));
    return blamed.map((line) => line.id);
  },
  misses: {
    'on another day': (stage) => {
      mainLine(stage).until = null;
      for (const line of stage.claim.lines.slice(1)) line.at = sometime(stage.random, stage.day + 1);
    },
    'without the including item': (stage) => {
      mainLine(stage).itemCode = '009900000000000';
    },
    'the including item refunded': (stage) => {
      stage.claim.lines.push(refundOf(mainLine(stage), mainLine(stage).quantity));
    },
    'the including item self-paid': (stage) => {
      mainLine(stage).selfPaid = true;
    },
  },
  unknowns: { 'no time': noTime },
};

function allowance({ row, claim }: Stage): number {
  const from = claim.encounter.admittedAt as string;
  const to = claim.encounter.dischargedAt ?? (claim.sentAt as string);
  const units = row.cells['unit'] === 'hour' ? hoursBegun(from, to) : daysTouched(from, to);
  return units * (numberIn(row, 'cap') as number);
}

const frequency: Recipe = {
  hit: (stage) => {
    const price = stage.random.whole(100, 5_000);
    const one = add(stage, stage.code);
    const other = add(stage, stage.code);
    charge(one, allowance(stage), price);
    charge(other, stage.random.whole(1, 5), price);
    // Within the stay, so that it is the stay that says how many there may be.
    for (const line of [one, other]) line.at = at(stage.day, '12:00:00');
    return [one.id, other.id];
  },
  misses: {
    'at the cap': ({ claim }) => {
      claim.lines.splice(1);
    },
    'the surplus refunded': ({ claim }) => {
      const other = claim.lines[1] as NativeLine;
      claim.lines.push(refundOf(other, other.quantity));
    },
    'the surplus self-paid': ({ claim }) => {
      (claim.lines[1] as NativeLine).selfPaid = true;
    },
  },
  unknowns: {
    'no admission': ({ claim }) => {
      claim.encounter.admittedAt = null;
    },
    'no end': ({ claim }) => {
      claim.encounter.dischargedAt = null;
      claim.sentAt = null;
    },
  },
};

const surgery: Recipe = {
  hit: (stage) => {
    const { random, row, rows } = stage;
    const group = row.cells['group'];
    const partners = rows.filter(
      (other) => other.table === row.table && other.cells['group'] === group && !other.has.has(stage.code),
    );
    const dearer = add(stage, random.pick(partners).codes[0] as string);
    const own = add(stage, stage.code);
    const price = random.whole(20_000, 90_000);
    charge(own, 1, price);
    own.listPrice = own.unitPrice;
    // Of two operations as dear as each other the one with the smaller code is due in full.
    const mayBeEqual = String(dearer.itemCode) < stage.code;
    charge(dearer, 1, price + (mayBeEqual && random.chance(0.3) ? 0 : random.whole(1, 30_000)));
    dearer.listPrice = dearer.unitPrice;
    return [own.id];
  },
  misses: {
    'at half price': ({ claim }) => {
      const [dearer, own] = claim.lines as [NativeLine, NativeLine];
      const full = own.listPrice as string;
      charge(own, 1, Math.floor(Number(full.replace('.', '')) / 2));
      own.listPrice = full;
      dearer.listPrice = dearer.unitPrice;
    },
    'on another day': (stage) => {
      mainLine(stage).at = sometime(stage.random, stage.day + 1);
    },
    'the other refunded': (stage) => {
      stage.claim.lines.push(refundOf(mainLine(stage), 1));
    },
    'the same operation': (stage) => {
      mainLine(stage).itemCode = stage.code;
    },
    'the dearer one': ({ claim }) => {
      const [other, own] = claim.lines as [NativeLine, NativeLine];
      charge(other, 1, Number((own.unitPrice as string).replace('.', '')) - 1);
    },
  },
  unknowns: {
    'no list price': ({ claim }) => {
      (claim.lines[1] as NativeLine).listPrice = null;
    },
  },
};

export const recipes: Readonly<Record<string, Recipe>> = {
  sex_drugs: sex,
  sex_items: sex,
  child_only_drugs: child,
  child_only_items: child,
  child_limited_drugs: child,
  age_items: workAge,
  work_injury_drugs: insurance,
  maternity_drugs: maternity,
  visit_type_drugs: visitType,
  level_drugs: level,
  internet_drugs: internet,
  pieces_never: always,
  pieces_alone: piecesAlone,
  included_items: pair,
  frequency_items: frequency,
  surgery_group_items: surgery,
  course_drugs: always,
  course_items: always,
  cycle_items: always,
  indication_drugs: always,
  second_line_drugs: always,
};
