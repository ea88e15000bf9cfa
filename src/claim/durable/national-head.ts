/** Who, where and which visit: the head of a national message of charging or settling, as a raw claim. */
import type { ClaimKind, EncounterType } from '../claim.js';
import type { NationalTables } from '../dictionaries.js';
import { disagreeAboutStay } from '../encounter-type.js';
import { claimLimits } from '../fields.js';
import { echo, isBlank, node, nodeList } from '../formats/nhsa/nodes.js';
import { readDepartment } from '../formats/nhsa/order.js';
import { vocabularyOf } from '../formats/nhsa/read-national.js';
import type { RawClaim, RawDiagnosis, RawLine } from '../raw-claim.js';
import { type Envelope, pick } from './national-envelope.js';

export interface EventIdentity {
  readonly kind: ClaimKind;
  /** What the transaction itself says of the visit. */
  readonly type: EncounterType | null;
  /** 结算ID, or what stands for it; the encounter's id where there is none. */
  readonly settlement: unknown;
  /** Whether the event undoes the claim that its settlement id names. */
  readonly undoes: boolean;
}

/** The raw claim of an event. */
export function readHead(
  envelope: Envelope,
  { kind, type, settlement, undoes }: EventIdentity,
  lines: readonly RawLine[],
): RawClaim {
  const { root, heads, rows, tables, area, notes } = envelope;
  const everywhere = [...heads, ...rows];
  const claimId = claimIdOf(envelope, settlement);
  return {
    eventId: node(root, 'msgid'),
    kind,
    scene: null,
    sentAt: node(root, 'inf_time'),
    claimId,
    reverses: undoes ? claimId : null,
    institution: {
      code: node(root, 'fixmedins_code'),
      level: pick(heads, 'medins_lv'),
      type: pick(heads, 'medins_type'),
      region: isBlank(area) ? null : area,
    },
    patient: {
      id: pick(everywhere, 'psn_no'),
      sex: pick(heads, 'gend'),
      birthDate: pick(heads, 'brdy'),
      insurance: pick(everywhere, 'insutype'),
      region: isBlank(node(root, 'insuplc_admdvs')) ? null : node(root, 'insuplc_admdvs'),
      pregnancy: pick(heads, 'matn_stas'),
    },
    encounter: readEncounter(envelope, type),
    diagnoses: readDiagnoses(envelope),
    procedures: [],
    lines,
    vocabulary: vocabularyOf(tables),
    notes,
  };
}

/** `<institution>/<settlement>`; null leaves the claim its default. */
function claimIdOf({ institution, facts }: Envelope, settlement: unknown): string | null {
  const id = isBlank(settlement) ? null : facts.text('claim.claimId', settlement);
  return id === null || institution === null ? null : `${institution}/${id}`;
}

function readEncounter(envelope: Envelope, byTransaction: EncounterType | null): RawClaim['encounter'] {
  const { heads, rows, tables, data, facts } = envelope;
  const everywhere = [...heads, ...rows];
  const medType = pick(everywhere, 'med_type');
  const kind = readMedType(medType, tables);
  if (kind === undefined) facts.note('encounter.medType', 'unknown-code');
  const byMedType = kind?.type ?? null;
  if (byTransaction !== null && disagreeAboutStay(byTransaction, byMedType)) {
    facts.note('encounter.type', 'conflict');
  }
  const rescue = echo(pick(heads, 'er_flag')) === '1';
  return {
    id: pick(everywhere, 'mdtrt_id', 'mdtrt_sn'),
    type: byMedType ?? byTransaction,
    emergency: rescue ? true : (kind?.emergency ?? null),
    internet: null,
    medType,
    admittedAt: pick(heads, 'begntime', 'adm_time', 'adm_date', 'begndate'),
    dischargedAt: pick(heads, 'dscg_time', 'dscg_date', 'endtime', 'enddate'),
    department:
      readDepartment(data, 'adm_dept', 'encounter.department', facts) ??
      readDepartment(data, 'dscg_dept', 'encounter.department', facts),
    practitioner: pick(heads, 'atddr_no', 'dr_codg', 'chfpdr_code'),
  };
}

interface MedType {
  readonly type: EncounterType;
  readonly emergency: boolean;
}

/** What a medical category means; null where it is none or says neither, undefined for an unknown one. */
function readMedType(value: unknown, tables: NationalTables): MedType | null | undefined {
  const code = echo(value);
  if (code === null) return null;
  const word = tables.med_type(code);
  if (typeof word !== 'string') return word;
  const [type, emergency] = word.split(' ');
  return { type: type as EncounterType, emergency: emergency !== undefined };
}

function readDiagnoses({ input, data }: Envelope): readonly RawDiagnosis[] {
  const listed = nodeList(pick([input, data], 'diseinfo'), 'diseinfo', claimLimits.diagnoses);
  return listed.map((fields) => ({
    code: pick([fields], 'diag_code', 'dise_codg'),
    main: pick([fields], 'maindiag_flag', 'maindise_flag'),
  }));
}
