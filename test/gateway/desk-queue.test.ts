/** The desk's work, one at a time, in whatever turn callers come. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { fail } from '../../src/base/result.js';
import { type Caller, oneAtATime } from '../../src/gateway/desk-queue.js';
import { gatewayOver, passes } from './gateway-fixture.js';

const from = (name: string, gone = new AbortController()): Caller => ({ name, gone: gone.signal });
const turns = () => new Promise((resolve) => setImmediate(resolve));

/** Work of which the test says when it is done. */
function desk() {
  const alone = oneAtATime();
  const log: string[] = [];
  const ends: (() => void)[] = [];
  const ask = async (caller: Caller, what = caller.name): Promise<void> => {
    try {
      await alone(caller, () => {
        log.push(what);
        return new Promise<void>((resolve) => ends.push(resolve));
      });
    } catch (error) {
      log.push(`${what} ${(error as { code?: string }).code}`);
    }
  };
  const end = async (): Promise<void> => {
    ends.shift()?.();
    await turns();
  };
  return { ask, end, log };
}

describe('the desk', () => {
  test('works for one at a time, and for nobody twice while others wait', async () => {
    const { ask, end, log } = desk();
    for (const what of ['a1', 'a2']) void ask(from('a'), what);
    void ask(from('b'), 'b1');
    void ask(from('c'), 'c1');
    expect(log).toEqual(['a1']);
    await end();
    expect(log).toEqual(['a1', 'b1']);
    void ask(from('b'), 'b2');
    for (let i = 0; i < 4; i++) await end();
    expect(log).toEqual(['a1', 'b1', 'a2', 'c1', 'b2']);
  });

  test('has one waiting of each, and four in all; others are told to ask again', async () => {
    const { ask, end, log } = desk();
    for (const name of ['a', 'a', 'a', 'b', 'c', 'd', 'e']) void ask(from(name));
    await turns();
    expect(log).toEqual(['a', 'a busy', 'e busy']);
    for (let i = 0; i < 5; i++) await end();
    expect(log.slice(3)).toEqual(['b', 'a', 'c', 'd']);
  });

  test('waits for nobody who has gone, and goes on where work has failed', async () => {
    const alone = oneAtATime();
    const { ask, end, log } = desk();
    const gone = new AbortController();
    void ask(from('a'));
    void ask(from('b', gone));
    void ask(from('c'));
    gone.abort();
    await end();
    void ask(from('b', gone));
    await turns();
    expect(log).toEqual(['a', 'b busy', 'c', 'b busy']);
    const broken = alone(from('a'), () => Promise.reject(new Error('broken')));
    const after = alone(from('a'), async () => 'done');
    await expect(broken).rejects.toThrow('broken');
    expect(await after).toBe('done');
  });

  test('comes to whoever waits, whoever else asks', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1 }), async (names) => {
        const { ask, end, log } = desk();
        void ask(from('a'));
        void ask(from('z'));
        for (const name of names) {
          void ask(from(name));
          await end();
        }
        expect(log.filter((one) => !one.endsWith('busy')).slice(0, 3)).toContain('z');
      }),
    );
  });
});

test('work that has come to no end is a problem that says it may be tried again', async () => {
  const lost = async () => fail('the compiler ended with SIGKILL, at /somewhere');
  const terms = { work: lost, alone: oneAtATime(), folder: '', desk: null, replays: {}, clock: systemClock };
  const app = await gatewayOver(passes, null, {}, { knowledge: terms as never });
  for (let times = 0; times < 2; times++) {
    const answer = await app.inject({ url: '/v1/knowledge/lists' });
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '1']);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.json()).toMatchObject({ code: 'unfinished', retryable: true, status: 503 });
    expect(answer.body).not.toContain('somewhere');
  }
  await app.close();
});
