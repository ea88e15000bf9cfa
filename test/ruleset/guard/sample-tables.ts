/** Small tables for rules of the guard's tests; names and numbers are invented. */
import type { TableText } from '../rule-sources.js';

export interface SampleTable extends TableText {
  /** Instead of `key: codes`. */
  readonly head: string;
}

const drug = 'XC05CAQ005B001010100526';

function table(head: string, schema: string, ...rows: readonly string[]): SampleTable {
  return { head, schema, rows };
}

export const sampleTables: Readonly<Record<string, SampleTable>> = {
  institution_funds: table(
    'key: place\ntitle: 机构本年可用金额',
    'place: { type: code }\nleft: { type: money }\ncases: { type: integer }',
    ',,1,,,,,judged,H35010200417,1000000,900',
  ),
  price_caps: table(
    'key: codes\ntitle: 项目限价',
    'codes: { type: codes }\nmost: { type: money }',
    'KP-1,1,1,,2026-01-01,,,stated,003101000140000,120',
  ),
  stay_caps: table(
    'key: visit\ntitle: 各类就诊',
    'visit: { type: code }\nmost: { type: integer }',
    ',,1,,,,,judged,inpatient,15',
  ),
  course_caps: table(
    'key: codes\ntitle: 支付疗程',
    'codes: { type: codes }\nmost: { type: integer }',
    `KP-2,6,1,,2026-01-01,,,stated,${drug},14`,
  ),
  course_caps_alone: table(
    'key: codes\ntitle: 支付疗程',
    'codes: { type: codes }\nmost: { type: integer }',
    `,,1,,2026-01-01,,,judged,${drug},14`,
  ),
  item_totals: table(
    'key: codes\ntitle: 限定报销总额',
    'codes: { type: codes }\nmost: { type: money }',
    'KP-3,1,1,,2026-01-01,,,stated,003101000140000,3000',
  ),
  bought_centrally: table(
    'key: codes\ntitle: 集中带量采购中选药品',
    'codes: { type: codes }',
    `KP-4,1,1,,2026-01-01,,,stated,${drug}`,
  ),
  indications: table(
    'key: codes\ntitle: 限定支付适应症',
    'codes: { type: codes }\ndiagnoses: { type: texts }',
    `KP-5,1,1,,2026-01-01,,,stated,${drug},I80 I83`,
  ),
  last_days: table(
    'key: visit\ntitle: 日期',
    'visit: { type: code }\nend: { type: day }',
    ',,1,,,,,judged,inpatient,2026-12-31',
  ),
  seasons: table(
    'key: visit\ntitle: 时段',
    'visit: { type: codes }',
    ',,1,,2026-12-01,2027-01-01,,judged,inpatient',
  ),
  agreements: table(
    'key: codes\ntitle: 协议期',
    'codes: { type: codes }\nend: { type: day }',
    `KP-6,1,1,,2026-01-01,,,stated,${drug},2026-12-31`,
  ),
  sexes: table(
    'key: codes\ntitle: 区分性别',
    'codes: { type: codes }\nsex: { type: enumeration, values: [female, male] }',
    'KP-7,1,1,,2026-01-01,,,stated,002101030280000,male',
  ),
  payers: table(
    'key: codes\ntitle: 限险种',
    'codes: { type: codes }\ninsurance: { type: enumeration, values: [work_injury, maternity] }',
    `KP-8,1,1,,2026-01-01,,,stated,${drug},work_injury`,
  ),
  waivers: table('key: visit\ntitle: 停用', 'visit: { type: codes }'),
};

export const sampleExceptions = `
emergencyVisit: encounter.emergency
newbornVisit: has(patient.birthDate) && has(encounter.admittedAt) && ageDays(patient.birthDate, encounter.admittedAt) <= 28
cyclicTreatment: size(claim.diagnoses) > 0 && diagnosisIn(['Z51', 'Z49'])
visitWaived: listed('waivers', encounter.type, claim.sentAt)
elsewhere: patient.region != institution.region
longStay: stayDays() <= 15
`;
