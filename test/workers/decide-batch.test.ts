/** Messages of the log in a worker: what becomes of each, and what they do together. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { packWire } from '../../src/base/wire.js';
import type { Finding } from '../../src/decision/decision.js';
import type { StateReader, Write } from '../../src/history/state.js';
import type { Ruleset } from '../../src/ruleset/runtime/screened.js';
import type { DecideReply, LogBatch, LoggedMessage } from '../../src/screening/protocol/decide.js';
import { decideBatch } from '../../workers/decide-batch.js';
import { arbitraryEvent } from '../claim/durable/arbitrary-event.js';
import { claimOf, findsItemX, jsonOf, loadedOf, newProgress } from './fixtures/rulesets.js';

const institution = 'H35010200001';
const start = 1_773_800_500_000;

/** A state in memory, as the store would keep it. */
class Kept implements StateReader {
  readonly #values = new Map<string, Uint8Array>();

  get(table: string, key: Uint8Array): Uint8Array | undefined {
    return this.#values.get(nameOf(table, key));
  }

  take(writes: readonly Write[]): void {
    for (const { table, key, value } of writes) {
      if (value === null) this.#values.delete(nameOf(table, key));
      else this.#values.set(nameOf(table, key), Uint8Array.from(value));
    }
  }

  digest(): string {
    const hash = createHash('sha256');
    const entries = [...this.#values].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [name, value] of entries) hash.update(name).update(value);
    return hash.digest('hex');
  }
}

function nameOf(table: string, key: Uint8Array): string {
  return `${table} ${Buffer.from(key).toString('hex')}`;
}

function messageOf(seq: number, body: Uint8Array, changes: Partial<LoggedMessage> = {}): LoggedMessage {
  const streamMs = start + seq;
  return { body, format: null, institution, seq, streamMs, mode: 'screen', decided: null, ...changes };
}

const settlement = (changes: Readonly<Record<string, unknown>> = {}) =>
  jsonOf(claimOf(['T000000001', 'T000000002'], { kind: 'settlement', scene: null, ...changes }));

function decide(
  messages: readonly LoggedMessage[],
  kept: StateReader = new Kept(),
  { pending = [], screen = findsItemX }: { pending?: LogBatch['pending']; screen?: Ruleset['screen'] } = {},
): DecideReply {
  return decideBatch({ messages, pending }, kept, loadedOf(screen), newProgress(), systemClock);
}

const bodiesOf = ({ entries }: DecideReply) =>
  entries.map(({ bytes }) => JSON.parse(Buffer.from(bytes).toString()));

/** Each line overlaps with all others. */
const findsEveryPair: Ruleset['screen'] = (claim, meter) => {
  const found = findsItemX(claim, meter);
  const lines = found.findings.flatMap((one) => one.lines);
  const findings = found.findings.map((one, i): Finding => {
    return { ...one, lines, effect: i === 200 ? 'hold' : one.effect };
  });
  return { ...found, findings };
};

describe('a settlement', () => {
  test('is decided, and its findings stand until it is reversed', () => {
    const reversal = jsonOf(
      claimOf([], { eventId: 'E2', kind: 'reversal', reverses: { claimId: `${institution}/IP1` } }),
    );
    const reply = decide([messageOf(1, settlement()), messageOf(2, reversal)]);
    expect(reply.entries.map(({ status, kind }) => [kind, status])).toEqual([
      ['settlement', 'alert'],
      ['reversal', 'retracted'],
    ]);
    const [decision, receipt] = bodiesOf(reply);
    expect(receipt.retracts).toEqual(
      decision.findings.map(({ findingId }: { findingId: string }) => findingId),
    );
    expect(reply.crashes).toEqual([]);
  });

  test('that a rule fails on is taken into account without rules', () => {
    const reply = decide([messageOf(1, settlement())], new Kept(), {
      screen: () => {
        throw new RangeError('a bug in a rule');
      },
    });
    expect(bodiesOf(reply)[0]).toMatchObject({ status: 'not_screened', cause: 'worker' });
    expect(reply.crashes.map(({ error }) => error)).toEqual(['RangeError']);
    expect(reply.writes.map(({ table }) => table)).toContain('claims');
  });
});

test('between two messages others may go first', () => {
  let count = 0;
  const messages = [messageOf(1, settlement()), messageOf(2, settlement({ eventId: 'E2', claimId: 'C2' }))];
  const progress = newProgress();
  decideBatch({ messages, pending: [] }, new Kept(), loadedOf(findsItemX), progress, systemClock, () => {
    count += 1;
  });
  expect(count).toBe(2);
});

test('a settlement of overlapping long orders is decided in as many bytes as a broker takes, and is followed', () => {
  const codes = Array.from({ length: 400 }, () => 'T000000001');
  const body = jsonOf(claimOf(codes, { kind: 'settlement', scene: null }));
  expect(body.byteLength).toBeLessThan(103_000);
  const [decider, follower] = [new Kept(), new Kept()];
  const reply = decide([messageOf(1, body)], decider, { screen: findsEveryPair });
  const [entry] = reply.entries;
  expect(entry?.bytes.byteLength).toBeLessThanOrEqual(1024 * 1024 - 64 * 1024);
  const [decision] = bodiesOf(reply);
  expect(decision).toMatchObject({ status: 'hold', excessFen: 40_000 });
  expect(decision.detail).toBe(`Shows ${decision.findings.length} of 400 findings.`);
  decider.take(reply.writes);
  const followed = messageOf(1, body, { mode: 'follow', decided: entry!.bytes });
  follower.take(decide([followed], follower).writes);
  expect(follower.digest()).toBe(decider.digest());
});

describe('an event that comes again', () => {
  test('points to the first, in one batch and across batches', () => {
    const kept = new Kept();
    const first = decide([messageOf(1, settlement()), messageOf(2, settlement())], kept);
    expect(first.entries.map(({ firstSeq }) => firstSeq)).toEqual([null, 1]);
    kept.take(first.writes);
    const [later] = decide([messageOf(3, settlement())], kept).entries;
    expect([later?.firstSeq, later?.decisionId]).toEqual([1, first.entries[0]?.decisionId]);
  });

  test('with other content is a dead letter and does nothing', () => {
    const kept = new Kept();
    kept.take(decide([messageOf(1, settlement())], kept).writes);
    const other = decide([messageOf(2, settlement({ sentAt: '2026-03-19T10:00:00+08:00' }))], kept);
    expect(other.entries[0]?.deadLetter?.reason).toBe('conflicting-content');
    expect(other.writes).toEqual([]);
  });
});

describe('what cannot be taken into account is a dead letter', () => {
  const cases: readonly (readonly [string, Uint8Array])[] = [
    ['unreadable', Buffer.from('{"kind":')],
    ['wrong-institution', settlement({ institution: { code: 'H35010200009' } })],
    ['no-event-id', settlement({ eventId: null })],
    ['no-claim-id', settlement({ encounter: {} })],
    ['no-encounter', settlement({ kind: 'fees', encounter: {} })],
    ['not-durable', settlement({ kind: 'screening', scene: 9 })],
    ['no-claim-id', settlement({ kind: 'reversal', encounter: {} })],
  ];
  test.each(cases)('%s', (reason, body) => {
    const reply = decide([messageOf(1, body), messageOf(2, body)]);
    expect(reply.entries.map(({ deadLetter }) => deadLetter?.reason)).toEqual([reason, reason]);
    expect(new Set(reply.entries.map(({ decisionId }) => decisionId)).size).toBe(2);
    expect(reply.writes).toEqual([]);
    expect(bodiesOf(reply)[0]).toMatchObject({ status: 'receipt', note: 'deadletter', reason });
  });
});

interface FeesOfLines {
  readonly lines: readonly object[];
}

test('more fees than an encounter may hold are a dead letter; what is held may be corrected and taken back', () => {
  const fees = (batch: string, lines: number, changes: object = {}): Uint8Array => {
    const claim = claimOf(new Array<string>(lines).fill('T000000001'), {
      kind: 'fees',
      scene: null,
    }) as FeesOfLines;
    const own = claim.lines.map((line, i) => ({ ...line, id: `${batch}-${i}`, chargeBatch: batch }));
    return jsonOf({ ...claim, eventId: `${batch} ${JSON.stringify(changes)}`, lines: own, ...changes });
  };
  const [decider, follower] = [new Kept(), new Kept()];
  let seq = 0;
  const said = (body: Uint8Array): string => {
    seq++;
    const reply = decide([messageOf(seq, body)], decider);
    decider.take(reply.writes);
    const entry = reply.entries[0];
    const followed = messageOf(seq, body, { mode: 'follow', decided: entry?.bytes ?? null });
    follower.take(decide([followed], follower).writes);
    expect(entry?.deadLetter === null || reply.writes.length === 0).toBe(true);
    return entry?.deadLetter?.reason ?? bodiesOf(reply)[0].note;
  };
  expect(['B1', 'B2', 'B3', 'B4'].map((batch) => said(fees(batch, 5_000)))).toEqual(Array(4).fill('held'));
  const oneMore = fees('B5', 1);
  expect([said(oneMore), said(oneMore)]).toEqual(['too-many-fees', 'too-many-fees']);
  expect(said(fees('B4', 5_000, { sentAt: '2026-03-19T10:00:00+08:00' }))).toBe('held');
  // Another node, with other bounds, has taken it in.
  const [held] = decide([messageOf(1, oneMore)]).entries;
  expect(
    decide([messageOf(seq + 1, oneMore, { mode: 'follow', decided: held?.bytes ?? null })], decider).writes,
  ).toHaveLength(2);
  expect(said(fees('B4', 0, { deletes: { chargeBatch: 'B4' } }))).toBe('held');
  expect(said(oneMore)).toBe('held');
  expect(follower.digest()).toBe(decider.digest());
});

test('more refunds than may wait for their lines are a dead letter, and what they had begun is dropped', () => {
  const refund = (batch: string, lines: number, kind = 'refund'): Uint8Array => {
    const claim = claimOf(new Array<string>(lines).fill('T000000001'), { kind, scene: null }) as FeesOfLines;
    const own = claim.lines.map((line, i) => {
      const amounts = { quantity: -1, amount: '-10.00' };
      return { ...line, ...amounts, id: `R${batch}-${i}`, reverses: `${batch}-${i}` };
    });
    return jsonOf({ ...claim, eventId: `${kind} ${batch}`, lines: own });
  };
  const settled = (batch: string): Uint8Array => {
    const claim = claimOf(new Array<string>(5_000).fill('T000000001'), {
      kind: 'settlement',
      scene: null,
    }) as FeesOfLines;
    const lines = claim.lines.map((line, i) => ({ ...line, id: `${batch}-${i}` }));
    return jsonOf({ ...claim, eventId: `settles ${batch}`, lines });
  };
  const kept = new Kept();
  let seq = 0;
  const said = (body: Uint8Array, changes: Partial<LoggedMessage> = {}): string => {
    seq++;
    const reply = decide([messageOf(seq, body, changes)], kept);
    kept.take(reply.writes);
    const { deadLetter } = reply.entries[0] as DecideReply['entries'][number];
    if (deadLetter !== null) expect([reply.writes, reply.entries[0]?.touched]).toEqual([[], []]);
    return deadLetter?.reason ?? bodiesOf(reply)[0].note ?? 'settled';
  };
  expect(['A', 'B', 'C', 'D'].map((batch) => said(refund(batch, 5_000)))).toEqual(Array(4).fill('parked'));
  expect(said(refund('E', 1))).toBe('too-many-refunds');
  // A settlement says so of another one's lines, too, and names itself before anybody can see that.
  expect(said(refund('E', 1, 'settlement'))).toBe('too-many-refunds');
  // What they wait for takes them up.
  expect(said(settled('A'))).toBe('settled');
  expect(said(refund('F', 1))).toBe('parked');
  expect(said(refund('A', 1))).not.toBe('too-many-refunds');
  const [parked] = decide([messageOf(1, refund('G', 5_000))]).entries;
  expect(said(refund('G', 5_000), { mode: 'follow', decided: parked?.bytes ?? null })).toBe('parked');
});

const events = fc.array(arbitraryEvent(), { minLength: 1, maxLength: 12 }).map((list) =>
  list.map((event, i): LoggedMessage => {
    const own = { ...event, eventId: `E${i % 9}`, institution: { ...event.institution, code: institution } };
    return messageOf(i + 1, i % 2 === 0 ? jsonOf(own) : packWire(own));
  }),
);

test('messages decided in any batches, written or still pending, give the same answers and the same state', () => {
  fc.assert(
    fc.property(events, fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }), (messages, isWritten) => {
      const [together, apart] = [new Kept(), new Kept()];
      const whole = decide(messages, together);
      together.take(whole.writes);
      let pending: (readonly Write[])[] = [];
      const entries = messages.flatMap((message, i) => {
        const reply = decide([message], apart, { pending });
        pending.push(reply.writes);
        if (isWritten[i] === true) {
          apart.take(pending.flat());
          pending = [];
        }
        return reply.entries;
      });
      apart.take(pending.flat());
      expect(entries).toEqual(whole.entries);
      expect(apart.digest()).toBe(together.digest());
    }),
  );
});

