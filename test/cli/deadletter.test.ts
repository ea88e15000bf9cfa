/** Dead letters on a real broker, through the built command line. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deadLetterOf } from '../../src/egress/dead-letter.js';
import type { LogMessage } from '../../src/nats/ordered-log.js';
import { startTestBroker } from '../nats/broker-fixture.js';
import { type Jetstream, startJetstream, storedInTime } from '../nats/jetstream-fixture.js';
import { claimgate } from './command-line.js';

const gbk = Buffer.concat([
  Buffer.from('{"name": "'),
  Buffer.from([0xd2, 0xbd, 0xb1, 0xa3]),
  Buffer.from('"}'),
]);
const conflict = '{"eventId": "E1", "changed": true}';
const letters: readonly (readonly [reason: string, institution: string | null, body: Uint8Array])[] = [
  ['unreadable', 'H1', Buffer.from('{"eventId": "E1", 医保')],
  ['conflicting-content', 'H1', Buffer.from(conflict)],
  ['unreadable', 'H2', gbk],
  ['unreadable', 'H1', Buffer.from('{"eventId": "E1", 医保')],
  ['unreadable', null, Buffer.from('nobody')],
];

let js: Jetstream;
const run = (...words: readonly string[]) => claimgate(['deadletter', ...words], { NATS_URL: js.broker.url });

beforeAll(async () => {
  js = await startJetstream();
  for (const [i, [reason, institution, data]] of letters.entries()) {
    const message: LogMessage = {
      seq: 100 + i,
      streamMs: 0,
      subject: `claimgate.settle.${institution ?? 'no code'}`,
      data,
      header: (name) => (name === 'Content-Type' ? 'application/json; charset=GBK' : null),
    };
    const detail = `Reason ${i}.`;
    const { subject, data: body, headers } = deadLetterOf(message, { reason, detail }, 'created');
    const stored = await js.link.request(subject, body, { timeoutMs: 60_000, headers });
    if (!stored.ok) throw new Error(stored.error);
  }
});
afterAll(() => js.stop());

describe('claimgate deadletter list', () => {
  it('lists the newest first, with reason, institution, place in CLAIMS, size and detail', async () => {
    const { code, out } = await run('list');
    expect(code).toBe(0);
    const lines = out.split('\n');
    expect(lines.slice(1, 6).map((text) => Number(text.slice(0, 9)))).toEqual([5, 4, 3, 2, 1]);
    expect(lines[4]).toMatch(/^ +2 {2}20\S+ +conflicting-content +H1 +101 +34 {2}Reason 1\.$/);
    expect(lines[6]).toBe('5 shown; DEADLETTER holds 5');
  });

  it('lists only what is asked for', async () => {
    const { out } = await run('list', '--reason', 'unreadable', '--institution', 'H1', '--limit', '1');
    expect(out.split('\n').slice(1, 3)).toEqual([
      expect.stringMatching(/^ +4 /),
      '1 shown; DEADLETTER holds 5',
    ]);
    expect((await run('list', '--reason', 'no-event-id')).out).toBe('no such letter; DEADLETTER holds 5\n');
  });
});

describe('claimgate deadletter show', () => {
  it('shows headers, and the body as text where it is text', async () => {
    const { code, out } = await run('show', '1');
    expect(code).toBe(0);
    expect(out).toContain('Claimgate-Reason: unreadable\n');
    expect(out).toContain('Claimgate-Sequence: 100\n');
    expect(out).toContain('Nats-Msg-Id: dl:created:100\n');
    expect(out.endsWith('bytes:\n\n{"eventId": "E1", 医保\n')).toBe(true);
  });

  it('shows other bytes as bytes, decoding nothing', async () => {
    const { out } = await run('show', '3');
    expect(out).toContain('16 bytes, as hex:\n\n00000000  7b 22 6e 61 6d 65 22 3a 20 22 d2 bd b1 a3');
    expect(out).toContain('{"name": "...."}');
    expect((await run('show', '2', '--hex')).out).toContain('as hex');
  });

  it('gives the body alone, for a file', async () => {
    expect((await run('show', '2', '--raw')).out).toBe(conflict);
  });

  it('says that there is none', async () => {
    const { code, err } = await run('show', '99');
    expect([code, err]).toEqual([1, 'there is no dead letter 99\n']);
  });
});

describe('claimgate deadletter retry', () => {
  it('sends the whole body as a new event that names the letter', async () => {
    const { code, out } = await run('retry', '3');
    expect(code).toBe(0);
    const seq = Number(/message (\d+) of CLAIMS/.exec(out)?.[1]);
    const event = await inClaims(seq);
    expect(Buffer.from(event.data).equals(gbk)).toBe(true);
    expect(event.subject).toBe('claimgate.settle.H2');
    expect(event.header('Claimgate-Retry-Of')).toBe('3');
    expect(event.header('Content-Type')).toBe('application/json; charset=GBK');
  });

  it('may be done again: the broker takes it for no duplicate', async () => {
    const again = await run('retry', '3');
    const seq = Number(/message (\d+) of CLAIMS/.exec(again.out)?.[1]);
    expect((await inClaims(seq - 1)).header('Claimgate-Retry-Of')).toBe('3');
    expect((await inClaims(seq)).header('Claimgate-Retry-Of')).toBe('3');
  });

  it('refuses a letter that needs another event id, unless forced', async () => {
    const before = await lastInClaims();
    for (const words of [['2'], ['--all', '--reason', 'conflicting-content']]) {
      const { code, err } = await run('retry', ...words);
      expect(code).toBe(1);
      expect(err).toContain('another event id');
    }
    expect(await lastInClaims()).toBe(before);
    expect((await run('retry', '2', '--force')).code).toBe(0);
    expect(await lastInClaims()).toBe(before + 1);
  });

  it('sends all of a reason, equal ones once, and says what it could not send', async () => {
    const before = await lastInClaims();
    const { code, out, err } = await run('retry', '--all', '--reason', 'unreadable');
    expect([code, out]).toEqual([1, '2 letters sent again, 1 equal to one of them left out, 1 refused\n']);
    expect(err).toContain('letter 5 names no institution');
    expect(await lastInClaims()).toBe(before + 2);
    const of = [1, 2].map(async (i) => (await inClaims(before + i)).header('Claimgate-Retry-Of'));
    expect(await Promise.all(of)).toEqual(['1', '3']);
    const only = await run('retry', '--all', '--reason', 'unreadable', '--institution', 'H2');
    expect([only.code, only.out]).toEqual([0, '1 letters sent again, 0 refused\n']);
  });

  it('wants to know which', async () => {
    for (const words of [[], ['1', '--all'], ['--all'], ['0']]) {
      const { code, err } = await run('retry', ...words);
      expect(code).toBeGreaterThan(0);
      expect(err).not.toBe('');
    }
  });
});

describe('claimgate deadletter without a broker, or without letters', () => {
  it('says so in one line', async () => {
    const unset = await claimgate(['deadletter', 'list'], { CLAIMGATE_DATA_DIR: '/nowhere' });
    expect([unset.code, unset.err.trim().split('\n')]).toEqual([2, [expect.stringContaining('NATS_URL')]]);
    const away = await claimgate(['deadletter', 'list'], { NATS_URL: 'nats://127.0.0.1:1' });
    expect([away.code, away.err.trim().split('\n')]).toEqual([
      2,
      [expect.stringContaining('cannot be reached')],
    ]);
    const bare = await startTestBroker();
    const empty = await claimgate(['deadletter', 'list'], { NATS_URL: bare.url });
    await bare.stop();
    expect([empty.code, empty.err]).toEqual([1, expect.stringContaining('no stream DEADLETTER')]);
  });
});

async function inClaims(seq: number): Promise<LogMessage> {
  const found = await storedInTime(js.link, 'CLAIMS', seq);
  if (!found.ok || found.value === null) throw new Error(`no message ${seq}`);
  return found.value;
}

async function lastInClaims(): Promise<number> {
  return (await js.manager.streams.info('CLAIMS')).state.last_seq;
}
