/**
 * Made-up claims in every format, with item codes of the rule set's own tables: screening them compiles and optimises
 * the code that real claims will run through, before the first real one comes. They are made of the tables alone, so
 * that every thread warms alike.
 */
import type { Clock } from '../src/base/clock.js';
import { packWire } from '../src/base/wire.js';
import type { WireFormat } from '../src/claim/formats/wire-format.js';
import type { Tables } from '../src/ruleset/runtime/tables/tables.js';
import { type BatchReply, type BatchRequest, type Envelope, packSlab } from '../src/screening/protocol.js';
import type { LoadedRuleset } from './ruleset-cache.js';
import { screenBatch } from './screen-batch.js';

/** Rounds over all made-up claims: enough to optimise, and never much longer than this many milliseconds. */
const rounds = { least: 2, most: 400, enoughMs: 400 };

/**
 * Screens made-up claims until the code is warm. Null, or a sentence that says why the rule set cannot be used: it
 * must answer each of them with a decision.
 */
export function warmUp(
  tables: Tables,
  loaded: LoadedRuleset,
  progress: SharedArrayBuffer,
  clock: Clock,
): string | null {
  const bodies = warmUpBodies(tables);
  const startedMs = clock.tickMs();
  for (let round = 0; round < rounds.most; round++) {
    if (round >= rounds.least && clock.tickMs() - startedMs > rounds.enoughMs) break;
    const reply = screenBatch(warmUpBatch(bodies, loaded.id, progress), loaded, clock);
    const failed = reply.outcomes.findIndex(({ status }) => status === 'not_screened');
    if (failed >= 0) return problemOf(failed, bodies, reply);
  }
  return null;
}

function problemOf(
  failed: number,
  bodies: readonly WarmUpBody[],
  { outcomes, crashes }: Pick<BatchReply, 'outcomes' | 'crashes'>,
): string {
  const crash = crashes[0];
  const why =
    crash === undefined
      ? `cause ${outcomes[failed]?.cause}`
      : `${crash.error} ${crash.at}, rule ${crash.rule}`;
  return `a warm-up claim (${bodies[failed]?.format}) was not screened: ${why}`;
}

function warmUpBatch(
  bodies: readonly WarmUpBody[],
  rulesetId: string,
  progress: SharedArrayBuffer,
): BatchRequest {
  const envelopes = bodies.map(({ format }): Envelope => {
    const deadlines = { deadlineMs: Number.POSITIVE_INFINITY, stageDeadlines: null };
    return { format, institution, path: 'advisory', receivedAtMs: 0, ...deadlines };
  });
  return { ...packSlab(bodies.map(({ body }) => body)), envelopes, progress, rulesetId };
}

export interface WarmUpBody {
  readonly format: WireFormat;
  readonly body: Uint8Array;
}

const codesPerTable = 12;
const linesPerClaim = 12;
const institution = 'H00000000000';

/** One body per format and group of codes, every table of the rule set touched. */
export function warmUpBodies(tables: Tables): readonly WarmUpBody[] {
  const codes = tables.names.flatMap((name) => sampleCodes(tables, name));
  const groups: string[][] = [];
  for (let i = 0; i === 0 || i < codes.length; i += linesPerClaim)
    groups.push(codes.slice(i, i + linesPerClaim));
  return groups.flatMap((group, i) => {
    const native = nativeClaim(group, i);
    const national = Buffer.from(JSON.stringify(nationalRequest(group, i)));
    return [
      { format: 'native-json', body: Buffer.from(JSON.stringify(native)) },
      { format: 'native-msgpack', body: packWire(native) },
      { format: 'nhsa-json', body: national },
      // Nothing but ASCII in it, so its bytes are the same in GBK.
      { format: 'nhsa-gbk', body: national },
    ] as const;
  });
}

/** Evenly spread over the keys of the table. */
function sampleCodes(tables: Tables, name: string): readonly string[] {
  const { keyNumbers } = tables.get(name);
  const step = Math.max(1, Math.floor(keyNumbers.length / codesPerTable));
  const chosen = keyNumbers.filter((_, position) => position % step === 0);
  return Array.from(chosen, (number) => tables.text(number));
}

const inpatient = (variant: number) => variant % 2 === 0;

