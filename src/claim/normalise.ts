/**
 * Raw claim to Claim: every fact read once, unknown stays null, what was repaired or dropped is noted. Names
 * end before this file (raw claims have no place for them); the person number ends here, in the patient key.
 */
import type { EpochMs } from '../base/calendar.js';
import { dayOf } from '../base/calendar.js';
import type {
  Claim,
  Diagnosis,
  Encounter,
  EncounterType,
  Institution,
  InstitutionType,
  Insurance,
  Patient,
  Pregnancy,
  Procedure,
  Scene,
  Sex,
} from './claim.js';
import { isAreaCode, isDiagnosisCode, isProcedureCode, readInstitutionCode } from './codes.js';
import type { ClaimHead } from './columns/claim-columns.js';
import { FactReader } from './facts.js';
import { claimFields, type FieldPath, type FieldSpec } from './fields.js';
import { KeyedPatient, plainPatient } from './keyed-patient.js';
import { readLines } from './lines.js';
import type { PatientKeyer } from './patient-key.js';
import type { RawClaim, RawDiagnosis, RawProcedure } from './raw-claim.js';

/**
 * Total: a claim comes out whatever the facts are. `patientKey` turns a person number into the key that is
 * kept.
 */
export function normalise(raw: RawClaim, patientKey: PatientKeyer): Claim {
  const head = normaliseHead(raw, patientKey);
  return {
    ...head,
    patient: plainPatient(head.patient),
    lines: readLines(raw.lines, raw.vocabulary, raw.notes),
  };
}

/**
 * Everything but the lines. `notes` grows as the lines are read; the patient's key is made when it is first asked
 * for.
 */
export function normaliseHead(raw: RawClaim, patientKey: PatientKeyer): ClaimHead {
  const facts = new FactReader(raw.notes);
  const institution = readInstitution(raw, facts);
  const sentAt = facts.instant('claim.sentAt', raw.sentAt).at;
  const encounter = readEncounter(raw, facts);
  const claimId = facts.text('claim.claimId', raw.claimId) ?? defaultClaimId(institution, encounter);
  const reverses = facts.text('claim.claimId', raw.reverses);
  return {
    eventId: facts.text('claim.eventId', raw.eventId),
    kind: raw.kind,
    scene: readScene(raw.scene, facts),
    sentAt,
    claimId,
    ...(reverses === null ? {} : { reverses }),
    institution,
    patient: readPatient(raw, institution.region, sentAt, patientKey, facts),
    encounter,
    diagnoses: raw.diagnoses.map((diagnosis) => readDiagnosis(diagnosis, facts)),
    procedures: raw.procedures.map((procedure) => readProcedure(procedure, facts)),
    notes: raw.notes.notes,
  };
}

/** `<institution>/<encounter>`; null where either is unknown. */
export function defaultClaimId(
  institution: Pick<Institution, 'code'>,
  encounter: Pick<Encounter, 'id'>,
): string | null {
  return institution.code === null || encounter.id === null ? null : `${institution.code}/${encounter.id}`;
}

function readScene(value: unknown, facts: FactReader): Scene | null {
  const spec: FieldSpec = claimFields['claim.scene'];
  const known = (code: string) =>
    /^\d{1,2}$/.test(code) && Number(code) >= 1 && Number(code) <= (spec.max ?? 0);
  const word = facts.word('claim.scene', value, (code) => (known(code) ? code : undefined));
  return word === null ? null : (Number(word) as Scene);
}

function readInstitution(raw: RawClaim, facts: FactReader): Institution {
  const { institution, vocabulary } = raw;
  const code = facts.text('institution.code', institution.code);
  const carried = code === null ? null : readInstitutionCode(code);
  if (code !== null && carried === null) facts.note('institution.code', 'unknown-code');
  const level = facts.word('institution.level', institution.level, vocabulary.institutionLevel);
  const type = facts.word<InstitutionType>('institution.type', institution.type, vocabulary.institutionType);
  const region = readArea('institution.region', institution.region, facts);
  return {
    code,
    level: level === null ? null : Number(level),
    type: type ?? carried?.type ?? null,
    region: region ?? carried?.region ?? null,
  };
}

function readArea(field: FieldPath, value: unknown, facts: FactReader): string | null {
  const area = facts.text(field, value);
  if (area === null || isAreaCode(area)) return area;
  facts.note(field, 'unknown-code');
  return null;
}

function readPatient(
  raw: RawClaim,
  region: string | null,
  sentAt: EpochMs | null,
  patientKey: PatientKeyer,
  facts: FactReader,
): Patient {
  const { patient, vocabulary } = raw;
  const number = facts.text('patient.id', patient.id);
  const born = facts.day('patient.birthDate', patient.birthDate);
  const unborn = born !== null && sentAt !== null && born > dayOf(sentAt);
  if (unborn) facts.note('patient.birthDate', 'conflict');
  // The institution's region, not the patient's: senders fill it alike in every message about a person.
  return new KeyedPatient(number === null ? null : () => patientKey(number, region), {
    sex: facts.word<Sex>('patient.sex', patient.sex, vocabulary.sex),
    birthDate: unborn ? null : born,
    insurance: facts.word<Insurance>('patient.insurance', patient.insurance, vocabulary.insurance),
    region: readArea('patient.region', patient.region, facts),
    pregnancy: facts.word<Pregnancy>('patient.pregnancy', patient.pregnancy, vocabulary.pregnancy),
  });
}

function readEncounter(raw: RawClaim, facts: FactReader): Encounter {
  const { encounter, vocabulary } = raw;
  const admittedAt = facts.instant('encounter.admittedAt', encounter.admittedAt).at;
  const discharged = facts.instant('encounter.dischargedAt', encounter.dischargedAt).at;
  const tooEarly = admittedAt !== null && discharged !== null && discharged < admittedAt;
  if (tooEarly) facts.note('encounter.dischargedAt', 'conflict');
  return {
    id: facts.text('encounter.id', encounter.id),
    type: facts.word<EncounterType>('encounter.type', encounter.type, vocabulary.encounterType),
    emergency: facts.flag('encounter.emergency', encounter.emergency),
    internet: facts.flag('encounter.internet', encounter.internet),
    medType: facts.text('encounter.medType', encounter.medType),
    admittedAt,
    dischargedAt: tooEarly ? null : discharged,
    department: facts.text('encounter.department', encounter.department),
    practitioner: facts.text('encounter.practitioner', encounter.practitioner),
  };
}

function readDiagnosis(raw: RawDiagnosis, facts: FactReader): Diagnosis {
  return {
    code: readShaped('diagnoses.code', raw.code, isDiagnosisCode, facts),
    main: facts.flag('diagnoses.main', raw.main),
  };
}

function readProcedure(raw: RawProcedure, facts: FactReader): Procedure {
  return {
    code: readShaped('procedures.code', raw.code, isProcedureCode, facts),
    main: facts.flag('procedures.main', raw.main),
    at: facts.instant('procedures.at', raw.at).at,
  };
}

/** A hospital-local code is unknown: it may stand for any national one. */
function readShaped(
  field: FieldPath,
  value: unknown,
  isNational: (code: string) => boolean,
  facts: FactReader,
): string | null {
  const code = facts.text(field, value);
  if (code === null || isNational(code)) return code;
  facts.note(field, 'unknown-code');
  return null;
}
