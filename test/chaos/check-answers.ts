/** One message, one counting answer, and the right one. */
import { type Disagreement, type First, same } from './entries.js';
import type { Answer } from './model.js';
import type { Entry } from './streams.js';

interface Body {
  readonly decisionId?: unknown;
  readonly kind?: unknown;
  readonly eventId?: unknown;
  readonly claimId?: unknown;
  readonly status?: unknown;
  readonly reason?: unknown;
  readonly note?: unknown;
  readonly retracts?: unknown;
  readonly findings?: unknown;
}

/** Exactly one counting entry for a message, and the right one. */
export function checkAnswer(answer: Answer, first: First): Disagreement[] {
  const entry = first.get(answer.sequence);
  if (entry === undefined)
    return [{ rule: 'every message is answered', detail: `CLAIMS ${answer.sequence}` }];
  const body = bodyOf(entry);
  const problems = [...checkEnvelope(answer, entry, body), ...checkContent(answer, entry, body, first)];
  return problems.map(({ rule, detail }) => ({ rule, detail: `CLAIMS ${answer.sequence}: ${detail}` }));
}

/** What header, subject and body say of the same thing has to be the same. */
function checkEnvelope(answer: Answer, entry: Entry, body: Body): Disagreement[] {
  const status = entry.headers.get('Claimgate-Status');
  const problems: Disagreement[] = [];
  const differ = (what: string, found: unknown, expected: unknown): void => {
    if (found !== expected) problems.push({ rule: 'envelope', detail: `${what} ${found}, not ${expected}` });
  };
  differ('subject', entry.subject, `claimgate.decisions.${answer.institution}.${status}`);
  if (status !== 'retracted' || !retractsItself(answer, body))
    differ('Claimgate-Status', status, String(body.status));
  const repeated = entry.headers.has('Claimgate-Duplicate-Of');
  const messageId = repeated ? `${body.decisionId}:${answer.sequence}` : body.decisionId;
  if (answer.as !== 'dead') differ('Nats-Msg-Id', entry.headers.get('Nats-Msg-Id'), messageId);
  if (typeof body.decisionId !== 'string' || body.decisionId === '')
    differ('decisionId', body.decisionId, 'a text');
  return problems;
}

/** A settlement of which all findings were taken back before it came is decided and retracted at once, in one entry. */
function retractsItself(answer: Answer, { findings, retracts }: Body): boolean {
  if (answer.as === 'dead' || answer.as === 'split' || !('bills' in answer.event)) return false;
  if (answer.as !== 'repetition' && !answer.awaited) return false;
  if (!Array.isArray(findings) || !Array.isArray(retracts)) return false;
  return findings.length > 0 && findings.every((finding) => retracts.includes(finding.findingId));
}

function checkContent(answer: Answer, entry: Entry, body: Body, first: First): Disagreement[] {
  const duplicateOf = entry.headers.get('Claimgate-Duplicate-Of');
  if (answer.as === 'dead') return checkDeadAnswer(answer, body, duplicateOf);
  if (answer.as === 'split') return checkSplit(answer, entry, body);
  if (answer.as === 'repetition') {
    const original = first.get(answer.of);
    if (duplicateOf !== String(answer.of)) {
      return [{ rule: 'duplicates', detail: `says duplicate of ${duplicateOf}, is of ${answer.of}` }];
    }
    if (original !== undefined && !same(original.body, entry.body)) {
      return [{ rule: 'duplicates', detail: `other bytes than the answer to ${answer.of}` }];
    }
    return [];
  }
  if (duplicateOf !== undefined) return [{ rule: 'duplicates', detail: `is no duplicate of ${duplicateOf}` }];
  return [...checkIdentity(answer, entry, body), ...checkRetraction(answer, body, first)];
}