function nativeClaim(codes: readonly string[], variant: number): unknown {
  return {
    eventId: `warm-up-${variant}`,
    kind: 'screening',
    scene: inpatient(variant) ? 9 : 2,
    sentAt: '2026-03-18T10:21:40+08:00',
    institution: { code: institution, level: 1 + (variant % 3), type: 'hospital', region: '000000' },
    patient: {
      id: `warm-up-${variant}`,
      sex: variant % 3 === 0 ? 'female' : 'male',
      birthDate: `${1950 + ((variant * 7) % 75)}-05-20`,
      insurance: 'resident',
      region: '000000',
      pregnancy: 'none',
    },
    encounter: {
      id: `warm-up-${variant}`,
      type: inpatient(variant) ? 'inpatient' : 'outpatient',
      emergency: false,
      medType: inpatient(variant) ? '21' : '11',
      admittedAt: '2026-03-11T08:12:00+08:00',
      dischargedAt: inpatient(variant) ? '2026-03-18T10:05:00+08:00' : null,
      department: 'A04',
      practitioner: 'D000000000000',
    },
    diagnoses: [{ code: 'I20.000', name: '-', main: true }],
    procedures: [{ code: '36.0700', name: '-', main: true, at: '2026-03-13T14:20:00+08:00' }],
    lines: codes.map((code, i) => nativeLine(code, i)),
  };
}

function nativeLine(code: string, position: number): unknown {
  return {
    id: `L${position}`,
    itemCode: code,
    itemName: '-',
    kind: 'service',
    quantity: 1 + (position % 3),
    unitPrice: '12.50',
    amount: (12.5 * (1 + (position % 3))).toFixed(2),
    at: `2026-03-${12 + (position % 5)}T09:30:00+08:00`,
    department: 'A04',
    practitioner: 'D000000000000',
    prescriptionId: `P${position % 4}`,
    current: true,
    selfPaid: false,
    days: null,
    traceCodes: [],
    splitPack: false,
  };
}

function nationalRequest(codes: readonly string[], variant: number): unknown {
  return {
    infno: inpatient(variant) ? '3102' : '3101',
    msgid: `${institution}${variant}`,
    mdtrtarea_admvs: '000000',
    insuplc_admdvs: '000000',
    inf_time: '2026-03-18 10:21:40',
    fixmedins_code: institution,
    input: {
      data: {
        task_id: `warm-up-${variant}`,
        trig_scen: inpatient(variant) ? '9' : '2',
        patient_dtos: [nationalPatient(codes, variant)],
      },
    },
  };
}

function nationalPatient(codes: readonly string[], variant: number): unknown {
  return {
    patn_id: `warm-up-${variant}`,
    gend: variant % 3 === 0 ? '2' : '1',
    brdy: `${1950 + ((variant * 7) % 75)}-05-20`,
    poolarea: '000000',
    curr_mdtrt_id: `warm-up-${variant}`,
    fsi_encounter_dtos: [
      {
        mdtrt_id: `warm-up-${variant}`,
        medins_id: institution,
        medins_admdvs: '000000',
        medins_type: 'A1',
        medins_lv: '05',
        adm_date: '2026-03-11 08:12:00',
        dscg_date: inpatient(variant) ? '2026-03-18 10:05:00' : '9999-12-31 00:00:00',
        dscg_main_dise_codg: 'I20.000',
        dr_codg: 'D000000000000',
        adm_dept_codg: 'A04',
        med_mdtrt_type: inpatient(variant) ? '2' : '1',
        med_type: inpatient(variant) ? '21' : '11',
        matn_stas: '0',
        insutype: '390',
        fsi_diagnose_dtos: [{ dise_id: 'D1', maindise_flag: '1', dise_codg: 'I20.000' }],
        fsi_operation_dtos: [{ oprn_code: '36.0700', main_oprn_flag: '1', oprn_date: '2026-03-13 14:20:00' }],
        fsi_order_dtos: codes.map((code, i) => nationalLine(code, i)),
      },
    ],
  };
}

function nationalLine(code: string, position: number): unknown {
  const count = 1 + (position % 3);
  return {
    rx_id: `L${position}`,
    rxno: `P${position % 4}`,
    hilist_type: '201',
    chrg_type: '06',
    hilist_code: code,
    hilist_lv: '02',
    hilist_pric: 12.5,
    cnt: String(count),
    pric: '12.50',
    sumamt: (12.5 * count).toFixed(2),
    ownpay_amt: 0,
    selfpay_amt: 0,
    drord_begn_date: `2026-03-${12 + (position % 5)} 09:30:00`,
    drord_stop_date: null,
    drord_dept_codg: 'A04',
    drord_dr_codg: 'D000000000000',
    curr_drord_flag: '1',
  };
}
