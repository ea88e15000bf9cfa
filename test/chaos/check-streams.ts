/** What the streams have to be as wholes: in order, without anything made up, with every dead letter. */
import { claimSequence, type Disagreement, type First, same } from './entries.js';
import type { DeadReason, Message } from './meaning.js';
import type { Model } from './model.js';
import type { Entry } from './streams.js';

/** Whatever was published again is the same, byte for byte. */
export function checkRepetitions(
  decisions: readonly Entry[],
  first: First,
  messages: readonly Message[],
): Disagreement[] {
  const known = new Set(messages.map(({ sequence }) => sequence));
  return decisions.flatMap((entry) => {
    const sequence = claimSequence(entry);
    const original = first.get(sequence);
    if (!known.has(sequence))
      return [{ rule: 'nothing is made up', detail: `DECISIONS ${entry.sequence} is for ${sequence}` }];
    if (original === undefined || sameEntry(original, entry)) return [];
    const places = `DECISIONS ${original.sequence} and ${entry.sequence}`;
    return [{ rule: 'repetitions are equal', detail: `CLAIMS ${sequence}: ${places}` }];
  });
}

function sameEntry(a: Entry, b: Entry): boolean {
  const headers = (entry: Entry): string => {
    return JSON.stringify(
      [...entry.headers].filter(([name]) => name.startsWith('Claimgate-') || name === 'Nats-Msg-Id').sort(),
    );
  };
  return a.subject === b.subject && same(a.body, b.body) && headers(a) === headers(b);
}

/** First answers come in the order of the messages. */
export function checkOrder(decisions: readonly Entry[], first: First): Disagreement[] {
  let last = 0;
  const problems: Disagreement[] = [];
  for (const entry of decisions) {
    const sequence = claimSequence(entry);
    if (first.get(sequence) !== entry) continue;
    if (sequence < last)
      problems.push({ rule: 'order', detail: `CLAIMS ${sequence} is answered after ${last}` });
    last = Math.max(last, sequence);
  }
  return problems;
}

/** An id that two messages share would have the broker swallow one of them; a decision that two share counts once. */
export function checkMessageIds(decisions: readonly Entry[]): Disagreement[] {
  const byId = new Map<string, number>();
  return decisions.flatMap((entry) => {
    const id = entry.headers.get('Nats-Msg-Id') ?? '';
    const sequence = claimSequence(entry);
    const other = byId.get(id) ?? sequence;
    byId.set(id, other);
    return other === sequence
      ? []
      : [{ rule: 'message ids', detail: `CLAIMS ${other} and ${sequence} share ${id}` }];
  });
}

/** Every dead letter is there, whole, once or in equal repetitions, and there is no other. */
export function checkDeadLetters(
  model: Model,
  messages: readonly Message[],
  deadLetters: readonly Entry[],
): Disagreement[] {
  const rule = 'dead letters';
  const expected = new Map<number, { reason: DeadReason; optional: boolean }>();
  for (const answer of model.answers) {
    if (answer.as !== 'dead') continue;
    expected.set(answer.sequence, { reason: answer.reason, optional: answer.of !== null });
  }
  const bodies = new Map(messages.map(({ sequence, body }) => [sequence, body]));
  const found = new Set(deadLetters.map(claimSequence));
  const missing = [...expected].filter(([sequence, { optional }]) => !optional && !found.has(sequence));
  return [
    ...missing.map(([sequence, { reason }]) => ({ rule, detail: `CLAIMS ${sequence} (${reason}) is lost` })),
    ...deadLetters.flatMap((letter) => {
      const sequence = claimSequence(letter);
      const reason = expected.get(sequence)?.reason;
      if (reason === undefined) return [{ rule, detail: `CLAIMS ${sequence} is none` }];
      const body = bodies.get(sequence);
      const whole = body !== undefined && same(body, letter.body);
      return [
        ...(whole ? [] : [{ rule, detail: `CLAIMS ${sequence} is not whole` }]),
        ...(letter.subject === `claimgate.deadletter.${reason}` &&
        letter.headers.get('Claimgate-Reason') === reason
          ? []
          : [{ rule, detail: `CLAIMS ${sequence} is ${reason}, filed under ${letter.subject}` }]),
      ];
    }),
  ];
}
