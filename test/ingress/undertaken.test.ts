import { expect, test } from 'vitest';
import { type Decided, Undertaken } from '../../src/ingress/undertaken.js';

function decidedAt(streamMs: number): Decided {
  const message = { seq: streamMs, streamMs, body: new Uint8Array(), format: null, institution: 'H1' };
  const reply = {
    entries: [],
    writes: [{ table: 'claims', key: Buffer.of(streamMs), value: null }],
    crashes: [],
  };
  const batch = [{ ...message, mode: 'screen', decided: null }];
  return { batch, read: new Map(), reply: { ...reply, elapsedMs: 1 } } as unknown as Decided;
}

function start() {
  const lease = { isMine: true, stillMine: () => lease.isMine };
  const begun: number[] = [];
  const undertaken = new Undertaken(lease, ({ batch }) => begun.push(batch[0]?.streamMs ?? 0));
  return { lease, begun, undertaken };
}

test('what is decided begins with the next batch under way, in order', () => {
  const { undertaken, begun } = start();
  expect(undertaken.takeUp(decidedAt(1))).toBe(true);
  expect([undertaken.streamMs, undertaken.writes.length, begun]).toEqual([1, 1, []]);
  undertaken.goOn();
  expect([undertaken.streamMs, undertaken.writes.length, begun]).toEqual([null, 0, [1]]);
  undertaken.goOn();
  undertaken.takeUp(decidedAt(2));
  undertaken.takeUp(decidedAt(3));
  expect(begun).toEqual([1, 2]);
});

test('once a batch is given up, nothing that was decided on it is kept', () => {
  const { undertaken, begun, lease } = start();
  undertaken.takeUp(decidedAt(1));
  lease.isMine = false;
  undertaken.goOn();
  // Won again meanwhile: the batch after it has seen what never was.
  lease.isMine = true;
  expect(undertaken.takeUp(decidedAt(2))).toBe(false);
  undertaken.goOn();
  expect(begun).toEqual([]);
});

test('what is decided after the lease was lost is nobody’s', () => {
  const { undertaken, begun, lease } = start();
  lease.isMine = false;
  expect(undertaken.takeUp(decidedAt(1))).toBe(false);
  undertaken.goOn();
  expect(begun).toEqual([]);
});
