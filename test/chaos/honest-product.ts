/** Streams and exports as a product without faults would leave them, for the checker's own tests to spoil. */
import { createHash } from 'node:crypto';
import type { Batch, Meaning, Message } from './meaning.js';
import { type Answer, modelAt } from './model.js';
import { partBody } from './parts.js';
import type { Entry } from './streams.js';

export interface Streams {
  readonly decisions: Entry[];
  readonly deadLetters: Entry[];
}

/** CLAIMS with the sales of several in it: a service that is some messages behind brings them back. */
export function honestClaims(
  sent: readonly { readonly institution: string; readonly body: Uint8Array; readonly meaning: Meaning }[],
): Entry[] {
  const claims: Entry[] = [];
  const add = (institution: string, body: Uint8Array, headers: [string, string][]): void => {
    const subject = `claimgate.settle.${institution}`;
    claims.push({ sequence: claims.length + 1, subject, headers: new Map(headers), body });
  };
  const waiting: { readonly sequence: number; readonly batch: Batch }[] = [];
  const bringBack = (): void => {
    const next = waiting.shift();
    if (next === undefined) return;
    const { sequence, batch } = next;
    for (const part of batch.parts) {
      add(batch.institution, partBody(batch, part), [['Claimgate-Part-Of', String(sequence)]]);
    }
  };
  for (const [i, { institution, body, meaning }] of sent.entries()) {
    add(institution, body, []);
    if (meaning.dead === null && meaning.event === null) {
      waiting.push({ sequence: claims.length, batch: meaning.batch });
    }
    if (i % 20 === 0) bringBack();
  }
  while (waiting.length > 0) bringBack();
  return claims;
}

export function honestStreams(messages: readonly Message[]): Streams {
  const streams: Streams = { decisions: [], deadLetters: [] };
  const model = modelAt(messages, Number.POSITIVE_INFINITY);
  for (const [i, answer] of model.answers.entries()) {
    const message = messages[i];
    if (message !== undefined) tell(streams, answer, message);
  }
  return streams;
}

function tell({ decisions, deadLetters }: Streams, answer: Answer, { body: sent }: Message): void {
  const { sequence, institution } = answer;
  const status = answer.as === 'dead' ? 'receipt' : statusOf(answer);
  const original = answer.as === 'repetition' ? answer.of : sequence;
  const decisionId = createHash('sha256').update(`decision ${original}`).digest('hex').slice(0, 16);
  const again = answer.as === 'repetition';
  const headers = new Map([
    ['Claimgate-Sequence', String(sequence)],
    ['Claimgate-Kind', kindOf(answer)],
    ['Claimgate-Status', status],
    ['Nats-Msg-Id', again ? `${decisionId}:${sequence}` : decisionId],
    ...(again ? [['Claimgate-Duplicate-Of', String(original)] as const] : []),
    ...(answer.as === 'split' ? [['Claimgate-Parts', String(answer.parts)] as const] : []),
  ]);
  const first = decisions[original - 1]?.body;
  const body = first ?? Buffer.from(JSON.stringify({ decisionId, status, ...saidOf(answer) }));
  const subject = `claimgate.decisions.${institution}.${status}`;
  decisions.push({ sequence: decisions.length + 1, subject, headers, body });
  if (answer.as !== 'dead') return;
  deadLetters.push({
    sequence: deadLetters.length + 1,
    subject: `claimgate.deadletter.${answer.reason}`,
    headers: new Map([
      ['Claimgate-Sequence', String(sequence)],
      ['Claimgate-Reason', answer.reason],
      ['Claimgate-Institution', institution],
    ]),
    body: sent,
  });
}

function kindOf(answer: Answer): string {
  if (answer.as === 'dead') return 'unknown';
  return answer.as === 'split' ? 'sale' : answer.event.kind;
}

function statusOf(answer: Exclude<Answer, { as: 'dead' }>): string {
  const kind = answer.as === 'split' ? 'split' : answer.event.kind;
  return kind === 'settlement' || kind === 'sale' ? 'alert' : 'receipt';
}

/** Every settlement has one finding, so that there is something to retract. */
function saidOf(answer: Answer): object {
  if (answer.as === 'dead') return { reason: answer.reason };
  if (answer.as === 'split') return { kind: 'sale', eventId: answer.eventId, note: 'split' };
  const { event } = answer;
  const settles = event.kind === 'settlement' || event.kind === 'sale';
  const undoes = answer.as === 'repetition' ? null : answer.undoes;
  return {
    kind: event.kind,
    eventId: event.eventId,
    claimId: 'claimId' in event ? event.claimId : null,
    findings: settles ? [{ findingId: `finding ${answer.sequence}` }] : [],
    retracts: undoes?.whole === true ? [`finding ${undoes.sequence}`] : [],
  };
}

/** NDJSON as `history export --all` writes it, of the state after `messages`. */
export function honestExport(messages: readonly Message[], position: number): string {
  const model = modelAt(messages, Number.POSITIVE_INFINITY);
  const patients = new Map<string, { institution: string; encounterId: string; lines: object[] }[]>();
  const stock = new Map<string, { institution: string; itemCode: string; quantity: number }>();
  const traces = new Map<string, Set<string>>();
  for (const { institution, itemCode, type, quantity } of model.stock()) {
    const had = type === 'count' ? 0 : (stock.get(`${institution} ${itemCode}`)?.quantity ?? 0);
    stock.set(`${institution} ${itemCode}`, { institution, itemCode, quantity: had + quantity });
  }
  for (const { event, lines } of model.standing()) {
    const { institution, patient, visit, claimId, kind } = event;
    for (const { traceCodes, itemCode, quantity } of lines) {
      for (const code of traceCodes) traces.set(code, (traces.get(code) ?? new Set()).add(claimId));
      const kept = stock.get(`${institution} ${itemCode}`);
      if (kind === 'sale' && kept !== undefined) kept.quantity -= quantity;
    }
    const remembered = lines.filter((line) => !line.selfPaid).map(exportedLine);
    if (patient === null) continue;
    const encounters = patients.get(patient) ?? [];
    const encounterId = event.encounterId ?? claimId;
    const same = encounters.find((one) => one.institution === institution && one.encounterId === encounterId);
    if (same === undefined) encounters.push({ institution, encounterId, ...visit, lines: remembered });
    else same.lines.push(...remembered);
    patients.set(patient, encounters);
  }
  const rows = [
    { position, digest: createHash('sha256').update(String(position)).digest('hex') },
    ...[...patients].map(([patient, encounters]) => ({ patient, encounters })),
    { stock: [...stock.values()] },
    { traces: [...traces].map(([code, sales]) => ({ code, sales: [...sales].sort() })) },
  ];
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

function exportedLine(line: {
  itemCode: string;
  at: string;
  days: number | null;
  quantity: number;
  amountFen: number;
}) {
  const { itemCode, at, days, quantity, amountFen } = line;
  const local = new Date(Date.parse(at) + 8 * 3_600_000 + ((days ?? 1) - 1) * 86_400_000);
  const lastDay = local.toISOString().slice(0, 10);
  return { itemCode, at: new Date(at).toISOString(), lastDay, quantity: `${quantity}`, amountFen };
}
