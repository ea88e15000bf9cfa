/** The simulated town: institutions and patients, all invented. The same seed makes the same people. */

import { formatDay } from '../../src/base/calendar.js';
import type { Insurance, Sex } from '../../src/claim/claim.js';
import { Random, Zipf } from './random.js';
import type { SimulatedInstitution, SimulatedPatient } from './simulated-claim.js';

export const institutions: readonly SimulatedInstitution[] = [
  { code: 'H35010299001', name: '示范市第一医院', level: 3, region: '350102' },
  { code: 'H35010299002', name: '示范大学附属医院', level: 3, region: '350102' },
  { code: 'H35010499003', name: '示范市中医院', level: 3, region: '350104' },
  { code: 'H35010499004', name: '示范区人民医院', level: 2, region: '350104' },
  { code: 'H35012199005', name: '示范县总医院', level: 2, region: '350121' },
  { code: 'H35012199006', name: '示范县妇幼保健院', level: 2, region: '350121' },
  { code: 'H35010299007', name: '示范街道社区卫生服务中心', level: 1, region: '350102' },
  { code: 'H35012199008', name: '示范镇卫生院', level: 1, region: '350121' },
];
const institutionWeights = [28, 22, 12, 13, 11, 6, 5, 3];

/** Small institutions rarely keep anyone overnight. */
const inpatientWeights = [34, 28, 12, 13, 9, 4, 0, 0];

export function drawInstitution(random: Random, inpatient: boolean): SimulatedInstitution {
  const weights = inpatient ? inpatientWeights : institutionWeights;
  return institutions[random.weighted(weights)] as SimulatedInstitution;
}

/** A person before anything about them is forgotten. */
export interface Person extends SimulatedPatient {
  sex: Sex;
  birthDate: string;
}

export interface Wanted {
  readonly sex?: Sex | undefined;
  /** Completed years, both included. */
  readonly ages: readonly [from: number, to: number];
}

const peopleCount = 50_000;
/** Patients come again: the busiest few hundred make a good share of the visits. */
const visits = new Zipf(peopleCount, 0.6);
const familyNames = ['测试患者甲', '测试患者乙', '测试患者丙', '测试患者丁', '测试患者戊', '测试患者己'];

/**
 * A patient of the wanted sex and age on `today` (days since 1970). Person number n is the same person in every
 * claim of a seed, except that the wanted age picks another n.
 */
export function drawPerson(seed: number, random: Random, wanted: Wanted, today: number): Person {
  for (let attempt = 0; ; attempt++) {
    const person = personNumber(seed, (visits.draw(random) * 7919) % peopleCount, today);
    const age = ageOf(person, today);
    const fits = age >= wanted.ages[0] && age <= wanted.ages[1];
    const sexFits = wanted.sex === undefined || person.sex === wanted.sex;
    // Some ages are rare; after enough tries a visitor from elsewhere comes.
    if (fits && sexFits) return person;
    if (attempt >= 60) return visitor(random, wanted, today);
  }
}

function personNumber(seed: number, number: number, today: number): Person {
  const random = new Random(seed ^ 0x5eed, number + 1);
  const ages: readonly [number, number] = [
    [0, 13],
    [14, 40],
    [41, 64],
    [65, 93],
  ][random.weighted([13, 22, 30, 35])] as [number, number];
  return makePerson(random, random.chance(0.52) ? 'female' : 'male', ages, today, number);
}

function visitor(random: Random, wanted: Wanted, today: number): Person {
  const sex = wanted.sex ?? (random.chance(0.5) ? 'female' : 'male');
  return makePerson(random, sex, wanted.ages, today, peopleCount + random.integer(0, 899_999));
}

function makePerson(
  random: Random,
  sex: Sex,
  ages: readonly [number, number],
  today: number,
  number: number,
): Person {
  const years = random.integer(ages[0], ages[1]);
  // Never on the edge of a year of age, so that "years" is exact.
  const born = today - Math.round(years * 365.25) - random.integer(20, 340);
  return {
    id: `350000990000${String(10_000_000 + number)}`,
    name: `${familyNames[number % familyNames.length]}${number}`,
    sex,
    birthDate: formatDay(born),
    insurance: drawInsurance(random, years),
    region: random.chance(0.9) ? '350100' : '350300',
    pregnancy: 'none',
  };
}

function drawInsurance(random: Random, years: number): Insurance {
  if (years < 18) return 'resident';
  const kinds = ['employee', 'resident', 'retired_cadre', 'work_injury', 'other'] as const;
  return kinds[random.weighted([46, 50, years > 80 ? 2 : 0, years < 60 ? 1 : 0, 1])] as Insurance;
}

/** Completed years, by the same arithmetic as `makePerson`: close enough to draw by. */
function ageOf(person: Person, today: number): number {
  return Math.floor((today - Date.parse(person.birthDate) / 86_400_000) / 365.25);
}