function checkIdentity(
  answer: Answer & { as: 'decision' | 'receipt' },
  entry: Entry,
  body: Body,
): Disagreement[] {
  const { event, as } = answer;
  const problems: Disagreement[] = [];
  const differ = (what: string, found: unknown, expected: unknown): void => {
    if (found !== expected) problems.push({ rule: 'identity', detail: `${what} ${found}, not ${expected}` });
  };
  differ('eventId', body.eventId, event.eventId);
  differ('kind', body.kind, event.kind);
  differ('Claimgate-Kind', entry.headers.get('Claimgate-Kind'), event.kind);
  if ('bills' in event) differ('claimId', body.claimId, event.claimId);
  if (body.reason !== undefined && body.reason !== null) differ('reason', body.reason, null);
  const status = String(body.status);
  const allowed =
    as === 'decision' ? decisionStatuses : ['receipt', ...(undoing.has(event.kind) ? ['retracted'] : [])];
  if (!allowed.includes(status)) {
    problems.push({ rule: 'identity', detail: `a ${event.kind} was answered with status ${status}` });
  }
  return problems;
}

const undoing: ReadonlySet<string> = new Set(['reversal', 'refund', 'return']);
const decisionStatuses = ['pass', 'partial', 'alert', 'hold'];

/** A reversal takes back all that was found in the settlement that it undoes. */
function checkRetraction(
  answer: Answer & { as: 'decision' | 'receipt' },
  body: Body,
  first: First,
): Disagreement[] {
  if (answer.undoes?.whole !== true) return [];
  const undone = first.get(answer.undoes.sequence);
  const findings = undone === undefined ? undefined : bodyOf(undone).findings;
  if (!Array.isArray(findings)) return [];
  const expected = findings.map((finding) => String(finding.findingId)).sort();
  const found = Array.isArray(body.retracts) ? body.retracts.map(String).sort() : [];
  if (expected.join() === found.join()) return [];
  return [
    {
      rule: 'retraction',
      detail: `retracts [${found}] of CLAIMS ${answer.undoes.sequence}, which found [${expected}]`,
    },
  ];
}

/** A receipt that says how many sales come back, and itself neither finds nor takes back anything. */
function checkSplit(
  { eventId, parts }: Answer & { as: 'split' },
  { headers }: Entry,
  body: Body,
): Disagreement[] {
  const problems: Disagreement[] = [];
  const differ = (what: string, found: unknown, expected: unknown): void => {
    if (found !== expected) problems.push({ rule: 'split', detail: `${what} ${found}, not ${expected}` });
  };
  differ('status', body.status, 'receipt');
  differ('note', body.note, 'split');
  differ('eventId', body.eventId, eventId);
  differ('Claimgate-Parts', headers.get('Claimgate-Parts'), String(parts));
  differ('Claimgate-Duplicate-Of', headers.get('Claimgate-Duplicate-Of'), undefined);
  differ('findings', lengthOf(body.findings), 0);
  differ('retracts', lengthOf(body.retracts), 0);
  return problems;
}

function lengthOf(list: unknown): number {
  return Array.isArray(list) ? list.length : 0;
}

function checkDeadAnswer(
  answer: Answer & { as: 'dead' },
  body: Body,
  duplicateOf: string | undefined,
): Disagreement[] {
  const problems: Disagreement[] = [];
  if (duplicateOf !== undefined && duplicateOf !== String(answer.of)) {
    problems.push({ rule: 'duplicates', detail: `says duplicate of ${duplicateOf}, is of ${answer.of}` });
  }
  if (body.reason !== answer.reason) {
    problems.push({
      rule: 'dead letters',
      detail: `answered with reason ${body.reason}, is ${answer.reason}`,
    });
  }
  if (body.status !== 'receipt') {
    problems.push({ rule: 'dead letters', detail: `answered with status ${body.status}` });
  }
  return problems;
}

function bodyOf(entry: Entry): Body {
  try {
    const body: unknown = JSON.parse(Buffer.from(entry.body).toString());
    return typeof body === 'object' && body !== null ? body : {};
  } catch {
    return {};
  }
}
