/** Statuses, severities, effects and causes in words, for people; numbers as people write them. */
import type { Effect, NotEvaluated, NotScreenedCause, Severity, Status } from '../decision/decision.js';
import type { Style } from './terminal.js';

export const statusWords: Readonly<Record<Status, { readonly style: Style; readonly words: string }>> = {
  pass: { style: 'green', words: '通过: every rule that applies was decided, nothing to say' },
  partial: { style: 'cyan', words: '部分筛查: no finding, but some rules could not be decided' },
  alert: { style: 'yellow', words: '提醒: there are findings' },
  hold: { style: 'red', words: '暂停: a finding has to be settled before the fund pays' },
  not_screened: { style: 'magenta', words: '未筛查: no rule ran' },
};

export const severityWords: Readonly<Record<Severity, string>> = {
  definite: '明确违规',
  highly_suspicious: '高度可疑',
  suspicious: '轻度可疑',
};

export const effectWords: Readonly<Record<Effect, string>> = {
  record: '仅记录 record',
  remind: '提醒 remind',
  justify: '须说明理由 justify',
  hold: '暂停 hold',
};

export const gapWords: Readonly<Record<NotEvaluated['cause'], string>> = {
  fact: 'facts are missing',
  history: "needs the patient's history",
  budget: 'the time budget was spent',
  list: 'a person has still to author its list',
};

export const notScreenedWords: Readonly<Record<NotScreenedCause, string>> = {
  overload: 'the service had more to do than it could do in time',
  budget: 'the time budget was spent before a rule ran',
  worker: 'the worker that screened it was lost',
  unreadable: 'the message could not be read',
  'too-large': 'the message is too large',
  'wrong-institution': 'the message names another institution than its sender',
  unauthorised: 'the key is missing or wrong',
  stopping: 'the service was stopping',
};

/** Fen as yuan: `1,234.50`. */
export function yuan(fen: number): string {
  const [whole = '', cents = ''] = (fen / 100).toFixed(2).split('.');
  return `${grouped(whole)}.${cents}`;
}

/** `12,345`. */
export function count(number: number): string {
  return grouped(String(Math.round(number)));
}

/** `512 B`, `3.4 MiB`. */
export function sizeText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;
  let size = bytes;
  let unit = 0;
  for (; size >= 1024 && unit < units.length - 1; unit++) size /= 1024;
  return unit === 0 ? `${Math.round(size)} B` : `${size.toFixed(1)} ${units[unit]}`;
}

/** How long something takes or is ago: `45 s`, `12 min`, `5 h`, `17 days`. */
export function spanText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

/** Milliseconds with as many decimals as mean something. */
export function milliseconds(ms: number): string {
  return ms >= 100 ? `${ms.toFixed(0)} ms` : ms >= 10 ? `${ms.toFixed(1)} ms` : `${ms.toFixed(2)} ms`;
}

function grouped(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ',');
}
