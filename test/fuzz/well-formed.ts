/** What holds for every outcome, whatever the bytes were. */
import type { Claim, Line } from '../../src/claim/claim.js';
import { isAreaCode, isDiagnosisCode, isProcedureCode, kindOfItemCode } from '../../src/claim/codes.js';
import { claimFields, claimLimits, type FieldPath, type FieldSpec } from '../../src/claim/fields.js';
import { unreadableCodes } from '../../src/claim/unreadable.js';
import type { Outcome, Reply } from './subject.js';

const problems = new Set(['malformed', 'placeholder', 'unknown-code', 'repaired', 'missing', 'conflict']);
const formats = new Set(['native-json', 'native-msgpack', 'nhsa-json', 'nhsa-gbk']);
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for.
const controlCharacters = /[\u0000-\u001f\u007f]/;
const replyTextLength = 128;
const dayMs = 86_400_000;
/** The years that readers accept, with a day to spare for offsets. */
const instants = { min: Date.UTC(1901, 0, 1) - dayMs, max: Date.UTC(2099, 0, 1) + dayMs };

/** The first thing that is wrong with an outcome; null for none. */
export function illFormed(outcome: Outcome): string | null {
  const check = new Check();
  if (outcome.ok) checkRead(outcome, check);
  else checkRefusal(outcome, check);
  return check.problem;
}

class Check {
  problem: string | null = null;

  that(holds: boolean, problem: string): void {
    if (!holds) this.problem ??= problem;
  }

  text(value: string | null, field: FieldPath): void {
    const spec: FieldSpec = claimFields[field];
    const length = spec.maxLength ?? replyTextLength;
    const fine = value === null || (typeof value === 'string' && value !== '' && value.length <= length);
    this.that(fine && (value === null || !controlCharacters.test(value)), `${field} is no short text`);
  }

  word(value: unknown, field: FieldPath): void {
    const spec: FieldSpec = claimFields[field];
    this.that(
      value === null || spec.values?.includes(value as string) === true,
      `${field} is no word of its table`,
    );
  }

  flag(value: unknown, field: FieldPath, orNull = true): void {
    this.that(typeof value === 'boolean' || (orNull && value === null), `${field} is no flag`);
  }

  /** An integer, never negative zero, in `unit`s of the field's bounds. */
  number(value: number | null, field: FieldPath, unit = 1): void {
    const spec: FieldSpec = claimFields[field];
    const [min, max] = [(spec.min ?? 0) * unit, (spec.max ?? Number.MAX_SAFE_INTEGER) * unit];
    const fine = Number.isSafeInteger(value) && !Object.is(value, -0) && value! >= min && value! <= max;
    this.that(value === null || fine, `${field} is out of bounds`);
  }

  instant(value: number | null, field: FieldPath): void {
    const fine = Number.isSafeInteger(value) && value! >= instants.min && value! <= instants.max;
    this.that(value === null || fine, `${field} is no instant`);
  }

  keys(value: object, allowed: readonly string[]): void {
    const strange = Object.keys(value).find((key) => !allowed.includes(key));
    this.that(strange === undefined, 'the claim has a property that it has not');
  }
}

function checkRefusal({ unreadable, reply }: Outcome & { ok: false }, check: Check): void {
  const { code, message, eventId, claimId } = unreadable;
  if (reply !== null) checkReply(reply, check);
  check.that(Object.hasOwn(unreadableCodes, code), 'the refusal has an unknown code');
  // Names of nodes and positions; anything longer or beyond ASCII came from the body.
  check.that(/^[\x20-\x7e]{1,160}\.$/.test(message), 'the refusal quotes the body');
  check.text(eventId, 'claim.eventId');
  check.text(claimId, 'claim.claimId');
}

function checkRead({ claim, format, reply }: Outcome & { ok: true }, check: Check): void {
  check.that(formats.has(format), 'the format is unknown');
  checkHead(claim, check);
  const ids = new Set(claim.lines.map((line) => line.id));
  check.that(ids.size === claim.lines.length, 'line ids repeat');
  check.that(claim.lines.length <= claimLimits.lines, 'more lines than the limit');
  for (const line of claim.lines) checkLine(line, check);
  checkNotes(claim, ids, check);
  checkReply(reply, check);
  const national = format.startsWith('nhsa');
  check.that(
    reply.lines.every((line) => (line !== undefined) === national),
    'the reply lacks a line, or has one for a native claim',
  );
}

function checkReply({ texts, lines }: Reply, check: Check): void {
  const repeated = [...Object.values(texts), ...lines.flatMap((line) => [line?.lineId, line?.encounterId])];
  const short = repeated.every((text) => (text?.length ?? 0) <= replyTextLength);
  check.that(short, 'the reply repeats a long text');
}

const partKeys = {
  claim: ['eventId', 'kind', 'scene', 'sentAt', 'claimId', 'reverses', 'institution', 'patient', 'encounter'],
  lists: ['diagnoses', 'procedures', 'lines', 'notes'],
  institution: ['code', 'level', 'type', 'region'],
  patient: ['key', 'sex', 'birthDate', 'insurance', 'region', 'pregnancy'],
  encounter: ['id', 'type', 'emergency', 'internet', 'medType', 'admittedAt', 'dischargedAt'],
} as const;

