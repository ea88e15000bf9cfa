/** The national envelope of 3101 (事前) and 3102 (事中) as a raw claim. */
import type { EncounterType } from '../../claim.js';
import type { Dictionaries, NationalTables } from '../../dictionaries.js';
import { disagreeAboutStay } from '../../encounter-type.js';
import { type CodeTable, FactReader } from '../../facts.js';
import { claimFields } from '../../fields.js';
import { NoteTaker } from '../../notes.js';
import type { RawClaim, RawDiagnosis, RawProcedure, Vocabulary } from '../../raw-claim.js';
import { type Fields, WrongStructure } from '../structure.js';
import { findVisit, type NationalEncounter, type NationalVisit, type Sections } from './encounters.js';
import { echo, isBlank, node, nodeObject } from './nodes.js';
import { readDepartment, readOrder } from './order.js';
import { readScene, typeOfScene } from './scene.js';

export interface NationalMessage {
  readonly claim: RawClaim;
  readonly root: Fields;
  readonly data: Fields;
  readonly visit: NationalVisit;
}

/** Settles the structure of a national request; throws WrongStructure where it is not one. */
export function readNational(root: Fields, dictionaries: Dictionaries): NationalMessage {
  const notes = new NoteTaker();
  const facts = new FactReader(notes);
  const infno = readTransaction(root);
  const sections = openSections(root);
  const { data } = sections;
  const visit = findVisit(sections, facts);
  const main = visit.main.fields;
  const area = firstFilled(node(main, 'medins_admdvs'), node(root, 'mdtrtarea_admvs'));
  const tables = dictionaries.forRegion(echo(area));
  const scene = readScene(node(data, 'trig_scen'), infno, facts);
  const claim: RawClaim = {
    eventId: node(root, 'msgid'),
    kind: 'screening',
    scene,
    sentAt: node(root, 'inf_time'),
    claimId: null,
    reverses: null,
    institution: {
      code: readInstitution(main, root, facts),
      level: node(main, 'medins_lv'),
      type: node(main, 'medins_type'),
      region: area,
    },
    patient: readPatient(visit.patient, main, root),
    encounter: readEncounter(visit, scene, tables, facts),
    diagnoses: readDiagnoses(visit, facts),
    procedures: currentOf(visit).flatMap((encounter) => encounter.operations.map(readOperation)),
    lines: readLines(visit, tables, facts),
    vocabulary: vocabularyOf(tables),
    notes,
  };
  return { claim, root, data, visit };
}

/** Where the nodes of a request stand; throws WrongStructure where nothing can. */
export function openSections(root: Fields): Sections {
  const input = nodeObject(node(root, 'input') ?? root, 'input');
  return { input, data: nodeObject(node(input, 'data'), 'input.data') };
}

function readTransaction(root: Fields): string | null {
  const value = node(root, 'infno');
  const infno = echo(value);
  if (infno === '3101' || infno === '3102' || isBlank(value)) return infno;
  // Only what has a transaction number's form is repeated.
  const named = infno !== null && /^[0-9]{4}[A-Z]?$/.test(infno) ? `Transaction ${infno}` : 'The transaction';
  throw new WrongStructure('transaction', `${named} is not screened here; 3101 and 3102 are.`);
}

function firstFilled(...values: readonly unknown[]): unknown {
  return values.find((value) => !isBlank(value)) ?? null;
}

function readInstitution(main: Fields, root: Fields, facts: FactReader): unknown {
  const [own, sender] = [node(main, 'medins_id'), node(root, 'fixmedins_code')];
  if (!isBlank(own) && !isBlank(sender) && echo(own) !== echo(sender)) {
    facts.note('institution.code', 'conflict');
  }
  return firstFilled(own, sender);
}

function readPatient(patient: Fields, main: Fields, root: Fields): RawClaim['patient'] {
  return {
    id: node(patient, 'patn_id'),
    sex: node(patient, 'gend'),
    birthDate: node(patient, 'brdy'),
    insurance: node(main, 'insutype'),
    region: firstFilled(node(root, 'insuplc_admdvs'), node(patient, 'poolarea')),
    pregnancy: node(main, 'matn_stas'),
  };
}