test('a node that follows the decisions has the state of the node that made them', () => {
  fc.assert(
    fc.property(events, (messages) => {
      const [decider, follower] = [new Kept(), new Kept()];
      const made = decide(messages, decider);
      decider.take(made.writes);
      const seen = messages.map((message, i): LoggedMessage => {
        return { ...message, mode: 'follow', decided: made.entries[i]?.bytes ?? null };
      });
      const followed = decide(seen, follower, {
        screen: () => {
          throw new Error('a follower asks no rules');
        },
      });
      follower.take(followed.writes);
      expect(followed.crashes).toEqual([]);
      expect(followed.entries.map(({ status }) => status)).toEqual(made.entries.map(({ status }) => status));
      expect(follower.digest()).toBe(decider.digest());
    }),
  );
});

describe('what another node has decided', () => {
  const follow = (seq: number, decided: Uint8Array, changes: Partial<LoggedMessage> = {}) =>
    messageOf(seq, settlement(), { mode: 'follow', decided, ...changes });
  /** A body that no worker survives. */
  const deadly = (message: LoggedMessage): LoggedMessage =>
    Object.defineProperty({ ...message }, 'body', {
      get: () => assert.fail('the body is looked at'),
    });

  test('and could not work off is not read', () => {
    const [lost] = decide([messageOf(1, Buffer.from('{"kind":'))]).entries;
    const reply = decide([deadly(follow(1, lost!.bytes))]);
    expect(reply.entries.map(({ kind, status, bytes }) => [kind, status, bytes])).toEqual([
      [null, 'receipt', lost!.bytes],
    ]);
    expect([reply.writes, reply.failed]).toEqual([[], null]);
  });

  test('and had decided before is not read either, whatever its entry repeats', () => {
    const [first] = decide([messageOf(1, settlement())]).entries;
    const reply = decide([deadly(follow(2, first!.bytes, { mode: 'skip' }))]);
    expect(reply.entries.map(({ kind, decisionId }) => [kind, decisionId])).toEqual([
      ['settlement', first!.decisionId],
    ]);
    expect([reply.writes, reply.failed]).toEqual([[], null]);
  });

  test('and cannot be followed ends the batch before it: it is no dead letter here', () => {
    const kept = new Kept();
    const [first] = decide([messageOf(1, settlement())], kept).entries;
    const reply = decide([
      follow(1, first!.bytes),
      follow(2, Buffer.from('no entry of ours')),
      follow(3, first!.bytes),
    ]);
    expect(reply.entries.map(({ decisionId }) => decisionId)).toEqual([first!.decisionId]);
    expect(reply.failed?.error).toBe('SyntaxError');
    expect(reply.writes).toEqual(decide([follow(1, first!.bytes)]).writes);
  });
});
