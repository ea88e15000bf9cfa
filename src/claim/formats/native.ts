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

export const vocabulary: Vocabulary = {
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
  const [type, medType] = [own(encounter, 'type'), own(encounter, 'medType')];
  const typed = { type, medType, region: own(institution, 'region') };
  return {
    eventId: own(root, 'eventId'),
    kind: readKind(own(root, 'kind'), notes) ?? wrongShape('kind', `one of ${kinds.join(', ')}`),
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
      type: readEncounterType(typed, dictionaries, notes),
      emergency: own(encounter, 'emergency'),
      internet: own(encounter, 'internet'),
      medType,
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

interface SentType {
  readonly type: unknown;
  readonly medType: unknown;
  /** The institution's. */
  readonly region: unknown;
}

/** The national code names the type as well, and is what the bill is settled by. */
export function readEncounterType(sent: SentType, dictionaries: Dictionaries, notes: NoteTaker): unknown {
  const { type } = sent;
  const isKnown = typeof type === 'string' && vocabulary.encounterType(type) !== undefined;
  const medType = text(sent.medType);
  if (!isKnown || medType === null) return type;
  const byMedType = typeOfMedType(medType, dictionaries.forRegion(text(sent.region)));
  if (!disagreeAboutStay(type as EncounterType, byMedType)) return type;
  notes.note('encounter.type', 'conflict');
  return byMedType;
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value.trim() : null);

function typeOfMedType(medType: string, tables: NationalTables): EncounterType | null {
  const word = tables.med_type(medType);
  return typeof word === 'string' ? (word.split(' ')[0] as EncounterType) : null;
}

const parts = ['kind', 'institution', 'patient', 'encounter', 'lines'] as const;

/**
 * Whether a root has any part of a claim. Unknown keys are ignored, so a body of another form would read as a
 * claim of nothing, and pass.
 */
export function isNativeRoot(valueAt: (name: (typeof parts)[number]) => unknown): boolean {
  return parts.some((name) => valueAt(name) !== undefined);
}

function refuseForeign(root: Fields): void {
  if (isNativeRoot((name) => own(root, name))) return;
  if (own(root, 'infno') === undefined && own(root, 'input') === undefined) {
    wrongShape('the root', `a claim (${parts.join(', ')})`);
  }
  wrongShape('the root', 'a native claim, not the national envelope');
}

const kinds: readonly ClaimKind[] = claimFields['claim.kind'].values;

/** What happened decides what is done with the claim, so an unknown word is not guessed at: null. */
export function readKind(value: unknown, notes: NoteTaker): ClaimKind | null {
  if (value === undefined || value === null) {
    notes.note('claim.kind', 'missing');
    return 'screening';
  }
  return kinds.find((kind) => kind === value) ?? null;
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
