/**
 * The one table of functions of the rule language: types, documentation, cost, and which facts can make the
 * result unknown. The checker, the emitter, the reference and the runtime's tests derive from it.
 */
import { historyFunctionSpecs } from './history-functions.js';
import type { FactPath } from './typed.js';
import {
  bool,
  day,
  double,
  fen,
  instant,
  int,
  line,
  listOf,
  type ScalarType,
  string,
  type Type,
} from './types.js';

export interface FunctionSpec {
  /** One entry per way of calling it. */
  readonly overloads: readonly (readonly Type[])[];
  readonly result: ScalarType;
  readonly doc: string;
  /** Rough count of elementary steps for one call. */
  readonly cost: number;
  /** Facts whose absence makes the result unknown although every argument is known. */
  readonly reads: readonly FactPath[];
  /** Its first argument is an item code, or a list of them. */
  readonly byCode?: true;
  /** Called on its first argument: `text.startsWith(prefix)`. */
  readonly method?: true;
  /** The answer needs what was recorded before: where that is not known it is unknown, cause `history`. */
  readonly history?: true;
  /** As of the rule's line, or of the claim as a whole: the checker adds it as the last argument. */
  readonly asOf?: true;
  /** Coarse enough to be shown although an argument is personal: an age, not a birth date. */
  readonly coarse?: true;
}

const strings = listOf(string as ScalarType);
const daysBound = 4_000_000;
const maxClaimFen = 5e13;
const perCode = [[string], [strings]] as const;

export const functions = {
  day: { overloads: [[instant]], result: day, cost: 2, reads: [], doc: '时刻所在的日历日（北京时间）' },
  sameDay: {
    overloads: [[instant, instant]],
    result: bool,
    cost: 3,
    reads: [],
    doc: '两个时刻是否同一日历日',
  },
  daysBetween: {
    overloads: [[day, day]],
    result: int(-daysBound, daysBound),
    cost: 1,
    reads: [],
    doc: '从前一日到后一日的天数（后减前）',
  },
  hoursBetween: {
    overloads: [[instant, instant]],
    result: double,
    cost: 1,
    reads: [],
    doc: '从前一时刻到后一时刻的小时数（后减前）',
  },
  ageAt: {
    overloads: [[day, instant]],
    result: int(-10_000, 10_000),
    cost: 10,
    reads: [],
    coarse: true,
    doc: '某时刻的周岁',
  },
  ageDays: {
    overloads: [[day, instant]],
    result: int(-daysBound, daysBound),
    cost: 3,
    reads: [],
    doc: '某时刻的出生天数',
  },
  startsWith: {
    overloads: [[string, string]],
    result: bool,
    cost: 2,
    reads: [],
    method: true,
    doc: '以此开头',
  },
  endsWith: {
    overloads: [[string, string]],
    result: bool,
    cost: 2,
    reads: [],
    method: true,
    doc: '以此结尾',
  },
  contains: {
    overloads: [[string, string]],
    result: bool,
    cost: 5,
    reads: [],
    method: true,
    doc: '含有此文',
  },
  double: { overloads: [[int(0, 0)]], result: double, cost: 1, reads: [], doc: '整数作为小数' },
  overlaps: {
    overloads: [[line, line]],
    result: bool,
    cost: 6,
    reads: ['line.at'],
    doc: '两行的服务时段触及同一日历日',
  },
  timesKnown: { overloads: [[line, line]], result: bool, cost: 3, reads: [], doc: '两行都有具体钟点' },
  concurrent: {
    overloads: [[line, line]],
    result: bool,
    cost: 6,
    reads: ['line.at'],
    doc: '两行都有具体钟点，且服务时段相距不超过两小时',
  },
  commonShare: {
    overloads: [[line, line]],
    result: double,
    cost: 6,
    reads: ['line.at'],
    doc: '第一行的服务日中第二行也触及的比例，0 至 1',
  },
  'claim.quantity': {
    overloads: perCode,
    byCode: true,
    result: double,
    cost: 20,
    reads: ['line.itemCode', 'line.quantity'],
    doc: '本次就诊某编码可支付行的净数量之和',
  },
  'claim.quantityOn': {
    overloads: [
      [string, day],
      [strings, day],
    ],
    byCode: true,
    result: double,
    cost: 25,
    reads: ['line.itemCode', 'line.quantity', 'line.at'],
    doc: '某日历日某编码可支付行的净数量之和',
  },
  'claim.serviceDays': {
    overloads: perCode,
    byCode: true,
    result: int(0, daysBound),
    cost: 25,
    reads: ['line.itemCode', 'line.at'],
    doc: '某编码可支付行的服务时段合计触及的日历天数（一天只算一次）',
  },
  'claim.amount': {
    overloads: perCode,
    byCode: true,
    result: fen(-maxClaimFen, maxClaimFen),
    cost: 20,
    reads: ['line.itemCode', 'line.amount'],
    doc: '本次就诊某编码可支付行的净金额之和（分）',
  },
  'claim.has': {
    overloads: perCode,
    byCode: true,
    result: bool,
    cost: 4,
    reads: ['line.itemCode'],
    doc: '本次就诊有某编码的可支付行',
  },
  'claim.spanDays': {
    overloads: perCode,
    byCode: true,
    result: int(1, daysBound),
    cost: 25,
    reads: ['line.itemCode', 'line.at', 'encounter.admittedAt', 'claim.sentAt'],
    doc: '入院与某编码首次服务中较早者，至出院（在院时为发送时）与末次服务中较晚者，触及的日历天数，至少 1',
  },
  'claim.spanHours': {
    overloads: perCode,
    byCode: true,
    result: int(1, 24 * daysBound),
    cost: 25,
    reads: ['line.itemCode', 'line.at', 'encounter.admittedAt', 'claim.sentAt'],
    doc: '同上的小时数，向上取整，至少 1',
  },
  selfPaidPieces: {
    overloads: [[]],
    result: bool,
    cost: 10,
    reads: ['line.itemCode'],
    doc: '本次就诊有自费的饮片或颗粒',
  },
  stayDays: {
    overloads: [[]],
    result: int(1, daysBound),
    cost: 3,
    reads: ['encounter.admittedAt', 'claim.sentAt'],
    doc: '入院至出院（在院时至发送时）触及的日历天数，至少 1',
  },
  stayHours: {
    overloads: [[]],
    result: int(1, 24 * daysBound),
    cost: 3,
    reads: ['encounter.admittedAt', 'claim.sentAt'],
    doc: '入院至出院（在院时至发送时）的小时数，向上取整，至少 1',
  },
  diagnosisIn: {
    overloads: [[strings]],
    result: bool,
    cost: 400,
    reads: ['diagnoses.code'],
    doc: '有诊断编码以所列前缀之一开头',
  },
  ...historyFunctionSpecs,
} as const satisfies Record<string, FunctionSpec>;

export type FunctionName = keyof typeof functions;

export function functionSpec(name: FunctionName): FunctionSpec {
  return functions[name];
}
