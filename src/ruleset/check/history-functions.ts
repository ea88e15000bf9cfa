/** The functions that ask what was recorded before: of the patient, of a pack, of the institution's stock. */
import type { FunctionSpec } from './functions.js';
import type { FactPath } from './typed.js';
import { bool, double, instant, int, line, listOf, type ScalarType, string, type Type } from './types.js';

type Overloads = readonly (readonly Type[])[];
type HistorySpec = FunctionSpec & { readonly history: true };

interface Detail {
  readonly doc: string;
  readonly reads: readonly FactPath[];
  readonly byCode?: true;
}

interface ItemDetail {
  readonly doc: string;
  /** Beside what says which lines are uses. */
  readonly reads?: readonly FactPath[];
  /** False: its first argument are beginnings of codes. */
  readonly byCode?: false;
}

/** One look at each of the patient's encounters, of which there are some hundreds at most. */
const encountersCost = 300;
/** One look at each of the patient's recorded lines: more than a year of a sick person's life. */
const linesCost = 3_000;

const daysBound = 4_000_000;
const strings = listOf(string as ScalarType);
const perCode: Overloads = [[string], [strings]];
const perDays: Overloads = perCode.map((codes) => [...codes, int(0, 0)]);
const sharePerDays: Overloads = perDays.map((types) => [...types, int(0, 0)]);
const perType: Overloads = [
  [string, int(0, 0)],
  [string, int(0, 0), strings],
];
/** When the encounter began. */
const begun: readonly FactPath[] = ['encounter.admittedAt', 'claim.sentAt'];

function history(overloads: Overloads, result: ScalarType, detail: Detail): HistorySpec {
  return { overloads, result, cost: encountersCost, history: true, ...detail };
}

/** About uses of items: recorded lines, and the claim's own up to the line that is asked for. */
function itemHistory(overloads: Overloads, result: ScalarType, detail: ItemDetail): HistorySpec {
  const { doc, reads = [], byCode = true } = detail;
  const spec = history(overloads, result, { doc, reads: ['line.itemCode', 'line.at', ...reads] });
  return { ...spec, ...(byCode ? { byCode } : {}), cost: linesCost, asOf: true };
}

export const historyFunctionSpecs = {
  'history.quantityWithin': itemHistory(perDays, double, {
    reads: ['line.quantity'],
    doc: '近若干天内某编码的净数量：以往的，加上本单到本行为止的（含本行）。服务日触及这段日子的整行计入',
  }),
  'history.useDays': itemHistory(perDays, int(0, daysBound), {
    doc: '近若干天内使用某编码的日历天数（一天只算一次），以往的和本单到本行为止的合计',
  }),
  'history.shareBeyond': itemHistory(sharePerDays, double, {
    doc: '`history.shareBeyond(编码, 天数, 上限)`：使用天数超出上限的部分占本行服务日的比例，0 至 1',
  }),
  'history.spanDays': itemHistory(perCode, int(1, daysBound), {
    doc: '首次使用某编码至本行末日的日历跨度，头尾都算，至少 1',
  }),
  'history.lastUse': itemHistory(perCode, instant, {
    doc: '本行之前最近一次使用某编码的时刻；没有用过则不明，先问 history.usedBefore',
  }),
  'history.usedAny': itemHistory([[strings, int(0, 0)]], bool, {
    byCode: false,
    doc: '本行之前近若干天内用过所列编码前缀之一',
  }),
  'history.usedBefore': itemHistory(perCode, bool, { doc: '本行之前用过某编码' }),
  'history.supplyLeft': itemHistory([[string]], int(0, daysBound), {
    reads: [],
    doc: '其他就诊在本行这天以前所开同一通用名（西药按编码前十位，其他按全码）的药，还够用几天；各次不累加，没有为 0',
  }),
  'history.visitsWithin': history(perType, int(0, daysBound), {
    reads: begun,
    doc: '近若干天内开始的、某类型的其他就诊次数；第三个参数是诊断前缀：主诊断在内或不明的、急诊的不计',
  }),
  'history.lastDischarge': history([[]], instant, {
    reads: begun,
    doc: '本次就诊之前最近一次出院的时刻；没有则不明，先问 history.dischargedWithin',
  }),
  'history.lastDischargeHere': history([[]], instant, {
    reads: [...begun, 'institution.code'],
    doc: '同上，只看本机构；没有则不明，先问 history.dischargedHereWithin',
  }),
  'history.dischargedWithin': history([[int(0, 0)]], bool, {
    reads: begun,
    doc: '本次就诊开始前若干天内出过院',
  }),
  'history.dischargedHereWithin': history([[int(0, 0)]], bool, {
    reads: [...begun, 'institution.code'],
    doc: '本次就诊开始前若干天内从本机构出过院',
  }),
  'trace.soldBefore': history([[line]], bool, {
    reads: [],
    doc: '本行某一追溯码在另一笔结算中售出过，且没有退回；拆零的、占位的编码不算',
  }),
  'stock.remaining': history([[string]], double, {
    byCode: true,
    reads: ['institution.code'],
    doc: '本机构某编码的库存余量；没有上报过进销存则不明',
  }),
} as const satisfies Record<string, FunctionSpec>;
