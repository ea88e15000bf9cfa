/** Messages of several sales: every sale comes back, as it was sent, and counts once. */
import { type Disagreement, type First, same } from './entries.js';
import type { Batch, Message } from './meaning.js';
import { batchOf, eventIn, misquoted } from './parts.js';

/** All of them come back, behind the message that held them, in the same bytes whenever they were sent alike. */
export function checkParts(messages: readonly Message[]): Disagreement[] {
  const rule = 'sales come back';
  const back = new Map<number, Message[]>();
  for (const message of messages) {
    if (message.partOf === undefined) continue;
    const { sequence } = message.partOf;
    back.set(sequence, [...(back.get(sequence) ?? []), message]);
  }
  const problems = messages.flatMap((message): Disagreement[] => {
    const batch = batchOf(message);
    if (batch === null) return [];
    const found = new Set(back.get(message.sequence)?.map(({ partOf }) => partOf?.part));
    const lost = batch.parts.filter((part) => !found.has(part));
    const who = `of CLAIMS ${message.sequence}`;
    return lost.map(({ name }) => ({ rule, detail: `${name ?? 'what names no sale'} ${who} is lost` }));
  });
  return [...problems, ...messages.flatMap(checkQuoting), ...checkBytes(messages)];
}

/** A sale says what its message said of it, and is at the same institution. */
function checkQuoting({ sequence, institution, body, partOf }: Message): Disagreement[] {
  if (partOf === undefined) return [];
  const fault = misquoted(partOf, body);
  const where = partOf.batch.institution === institution ? null : `it is at ${institution}`;
  return [fault, where].flatMap((detail) => {
    return detail === null ? [] : [{ rule: 'sales as sent', detail: `CLAIMS ${sequence}: ${detail}` }];
  });
}

/** Other bytes of an equal sale would make a contradiction of what is none. */
function checkBytes(messages: readonly Message[]): Disagreement[] {
  const first = new Map<string, Message>();
  return messages.flatMap((message) => {
    if (message.partOf === undefined) return [];
    const { batch, part } = message.partOf;
    const key = JSON.stringify([batch.eventId, batch.head, part.rows]);
    const other = first.get(key) ?? message;
    first.set(key, other);
    if (same(other.body, message.body)) return [];
    const detail = `CLAIMS ${other.sequence} and ${message.sequence} are the same sale in other bytes`;
    return [{ rule: 'sales as sent', detail }];
  });
}

/** Told from the streams alone, without the model: of each sale one message is decided, and no other counts. */
export function checkSales(messages: readonly Message[], first: First): Disagreement[] {
  const counted = new Map<string, number[]>();
  for (const [sequence, { headers, subject }] of first) {
    const event = eventOf(messages[sequence - 1]);
    if (event === null || headers.has('Claimgate-Duplicate-Of') || subject.endsWith('.receipt')) continue;
    const key = `${event.institution} ${event.eventId}`;
    counted.set(key, [...(counted.get(key) ?? []), sequence]);
  }
  const batches = messages.flatMap((message): Batch[] => {
    const batch = batchOf(message);
    return batch === null ? [] : [batch];
  });
  const ids = batches.flatMap(({ institution, parts }) => {
    return parts.flatMap(({ meaning }) => {
      const event = eventIn(meaning);
      return event === null ? [] : [`${institution} ${event.eventId}`];
    });
  });
  return [...new Set(ids)].flatMap((id) => {
    const by = counted.get(id) ?? [];
    const detail = `${id} is decided ${by.length} times: CLAIMS ${by.join(', ')}`;
    return by.length === 1 ? [] : [{ rule: 'a sale counts once', detail }];
  });
}

function eventOf(message: Message | undefined) {
  return message === undefined || message.meaning.dead !== null ? null : message.meaning.event;
}
