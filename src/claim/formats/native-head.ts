/**
 * What surrounds the lines of a native claim, as slots that a scanner fills: a group of facts per object, derived
 * from the field table. The slots are reused from claim to claim.
 */
import type { Dictionaries } from '../dictionaries.js';
import { claimFields, claimLimits, type FieldPath, type FieldSpec } from '../fields.js';
import { NoteTaker } from '../notes.js';
import type { RawClaim, RawDiagnosis, RawProcedure } from '../raw-claim.js';
import { isNativeRoot, readEncounterType, readKind, vocabulary } from './native.js';
import { PackKeys } from './pack-keys.js';

type FactName<Group extends string, Path = FieldPath> = Path extends `${Group}.${infer Name}` ? Name : never;

/** The known keys of one object and their values. */
export class HeadGroup<Name extends string = string> {
  readonly names: readonly Name[];
  readonly keys: PackKeys;
  /** The place of each name in `values`: its number among the keys. */
  readonly at: Readonly<Record<Name, number>>;
  /** Of the object that was read last; undefined where there was no such key. */
  readonly values: unknown[];
  /** By place: whether claim after claim has the same few texts there, none of which tells of a person. */
  readonly repeats: readonly boolean[];

  /** `group`: where the field table has the names. */
  constructor(names: readonly Name[], group: string) {
    this.names = names;
    this.keys = new PackKeys(names);
    this.at = Object.fromEntries(names.map((name, place) => [name, place])) as Record<Name, number>;
    this.values = names.map(() => undefined);
    this.repeats = names.map((name) => isRepeated(`${group}.${name}`));
  }

  clear(): void {
    this.values.fill(undefined);
  }
}

function isRepeated(path: string): boolean {
  const spec: FieldSpec | undefined = (claimFields as Readonly<Record<string, FieldSpec>>)[path];
  if (spec === undefined || spec.personal === true || spec.hidden === true) return false;
  return spec.type === 'text' || spec.type === 'enumeration';
}

/** Names of diagnoses and procedures end before a claim is read. */
const unread: readonly string[] = ['diagnoses.name', 'procedures.name'];

function namesOf<Group extends string>(group: Group): readonly FactName<Group>[] {
  return Object.keys(claimFields)
    .filter((path) => path.startsWith(`${group}.`) && !unread.includes(path))
    .map((path) => path.slice(group.length + 1) as FactName<Group>);
}

const parts = ['reverses', 'institution', 'patient', 'encounter'] as const;
const lists = ['diagnoses', 'procedures'] as const;
export type HeadList = (typeof lists)[number];

export class NativeHead {
  readonly root = new HeadGroup([...namesOf('claim'), ...parts, ...lists, 'lines'] as const, 'claim');
  readonly reverses = new HeadGroup(['claimId'] as const, 'claim');
  readonly institution = new HeadGroup(namesOf('institution'), 'institution');
  readonly patient = new HeadGroup(namesOf('patient'), 'patient');
  readonly encounter = new HeadGroup(namesOf('encounter'), 'encounter');
  readonly diagnoses = new HeadGroup(namesOf('diagnoses'), 'diagnoses');
  readonly procedures = new HeadGroup(namesOf('procedures'), 'procedures');
  #diagnoses: RawDiagnosis[] = [];
  #procedures: RawProcedure[] = [];

  /** Forgets the claim. */
  clear(): void {
    this.root.clear();
    for (const part of parts) this[part].clear();
    // A body that ended within an entry has left some of its facts.
    for (const list of lists) this[list].clear();
    this.#diagnoses = [];
    this.#procedures = [];
  }

  /** Keeps an object of a list, whose facts have been filled in. */
  add(list: HeadList): void {
    if (list === 'diagnoses') {
      const { at, values } = this.diagnoses;
      this.#diagnoses.push({ code: values[at.code], main: values[at.main] });
    } else {
      const { at, values } = this.procedures;
      this.#procedures.push({ code: values[at.code], main: values[at.main], at: values[at.at] });
    }
    this[list].clear();
  }

  /** The claim without its lines; null where its structure is for the plain reader to judge. */
  rawClaim(dictionaries: Dictionaries): RawClaim | null {
    const { at, values } = this.root;
    const notes = new NoteTaker();
    const kind = readKind(values[at.kind], notes);
    if (kind === null || !isNativeRoot((name) => values[at[name]])) return null;
    if (this.#diagnoses.length > claimLimits.diagnoses) return null;
    if (this.#procedures.length > claimLimits.procedures) return null;
    return {
      eventId: values[at.eventId],
      kind,
      scene: values[at.scene],
      sentAt: values[at.sentAt],
      claimId: values[at.claimId],
      reverses: this.reverses.values[this.reverses.at.claimId],
      institution: this.#institution(),
      patient: this.#patient(),
      encounter: this.#encounter(dictionaries, notes),
      diagnoses: this.#diagnoses,
      procedures: this.#procedures,
      lines: [],
      vocabulary,
      notes,
    };
  }

  #institution(): RawClaim['institution'] {
    const { at, values } = this.institution;
    return {
      code: values[at.code],
      level: values[at.level],
      type: values[at.type],
      region: values[at.region],
    };
  }

  #patient(): RawClaim['patient'] {
    const { at, values } = this.patient;
    return {
      id: values[at.id],
      sex: values[at.sex],
      birthDate: values[at.birthDate],
      insurance: values[at.insurance],
      region: values[at.region],
      pregnancy: values[at.pregnancy],
    };
  }

  #encounter(dictionaries: Dictionaries, notes: NoteTaker): RawClaim['encounter'] {
    const { at, values } = this.encounter;
    const region = this.institution.values[this.institution.at.region];
    const medType = values[at.medType];
    return {
      id: values[at.id],
      type: readEncounterType({ type: values[at.type], medType, region }, dictionaries, notes),
      emergency: values[at.emergency],
      internet: values[at.internet],
      medType,
      admittedAt: values[at.admittedAt],
      dischargedAt: values[at.dischargedAt],
      department: values[at.department],
      practitioner: values[at.practitioner],
    };
  }
}
