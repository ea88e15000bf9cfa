/** What waits to be published. Goal: it is bounded, and nobody waits for more when nothing is published any more. */
import { expect, test } from 'vitest';
import { fail, ok } from '../../src/base/result.js';
import type { Answer, Unpublished } from '../../src/egress/decision-publisher.js';
import { type Consignment, Outbox } from '../../src/egress/outbox.js';

const mebibyte = 1024 * 1024;

function consignment(seq: number, partBytes = 0): Consignment {
  const [subject, bytes] = ['claimgate.decisions.H1.clean', new Uint8Array(10)];
  const part = { subject, headers: {}, data: new Uint8Array(partBytes) };
  const answer: Answer = { seq, subject, headers: {}, bytes, deadLetter: null, parts: [part] };
  return { answers: [answer], messages: new Map() };
}

/** An outbox whose publisher answers when told, with what it is told. */
function openOutbox() {
  const asked: number[] = [];
  const told: string[] = [];
  const settle: ((problem?: Unpublished) => void)[] = [];
  const outbox = new Outbox({
    publisher: {
      publish: (answers) =>
        new Promise((resolve) => {
          asked.push(...answers.map(({ seq }) => seq));
          settle.push((problem) => {
            if (problem !== undefined) resolve(fail(problem));
            else resolve(ok(answers.map(({ seq }) => ({ entry: seq, wasThere: false }))));
          });
        }),
    },
    streamCreated: '2026-01-01T00:00:00Z',
    published: (answers) => told.push(`published ${answers.map(({ seq }) => seq).join(' ')}`),
    onFailure: () => told.push('failed'),
  });
  return { outbox, asked, told, next: async (problem?: Unpublished) => settle.shift()?.(problem) };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

async function isFree(outbox: Outbox): Promise<boolean> {
  const full = Symbol();
  return (await Promise.race([outbox.room(), turn().then(() => full)])) !== full;
}

test('a batch that cannot be published is told at once, and none after it is published', async () => {
  const { outbox, asked, told, next } = openOutbox();
  for (const seq of [1, 2, 3]) outbox.add(consignment(seq));
  await turn();
  await next();
  await turn();
  await next({ seq: 2, kind: 'unreadable-stream', message: 'TIMEOUT' });
  await turn();
  expect(asked).toEqual([1, 2]);
  expect(told).toEqual(['published 1', 'failed']);
  await expect(outbox.room()).rejects.toThrow('message 2 of CLAIMS: TIMEOUT');
  await expect(outbox.empty()).rejects.toThrow('message 2 of CLAIMS: TIMEOUT');
});

test('sixteen batches may wait, or 32 MiB with their parts', async () => {
  const many = openOutbox();
  for (let seq = 1; seq <= 16; seq++) {
    expect(await isFree(many.outbox)).toBe(true);
    many.outbox.add(consignment(seq));
  }
  expect(await isFree(many.outbox)).toBe(false);
  await many.next();
  expect(await isFree(many.outbox)).toBe(true);

  const large = openOutbox();
  for (const seq of [1, 2]) large.outbox.add(consignment(seq, 16 * mebibyte));
  expect(await isFree(large.outbox)).toBe(false);
  await large.next();
  expect(await isFree(large.outbox)).toBe(true);
});
