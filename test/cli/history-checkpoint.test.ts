/** When a rebuilt state is held against the old one. */
import { describe, expect, it } from 'vitest';
import { ok } from '../../src/base/result.js';
import { Checkpoint } from '../../src/cli/history-checkpoint.js';
import type { LaneParts } from '../../src/ingress/lane-parts.js';

type Batch = Parameters<LaneParts['decide']>[0];
const reply = ok({ entries: [], writes: [], crashes: [], failed: null, elapsedMs: 0 });

/** A state that counts messages, and whose digest says how many. */
function rebuiltTo(start: number) {
  let committed = start;
  const decided: number[][] = [];
  const state = {
    position: () => ({
      streamCreated: '',
      committed,
      published: 0,
      streamMs: 0,
      messageMs: null,
      decisions: null,
    }),
    digest: () => `digest at ${committed}`,
  };
  const decide: LaneParts['decide'] = async ({ messages }) => {
    decided.push(messages.map(({ seq }) => seq));
    return reply;
  };
  const run = async (guarded: LaneParts['decide'], ...sequences: readonly number[]) => {
    const messages = sequences.map((seq) => ({ seq })) as unknown as Batch['messages'];
    const result = await guarded({ messages, pending: [] });
    if (result.ok) committed = sequences.at(-1) as number;
    return result.ok;
  };
  return { state, decide, decided, run };
}

describe('the comparison of a rebuilt state', () => {
  it('happens between the last message that the old state has and the first that it has not', async () => {
    const { state, decide, decided, run } = rebuiltTo(0);
    const checkpoint = new Checkpoint({ committed: 4, digest: 'digest at 4' }, state);
    const guarded = checkpoint.guard(decide);
    expect(await run(guarded, 1, 2)).toBe(true);
    // A batch across the position is worked off message by message.
    expect(await run(guarded, 3, 4, 5)).toBe(false);
    for (const seq of [3, 4, 5]) expect(await run(guarded, seq)).toBe(true);
    expect(await run(guarded, 6, 7)).toBe(true);
    expect(decided).toEqual([[1, 2], [3], [4], [5], [6, 7]]);
    expect(checkpoint.finish()).toBe('equal');
  });

  it('happens at the end where nothing comes behind', async () => {
    const { state, decide, run } = rebuiltTo(0);
    const [same, other] = ['digest at 2', 'another'].map(
      (digest) => new Checkpoint({ committed: 2, digest }, state),
    );
    await run(decide, 1, 2);
    expect([same?.finish(), other?.finish()]).toEqual(['equal', 'different']);
  });

  it('takes a message that was erased for none', async () => {
    const { state, decide, run } = rebuiltTo(0);
    const checkpoint = new Checkpoint({ committed: 4, digest: 'digest at 3' }, state);
    const guarded = checkpoint.guard(decide);
    await run(guarded, 1, 2, 3);
    await run(guarded, 5);
    expect(checkpoint.finish()).toBe('equal');
  });

  it('cannot happen beyond the position, or before it', async () => {
    const beyond = rebuiltTo(5);
    const passed = new Checkpoint({ committed: 4, digest: 'digest at 5' }, beyond.state);
    expect(await beyond.run(passed.guard(beyond.decide), 6)).toBe(true);
    expect(passed.finish()).toBe('passed');
    const short = rebuiltTo(3);
    expect(new Checkpoint({ committed: 4, digest: 'digest at 3' }, short.state).finish()).toBe('short');
  });
});
