/**
 * A seeded hospital: claim number n of a seed is the same on every machine and independent of the others. Clean as
 * far as one can be, except for the share in which a violation is planted on purpose.
 */
import { type EpochDay, formatDay } from '../../src/base/calendar.js';
import type { EncounterType } from '../../src/claim/claim.js';
import { Bill } from './bill.js';
import { Catalogue } from './catalogue.js';
import { type Course, composeStay, composeVisit } from './compose.js';
import { instantText } from './day-times.js';
import { blur, type Shares } from './imperfections.js';
import { readKnowledgeRows } from './knowledge-rows.js';
import type { CodedLimit, Setting } from './limits.js';
import { drawInstitution, drawPerson, institutions, type Person } from './people.js';
import { inpatientProfiles, outpatientProfiles, type Profile } from './profiles.js';
import { Random } from './random.js';
import type { SimulatedClaim, SimulatedInstitution } from './simulated-claim.js';
import {
  drawLimit,
  type Needs,
  needsOf,
  plant,
  type Violation,
  type ViolationKind,
  violationKinds,
  violationWeights,
} from './violations.js';

export interface GeneratorOptions {
  readonly seed: number;
  /** Folder of the knowledge tables, usually `rules/tables`. */
  readonly tablesDir: string;
  /** Share of claims with a planted violation, 0 to 1. */
  readonly violationShare: number;
  /** Only this kind, instead of a mix. */
  readonly violation?: ViolationKind;
  /** Share of in-patient stays, 0 to 1. */
  readonly inpatientShare: number;
  /** Exactly so many lines before planting and refunds; absent: as visits and stays are. */
  readonly lines?: number;
  /** Unknown facts, refunds, self-paid lines; absent: low, as in practice. */
  readonly shares?: Shares;
}

export const usualOptions = { seed: 1, violationShare: 0.15, inpatientShare: 0.3 } as const;

export interface GeneratedClaim {
  readonly claim: SimulatedClaim;
  /** Null in a clean claim. */
  readonly violation: Violation | null;
}

/** Day on which the simulated hospital lives: after the last published batch, so that all active points are valid. */
const today: EpochDay = Date.UTC(2026, 9, 12) / 86_400_000;

export class ClaimGenerator {
  readonly catalogue: Catalogue;
  readonly #options: GeneratorOptions;

  /** Reads the tables once. Throws where the folder is missing. */
  constructor(options: GeneratorOptions) {
    this.#options = options;
    this.catalogue = new Catalogue(readKnowledgeRows(options.tablesDir, formatDay(today)));
  }