function checkHead(claim: Claim, check: Check): void {
  const { institution, patient, encounter } = claim;
  check.keys(claim, [...partKeys.claim, ...partKeys.lists]);
  check.text(claim.eventId, 'claim.eventId');
  check.text(claim.reverses ?? null, 'claim.claimId');
  check.that(claim.claimId === null || claim.claimId.length <= replyTextLength, 'claim.claimId is too long');
  check.that(claim.kind !== null, 'claim.kind is missing');
  check.word(claim.kind, 'claim.kind');
  check.number(claim.scene, 'claim.scene');
  check.instant(claim.sentAt, 'claim.sentAt');

  check.keys(institution, partKeys.institution);
  check.text(institution.code, 'institution.code');
  check.number(institution.level, 'institution.level');
  check.word(institution.type, 'institution.type');
  check.that(institution.region === null || isAreaCode(institution.region), 'institution.region is no area');

  check.keys(patient, partKeys.patient);
  check.that(patient.key === null || /^[0-9a-f]{64}$/.test(patient.key), 'patient.key is no hash');
  check.word(patient.sex, 'patient.sex');
  check.that(
    patient.birthDate === null || Number.isSafeInteger(patient.birthDate),
    'patient.birthDate is no day',
  );
  check.word(patient.insurance, 'patient.insurance');
  check.that(patient.region === null || isAreaCode(patient.region), 'patient.region is no area');
  check.word(patient.pregnancy, 'patient.pregnancy');

  check.keys(encounter, [...partKeys.encounter, 'department', 'practitioner']);
  check.text(encounter.id, 'encounter.id');
  check.word(encounter.type, 'encounter.type');
  check.flag(encounter.emergency, 'encounter.emergency');
  check.flag(encounter.internet, 'encounter.internet');
  check.text(encounter.medType, 'encounter.medType');
  check.instant(encounter.admittedAt, 'encounter.admittedAt');
  check.instant(encounter.dischargedAt, 'encounter.dischargedAt');
  check.text(encounter.department, 'encounter.department');
  check.text(encounter.practitioner, 'encounter.practitioner');
  checkLists(claim, check);
}

function checkLists({ diagnoses, procedures }: Claim, check: Check): void {
  for (const { code, main } of diagnoses) {
    check.that(code === null || isDiagnosisCode(code), 'diagnoses.code is no national code');
    check.flag(main, 'diagnoses.main');
  }
  for (const { code, main, at } of procedures) {
    check.that(code === null || isProcedureCode(code), 'procedures.code is no national code');
    check.flag(main, 'procedures.main');
    check.instant(at, 'procedures.at');
  }
}

const e4 = 10_000;

function checkLine(line: Line, check: Check): void {
  check.that(line.id !== '' && typeof line.id === 'string', 'lines.id is missing');
  check.that(
    line.itemCode === null || kindOfItemCode(line.itemCode) !== null,
    'lines.itemCode is not national',
  );
  check.that(line.itemName === null || [...line.itemName].length <= 200, 'lines.itemName is too long');
  check.word(line.kind, 'lines.kind');
  check.number(line.quantityE4, 'lines.quantity', e4);
  check.number(line.unitPriceE4Fen, 'lines.unitPrice', e4);
  check.number(line.listPriceE4Fen, 'lines.listPrice', e4);
  check.number(line.amountFen, 'lines.amount');
  check.instant(line.at, 'lines.at');
  check.that(line.at !== null || !line.atTimed, 'a time of day without a day');
  check.instant(line.until, 'lines.until');
  check.text(line.department, 'lines.department');
  check.text(line.practitioner, 'lines.practitioner');
  check.text(line.prescriptionId, 'lines.prescriptionId');
  check.flag(line.current, 'lines.current', false);
  check.flag(line.selfPaid, 'lines.selfPaid', false);
  check.flag(line.splitPack, 'lines.splitPack', false);
  check.number(line.days, 'lines.days');
  for (const code of line.traceCodes) check.text(code, 'lines.traceCodes');
  check.text(line.reverses, 'lines.reverses');
  checkNet(line.netQuantityE4, line.quantityE4, line, check);
  checkNet(line.netAmountFen, line.amountFen, line, check);
  check.that(!line.payable || (!line.refund && !line.selfPaid), 'a refund or a self-paid line is payable');
}

/** Refunds leave a line between nothing and what was charged. */
function checkNet(net: number | null, gross: number | null, line: Line, check: Check): void {
  if (line.refund) check.that(net === 0, 'a refund has a net of its own');
  else if (net !== null) {
    check.that(Number.isSafeInteger(net) && net >= 0 && !Object.is(net, -0), 'a net is no amount');
    check.that(net <= (gross ?? 0), 'a net exceeds what was charged');
  }
}

function checkNotes(claim: Claim, ids: ReadonlySet<string>, check: Check): void {
  const seen = new Set<string>();
  for (const { field, problem, line } of claim.notes) {
    check.that(Object.hasOwn(claimFields, field), 'a note names no field');
    check.that(problems.has(problem), 'a note names no problem');
    check.that(line === null || ids.has(line), 'a note names a line that the claim has not');
    seen.add(JSON.stringify([field, problem, line]));
  }
  check.that(seen.size === claim.notes.length, 'a note is there twice');
}
