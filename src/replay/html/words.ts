/** The report's words and numbers, as a bureau's meeting reads them. */
import type { Effect, Severity, Status } from '../../decision/decision.js';

export const severityWords: Readonly<Record<Severity, string>> = {
  definite: '明确违规',
  highly_suspicious: '高度可疑',
  suspicious: '轻度可疑',
};

export const effectWords: Readonly<Record<Effect, string>> = {
  record: '仅记录',
  remind: '提醒',
  justify: '须说明理由',
  hold: '暂停',
};

export const statusWords: Readonly<Record<Status, string>> = {
  pass: '通过',
  partial: '部分筛查',
  alert: '提醒',
  hold: '暂停',
  not_screened: '未筛查',
};

const sceneWords: Readonly<Record<string, string>> = {
  settlement: '结算',
  sale: '药品销售',
  unknown: '场景不明',
};

export function sceneName(scene: string): string {
  if (!/^\d+$/.test(scene)) return sceneWords[scene] ?? scene;
  return `${Number(scene) <= 5 ? '事前' : '事中'}场景 ${scene}`;
}

const messageWords: Readonly<Record<string, string>> = {
  warmed: '期前消息，仅用于积累历史',
  duplicate: '重复消息',
  unusable: '无法使用的消息',
  crashed: '规则运行出错的消息',
  after: '期后消息，未读入',
  'too-old': '早于历史保存期的消息，未读入',
  'recorded fees': '费用明细',
  'recorded reversal': '结算撤销',
  'recorded refund': '退费',
  'recorded return': '退货',
  'recorded stock': '进销存',
};

export function messageName(what: string): string {
  return messageWords[what] ?? what;
}

/** `1,234`. */
export function number(value: number): string {
  return grouped(String(Math.round(value)));
}

function grouped(digits: string): string {
  return digits.replaceAll(/\B(?=(\d{3})+(?:\.|$))(?<!\.\d*)/g, ',');
}

/** Fen as yuan, beyond ten thousand in 万元. */
export function money(fen: number): string {
  if (Math.abs(fen) >= 1_000_000) return `${grouped((fen / 1_000_000).toFixed(2))} 万元`;
  return `${grouped((fen / 100).toFixed(2))} 元`;
}

/** Of 10,000 claims. */
export function rate(hits: number, claims: number): number {
  return claims === 0 ? 0 : (hits * 10_000) / claims;
}

export function rateText(hits: number, claims: number): string {
  const value = rate(hits, claims);
  return value >= 100 || value === 0 ? number(value) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** Millionths as a percentage. */
export function percent(millionths: number): string {
  return `${(millionths / 10_000).toFixed(2)}%`;
}
