/** The native claim: one shape in JSON and in MessagePack, its codes the field table's English words. */
import type { ClaimKind, EncounterType } from '../claim.js';
import type { Dictionaries, NationalTables } from '../dictionaries.js';
import { disagreeAboutStay } from '../encounter-type.js';
import type { CodeTable } from '../facts.js';
import { claimFields, claimLimits } from '../fields.js';
import { NoteTaker } from '../notes.js';
import type { RawClaim, RawDiagnosis, RawLine, RawProcedure, Vocabulary } from '../raw-claim.js';
import { type Fields, isFields, limitSize, own, wrongShape } from './structure.js';

const wordsOf =
  (values: readonly string[]): CodeTable =>
  (code) =>
    values.includes(code) ? code : undefined;

const vocabulary: Vocabulary = {
  sex: wordsOf(claimFields['patient.sex'].values),
  insurance: wordsOf(claimFields['patient.insurance'].values),
  pregnancy: wordsOf(claimFields['patient.pregnancy'].values),
  encounterType: wordsOf(claimFields['encounter.type'].values),
  institutionType: wordsOf(claimFields['institution.type'].values),
  institutionLevel: wordsOf(['1', '2', '3']),
  lineKind: wordsOf(claimFields['lines.kind'].values),
};

/** Settles the structure of a native claim; throws WrongStructure where it is not one. */
export function readNative(root: Fields, dictionaries: Dictionaries): RawClaim {
  refuseForeign(root);
  const notes = new NoteTaker();
  const institution = part(root, 'institution');
  const patient = part(root, 'patient');
  const encounter = part(root, 'encounter');
  return {
    eventId: own(root, 'eventId'),
    kind: readKind(own(root, 'kind'), notes),
    scene: own(root, 'scene'),
    sentAt: own(root, 'sentAt'),
    claimId: own(root, 'claimId'),
    reverses: own(part(root, 'reverses'), 'claimId'),
    institution: {
      code: own(institution, 'code'),
      level: own(institution, 'level'),
      type: own(institution, 'type'),
      region: own(institution, 'region'),
    },
    patient: {
      id: own(patient, 'id'),
      sex: own(patient, 'sex'),
      birthDate: own(patient, 'birthDate'),
      insurance: own(patient, 'insurance'),
      region: own(patient, 'region'),
      pregnancy: own(patient, 'pregnancy'),
    },
    encounter: {
      id: own(encounter, 'id'),
      type: readType(encounter, dictionaries.forRegion(text(own(institution, 'region'))), notes),
      emergency: own(encounter, 'emergency'),
      internet: own(encounter, 'internet'),
      medType: own(encounter, 'medType'),
      admittedAt: own(encounter, 'admittedAt'),
      dischargedAt: own(encounter, 'dischargedAt'),
      department: own(encounter, 'department'),
      practitioner: own(encounter, 'practitioner'),
    },
    diagnoses: list(root, 'diagnoses', '', claimLimits.diagnoses).map(readDiagnosis),
    procedures: list(root, 'procedures', '', claimLimits.procedures).map(readProcedure),
    lines: list(root, 'lines', '', claimLimits.lines).map(readLine),
    vocabulary,
    notes,
  };
}

function readType(encounter: Fields, tables: NationalTables, notes: NoteTaker): unknown {
  const named = own(encounter, 'type');
  const byMedType = typeOfMedType(text(own(encounter, 'medType')), tables);
  const isKnown = vocabulary.encounterType(String(named)) !== undefined;
  if (!isKnown || !disagreeAboutStay(named as EncounterType, byMedType)) return named;
  notes.note('encounter.type', 'conflict');
  return byMedType;
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value.trim() : null);

function typeOfMedType(medType: string | null, tables: NationalTables): EncounterType | null {
  const word = medType === null ? null : tables.med_type(medType);
  return typeof word === 'string' ? (word.split(' ')[0] as EncounterType) : null;
}

/** Unknown keys are ignored, so a body of another form would read as a claim of nothing, and pass. */
function refuseForeign(root: Fields): void {
  const parts = ['kind', 'institution', 'patient', 'encounter', 'lines'];
  if (parts.some((name) => own(root, name) !== undefined)) return;
  if (own(root, 'infno') === undefined && own(root, 'input') === undefined) {
    wrongShape('the root', `a claim (${parts.join(', ')})`);
  }
  wrongShape('the root', 'a native claim, not the national envelope');
}

/** What happened decides what is done with the claim, so an unknown word is not guessed at. */
function readKind(value: unknown, notes: NoteTaker): ClaimKind {
  if (value === undefined || value === null) {
    notes.note('claim.kind', 'missing');
    return 'screening';
  }
  const kinds: readonly ClaimKind[] = claimFields['claim.kind'].values;
  return kinds.find((kind) => kind === value) ?? wrongShape('kind', `one of ${kinds.join(', ')}`);
}

const nothing: Fields = {};

function part(fields: Fields, name: string): Fields {
  const value = own(fields, name) ?? nothing;
  return isFields(value) ? value : wrongShape(name, 'an object');
}

function list(fields: Fields, name: string, prefix: string, limit: number): readonly Element[] {
  const values = plainList(fields, name, prefix, limit);
  return values.map((value, i) => {
    const place = `${prefix}${name}[${i}]`;
    return { place, fields: isFields(value) ? value : wrongShape(place, 'an object') };
  });
}

interface Element {
  readonly place: string;
  readonly fields: Fields;
}

function plainList(fields: Fields, name: string, prefix: string, limit: number): readonly unknown[] {
  const values = own(fields, name) ?? [];
  if (!Array.isArray(values)) return wrongShape(`${prefix}${name}`, 'a list');
  limitSize(values.length, limit, `${prefix}${name}`);
  return values;
}

function readDiagnosis({ fields }: Element): RawDiagnosis {
  return { code: own(fields, 'code'), main: own(fields, 'main') };
}

function readProcedure({ fields }: Element): RawProcedure {
  return { code: own(fields, 'code'), main: own(fields, 'main'), at: own(fields, 'at') };
}

function readLine({ fields, place }: Element): RawLine {
  return {
    id: own(fields, 'id'),
    itemCode: own(fields, 'itemCode'),
    itemName: own(fields, 'itemName'),
    kind: own(fields, 'kind'),
    quantity: own(fields, 'quantity'),
    unitPrice: own(fields, 'unitPrice'),
    listPrice: own(fields, 'listPrice'),
    amount: own(fields, 'amount'),
    at: own(fields, 'at'),
    until: own(fields, 'until'),
    department: own(fields, 'department'),
    practitioner: own(fields, 'practitioner'),
    prescriptionId: own(fields, 'prescriptionId'),
    current: own(fields, 'current'),
    selfPaid: own(fields, 'selfPaid'),
    days: own(fields, 'days'),
    traceCodes: plainList(fields, 'traceCodes', `${place}.`, claimLimits.traceCodesPerLine),
    splitPack: own(fields, 'splitPack'),
    reverses: own(fields, 'reverses'),
    encounter: 0,
  };
}
