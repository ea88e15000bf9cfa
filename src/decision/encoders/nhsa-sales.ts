/**
 * The national answer to 3505 and 3505A, at two levels: whether the message was taken at all, and which of its rows.
 * It repeats no name and no number of a person.
 */
import type { EpochMs } from '../../base/calendar.js';
import { nationalStamp } from '../../claim/dates.js';
import { encodeGbkJson } from './gbk.js';

export interface SoldRow {
  /** What tells the row from others, as it was sent. */
  readonly names: Readonly<Record<string, string>>;
  /** Why nobody can take it into account; null: it is handed on. */
  readonly problem: string | null;
}

export interface SalesAnswer {
  /** 发送方报文ID. */
  readonly messageId: string | null;
  readonly isGbk: boolean;
  readonly receivedAtMs: EpochMs;
  /** Why the message is taken as little as any of its rows; null: it is taken. */
  readonly problem: string | null;
  /** Empty where nobody has looked at them. */
  readonly rows: readonly SoldRow[];
}

const maxText = 500;

export function encodeSalesAnswer({
  messageId,
  isGbk,
  receivedAtMs,
  problem,
  rows,
}: SalesAnswer): Uint8Array {
  const stamp = nationalStamp(receivedAtMs);
  const text = JSON.stringify({
    infcode: problem === null ? '0' : '-1',
    inf_refmsgid: messageId ?? '',
    refmsg_time: stamp,
    respond_time: stamp,
    enctype: '',
    signtype: '',
    cainfo: '',
    warn_msg: '',
    err_msg: problem === null ? '' : `请求无法受理。${problem}`.slice(0, maxText),
    output: rows.length > 0 ? outputOf(rows) : {},
  });
  return isGbk ? encodeGbkJson(text) : new TextEncoder().encode(text);
}

/** The result of the whole is a failure where one row's is: whoever looks no further sends all of them again. */
function outputOf(rows: readonly SoldRow[]): unknown {
  const refused = rows.filter(({ problem }) => problem !== null).length;
  return {
    result: {
      retRslt: refused === 0 ? '1' : '0',
      msgRslt: refused === 0 ? '已受理' : `${rows.length}行中有${refused}行无法受理`,
    },
    selinfoDetail: rows.map(({ names, problem }) => ({
      ...names,
      retRslt: problem === null ? '1' : '0',
      msgRslt: problem === null ? '已受理' : `无法受理。${problem}`.slice(0, maxText),
    })),
  };
}
