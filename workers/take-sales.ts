/**
 * Goods sold, read for whoever hands them in over HTTP: which rows the log will be able to take into account. Nothing
 * is screened here, and nothing recorded.
 */
import { fail, ok, type Result } from '../src/base/result.js';
import { readEvent } from '../src/claim/durable/read-event.js';
import { type SaleBatch, type SalePart, splitSales } from '../src/claim/durable/split-sales.js';
import { echo, node } from '../src/claim/formats/nhsa/nodes.js';
import { isFields } from '../src/claim/formats/structure.js';
import type { WireFormat } from '../src/claim/formats/wire-format.js';
import { type ReaderSettings, recogniseFormat } from '../src/claim/read-claim.js';
import type { NotScreenedCause } from '../src/decision/decision.js';
import { encodeSalesAnswer, type SoldRow } from '../src/decision/encoders/nhsa-sales.js';
import type { Envelope, Outcome } from '../src/screening/protocol.js';
import { objectionTo, objectionToSender } from './objections.js';
import type { ScreenedClaim } from './screen-claim.js';

/**
 * `outcome.cause` null: the message may be stored, under `outcome.institution`, and the answer says that it is; else
 * the answer says why not.
 */
export function takeSales(body: Uint8Array, envelope: Envelope, settings: ReaderSettings): ScreenedClaim {
  const split = splitSales(body, envelope.format);
  const format = split.ok ? split.value.format : (envelope.format ?? recogniseFormat(null, body));
  const looked = split.ok
    ? lookAtRows(split.value, envelope.institution, settings)
    : refused('unreadable', split.error);
  const rows = looked.ok ? looked.value : [];
  const isNone = looked.ok && rows.every(({ problem }) => problem !== null);
  const bytes = encodeSalesAnswer({
    messageId: split.ok ? split.value.eventId : null,
    isGbk: format === 'nhsa-gbk',
    receivedAtMs: envelope.receivedAtMs,
    problem: looked.ok ? (isNone ? 'None of the rows can be taken.' : null) : looked.error.problem,
    rows,
  });
  const institution = split.ok ? split.value.institution : envelope.institution;
  const cause = looked.ok ? (isNone ? 'unreadable' : null) : looked.error.cause;
  return { bytes, outcome: outcomeFor(format, institution, cause) };
}

interface Refusal {
  readonly cause: NotScreenedCause;
  readonly problem: string;
}

function refused(cause: NotScreenedCause, problem: string): Result<never, Refusal> {
  return fail({ cause, problem });
}

/** In the order of the rows; fails where the whole is not taken. */
function lookAtRows(
  batch: SaleBatch,
  sender: string | null,
  settings: ReaderSettings,
): Result<readonly SoldRow[], Refusal> {
  const { kind, institution, eventId, rows, parts } = batch;
  if (kind !== 'sale') return refused('unreadable', 'The transaction is no sale.');
  if (rows.length === 0) return refused('unreadable', 'Nothing is sold.');
  const objection = objectionToSender(institution, eventId, sender ?? institution ?? '');
  if (objection !== null) {
    const cause = objection.reason === 'wrong-institution' ? objection.reason : 'unreadable';
    return refused(cause, objection.detail ?? '');
  }
  const problems = new Map<number, string>();
  for (const part of parts) {
    const problem = problemOf(part, institution as string, settings);
    if (problem !== null) for (const place of part.places) problems.set(place, problem);
  }
  return ok(rows.map((row, place) => ({ names: namesOf(row), problem: problems.get(place) ?? null })));
}

/** Why the log will make a dead letter of it; null: it will not, unless it has had its id with other content. */
function problemOf(
  { bytes, format }: SalePart,
  institution: string,
  settings: ReaderSettings,
): string | null {
  const read = readEvent(bytes, format, settings);
  return read.ok ? (objectionTo(read.value, institution)?.detail ?? null) : read.error.message;
}

/** What a sender finds its row by; nothing of a person. */
const rowNames = ['fixmedins_bchno', 'med_list_codg', 'setl_id', 'mdtrt_sn', 'rtal_docno'] as const;

function namesOf(row: unknown): SoldRow['names'] {
  const fields = isFields(row) ? row : {};
  return Object.fromEntries(rowNames.map((name) => [name, echo(node(fields, name)) ?? '']));
}

function outcomeFor(format: WireFormat, institution: string | null, cause: Outcome['cause']): Outcome {
  const nothing = { rules: [], shown: [], heldBack: [], gaps: [], notes: [] };
  return {
    ...{
      format,
      status: 'not_screened',
      cause,
      decisionId: null,
      institution,
      scene: null,
      decisionAt: null,
    },
    ...nothing,
    screenMs: 0,
  };
}