  /** Claim number `index` of this seed. */
  claim(index: number): GeneratedClaim {
    const random = new Random(this.#options.seed, index + 1);
    if (random.chance(this.#options.violationShare)) {
      for (let attempt = 0; attempt < 10; attempt++) {
        const made = this.#planted(index, random);
        if (made !== null) return made;
      }
    }
    return this.#make(index, random, null);
  }

  #planted(index: number, random: Random): GeneratedClaim | null {
    const kind = this.#options.violation ?? violationKinds[random.weighted(violationWeights)] ?? 'sex';
    const limit = drawLimit(this.catalogue, kind, random);
    if (limit === null) return null;
    const made = this.#make(index, random, limit);
    return made.violation === null ? null : made;
  }

  #make(index: number, random: Random, limit: CodedLimit | null): GeneratedClaim {
    const visit = this.#drawVisit(random, limit);
    const bill = new Bill(this.catalogue, visit.setting, random, `F${index}`);
    const claim = emptyClaim(index, visit, random);
    const course: Course = {
      bill,
      catalogue: this.catalogue,
      random,
      profile: visit.profile,
      prescription: `${visit.setting.inpatient ? 'YZ' : 'CF'}${index}-`,
    };
    const at = this.#compose(claim, course, visit);
    const days = 1 + today - Math.floor(Date.parse(claim.encounter.admittedAt.slice(0, 10)) / 86_400_000);
    const prescriptionId = `${course.prescription}9`;
    const scene = {
      catalogue: this.catalogue,
      bill,
      setting: visit.setting,
      random,
      at,
      prescriptionId,
      days,
    };
    const violation = limit === null ? null : plant(scene, limit);
    claim.lines = bill.lines;
    blur(claim, violation, random, this.#options.shares);
    return { claim, violation };
  }

  #drawVisit(random: Random, limit: CodedLimit | null): Visit {
    const needs: Needs = limit === null ? {} : needsOf(limit);
    const surgery = limit !== null && this.catalogue.item(limit.code)?.pool === 'surgery';
    const inpatient = needs.inpatient ?? (surgery || random.chance(this.#options.inpatientShare));
    const profile = drawProfile(random, inpatient, needs);
    const institution = drawPlace(random, inpatient, needs);
    const wanted = { sex: needs.sex ?? profile.sex, ages: narrowed(profile.ages, needs.ages) };
    const person = drawPerson(this.#options.seed, random, wanted, today);
    const setting: Setting = {
      sex: person.sex,
      ageYears: Math.floor((today - Date.parse(person.birthDate) / 86_400_000) / 365.25),
      insurance: person.insurance,
      level: institution.level,
      inpatient,
    };
    return { profile, institution, person, setting, settling: needs.settling === true };
  }

  /** Fills encounter, scene and lines; returns an instant at which a further line may stand. */
  #compose(claim: SimulatedClaim, course: Course, { setting, settling }: Visit): string {
    const { random } = course;
    if (!setting.inpatient) {
      const minute = random.integer(8 * 60, 16 * 60);
      claim.scene = random.pick([2, 2, 2, 7]);
      claim.encounter.admittedAt = instantText(today, minute);
      claim.encounter.dischargedAt = claim.encounter.admittedAt;
      claim.sentAt = instantText(today, minute + 40, random.integer(0, 59));
      composeVisit(course, today, minute, this.#options.lines ?? visitLines(random));
      return instantText(today, minute + 20);
    }
    return this.#composeInpatient(claim, course, settling);
  }

  #composeInpatient(claim: SimulatedClaim, course: Course, settling: boolean): string {
    const { random, profile } = course;
    const lineCount = this.#options.lines ?? stayLines(random);
    const days = Math.max(2, Math.min(30, Math.round(lineCount / random.integer(6, 10))));
    const admitted = today - days + 1;
    const over = random.chance(0.6) || settling;
    claim.scene = over ? 9 : random.pick([4, 5, 5]);
    claim.encounter.admittedAt = instantText(admitted, random.integer(7 * 60, 11 * 60));
    claim.encounter.dischargedAt = over ? instantText(today, 17 * 60 + 30) : null;
    claim.sentAt = instantText(today, over ? 17 * 60 + 45 : 17 * 60 + 10, random.integer(0, 59));
    const operated = random.chance(profile.operated ?? 0);
    composeStay(course, { admitted, days, lineCount, operationDay: operated ? 1 : null });
    if (operated) claim.procedures.push(operation(instantText(admitted + 1, 10 * 60)));
    return instantText(today, 15 * 60);
  }
}

interface Visit {
  readonly profile: Profile;
  readonly institution: SimulatedInstitution;
  readonly person: Person;
  readonly setting: Setting;
  readonly settling: boolean;
}

/** Visits have 3 to 25 lines, most of them few. */
function visitLines(random: Random): number {
  return Math.max(3, Math.min(25, Math.round(random.skewed(7, 0.55))));
}

/** Stays have 20 to 200 lines here; what a longer one adds is more of the same. */
function stayLines(random: Random): number {
  return Math.max(20, Math.min(200, Math.round(random.skewed(62, 0.6))));
}

function drawProfile(random: Random, inpatient: boolean, needs: Needs): Profile {
  const all = inpatient ? inpatientProfiles : outpatientProfiles;
  const fitting = all.filter(
    ({ sex, ages }) =>
      (sex === undefined || needs.sex === undefined || sex === needs.sex) &&
      (needs.ages === undefined || (ages[0] <= needs.ages[1] && ages[1] >= needs.ages[0])),
  );
  const from = fitting.length > 0 ? fitting : all;
  return from[random.weighted(from.map((profile) => profile.weight))] as Profile;
}

function drawPlace(random: Random, inpatient: boolean, needs: Needs): SimulatedInstitution {
  if (needs.level === undefined) return drawInstitution(random, inpatient);
  return random.pick(institutions.filter(({ level }) => level === needs.level));
}

function narrowed(ages: readonly [number, number], needed: Needs['ages']): readonly [number, number] {
  if (needed === undefined) return ages;
  const from = Math.max(ages[0], needed[0]);
  const to = Math.min(ages[1], needed[1]);
  return from <= to ? [from, to] : needed;
}

function emptyClaim(
  index: number,
  { profile, institution, person, setting }: Visit,
  random: Random,
): SimulatedClaim {
  const type: EncounterType = setting.inpatient ? 'inpatient' : 'outpatient';
  const also = random.shuffled(profile.also).slice(0, random.integer(0, Math.min(3, profile.also.length)));
  const main = random.pick(profile.main);
  const names = [main, ...also.filter(([code]) => code !== main[0])];
  const time = String(Math.floor(index / 10_000) % 1_000_000).padStart(6, '0');
  const stamp = `${formatDay(today).replaceAll('-', '')}${time}`;
  return {
    // The form of a national msgid: institution, 14 digits of time, 4 of sequence.
    eventId: `${institution.code}${stamp}${String(index % 10_000).padStart(4, '0')}`,
    scene: 2,
    sentAt: instantText(today, 18 * 60),
    institution,
    patient: { ...person },
    encounter: {
      id: `${setting.inpatient ? 'IP' : 'OP'}20261012${String(index).padStart(8, '0')}`,
      type,
      emergency: false,
      medType: setting.inpatient ? '21' : '11',
      admittedAt: '',
      dischargedAt: null,
      department: profile.department,
      practitioner: `D${institution.region}${String(990_001 + random.integer(0, 60))}`,
    },
    diagnoses: names.map(([code, name], i) => ({ code, name, main: i === 0 })),
    procedures: [],
    lines: [],
  };
}

function operation(at: string): SimulatedClaim['procedures'][number] {
  return { code: '86.2201', name: '皮肤和皮下坏死组织切除清创术', main: true, at };
}