function readEncounter(
  { patient, main: { fields } }: NationalVisit,
  scene: unknown,
  tables: NationalTables,
  facts: FactReader,
): RawClaim['encounter'] {
  const kind = readMedType(node(fields, 'med_type'), tables, facts);
  const department =
    readDepartment(fields, 'adm_dept', 'encounter.department', facts) ??
    readDepartment(fields, 'dscg_dept', 'encounter.department', facts);
  return {
    id: firstFilled(node(fields, 'mdtrt_id'), node(patient, 'curr_mdtrt_id')),
    type: readType(node(fields, 'med_mdtrt_type'), kind?.type ?? null, scene, tables, facts),
    emergency: kind?.emergency ?? null,
    internet: null,
    medType: node(fields, 'med_type'),
    admittedAt: node(fields, 'adm_date'),
    dischargedAt: node(fields, 'dscg_date'),
    department,
    practitioner: node(fields, 'dr_codg'),
  };
}

interface MedType {
  readonly type: EncounterType;
  readonly emergency: boolean;
}

function readMedType(value: unknown, tables: NationalTables, facts: FactReader): MedType | null {
  const code = echo(value);
  const word = code === null || code === '-' ? null : tables.med_type(code);
  if (word === undefined) facts.note('encounter.medType', 'unknown-code');
  if (typeof word !== 'string') return null;
  const [type, emergency] = word.split(' ');
  return { type: type as EncounterType, emergency: emergency !== undefined };
}

function readType(
  value: unknown,
  byMedType: EncounterType | null,
  scene: unknown,
  tables: NationalTables,
  facts: FactReader,
): EncounterType | null {
  const named = facts.word<EncounterType>('encounter.type', value, tables.med_mdtrt_type);
  if (named === null) {
    const made = byMedType ?? typeOfScene(scene);
    if (made !== null) facts.note('encounter.type', 'repaired');
    return made;
  }
  if (!disagreeAboutStay(named, byMedType)) return named;
  facts.note('encounter.type', 'conflict');
  return byMedType;
}

function currentOf(visit: NationalVisit): readonly NationalEncounter[] {
  return visit.encounters.filter((encounter) => encounter.current);
}

/** The listed diagnoses, and the discharge main diagnosis where the list does not have it. */
function readDiagnoses(visit: NationalVisit, facts: FactReader): readonly RawDiagnosis[] {
  const listed = currentOf(visit).flatMap((encounter) =>
    encounter.diagnoses.map((fields) => ({
      code: node(fields, 'dise_codg'),
      main: node(fields, 'maindise_flag'),
    })),
  );
  const main = node(visit.main.fields, 'dscg_main_dise_codg');
  const code = echo(main);
  if (code === null || isBlank(main) || listed.some((diagnosis) => echo(diagnosis.code) === code))
    return listed;
  facts.note('diagnoses.code', 'repaired');
  return [...listed, { code, main: true }];
}

function readOperation(fields: Fields): RawProcedure {
  return {
    code: node(fields, 'oprn_code'),
    main: node(fields, 'main_oprn_flag'),
    at: node(fields, 'oprn_date'),
  };
}

function readLines(visit: NationalVisit, tables: NationalTables, facts: FactReader): RawClaim['lines'] {
  const institutionLevel = levelOf(visit, tables);
  return visit.encounters.flatMap(({ orders, current }, encounter) =>
    orders.map((order) => readOrder(order, { tables, institutionLevel, encounter, current, facts })),
  );
}

/** '1', '2' or '3': what chooses among list prices; null for unknown. */
export function levelOf(visit: NationalVisit, tables: NationalTables): string | null {
  const level = echo(node(visit.main.fields, 'medins_lv'));
  return level === null ? null : (tables.medins_lv(level) ?? null);
}

const encounterWords: CodeTable = (word) =>
  claimFields['encounter.type'].values.find((known) => known === word);

/** The national codes of a region as words; the type of an encounter is one already. */
export function vocabularyOf(tables: NationalTables): Vocabulary {
  return {
    sex: tables.gend,
    insurance: tables.insutype,
    pregnancy: tables.matn_stas,
    // Read above, together with 医疗类别: what stands in the raw claim is the word already.
    encounterType: encounterWords,
    institutionType: tables.medins_type,
    institutionLevel: tables.medins_lv,
    lineKind: tables.hilist_type,
  };
}
