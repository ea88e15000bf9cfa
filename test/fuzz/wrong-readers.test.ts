import { randomInt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Campaign, type Finding, hangs } from './campaign.js';
import { judge } from './judge.js';
import { describeFinding, smallest } from './report.js';
import { seedsOf } from './seeds.js';
import { type Input, plain, type Subject, subjects } from './subject.js';
import { leaking, neverEnding, type WrongReader, wrongReaders } from './wrong-readers.js';

const small: Input = { bytes: new TextEncoder().encode('{"kind":"screening"}'), format: null };
const maxExecutions = 20_000;

const against = (wrong: Subject): readonly Subject[] => [plain, wrong];

/**
 * A campaign begins at random, and may look in the wrong places all its time: for the mistake that is hardest to find,
 * three in ten do.
 */
const campaigns = 25;

/** What fuzzing finds wrong with one reader; null where no campaign finds anything in time. */
function fuzz(wrong: WrongReader, hangMs = 10_000): Finding | null {
  for (let i = 0; i < campaigns; i++) {
    const campaign = new Campaign(wrong.format, randomInt(2 ** 31), against(wrong), { hangMs });
    let found = campaign.judgeSeeds();
    while (found === null && campaign.executions < maxExecutions) found = campaign.batch(20);
    if (found !== null) return found;
  }
  return null;
}

describe('what fuzzing finds', () => {
  it.each(wrongReaders.map((wrong) => [wrong.name, wrong] as const))('a reader that %s', (_, wrong) => {
    expect(fuzz(wrong)?.problem).toContain(wrong.name);
  });

  it('a reader that never ends', () => {
    expect(fuzz(neverEnding, 1_000)?.problem).toBe(hangs);
  });

  it('a name in a claim, with no other reader to compare', () => {
    const input = seedsOf(leaking.format, 1).find(({ bytes }) =>
      judge({ bytes, format: null }, small, [leaking]),
    );
    expect(input && judge(input, small, [leaking])).toBe(
      `${leaking.name}: keeps a name or a number of a person`,
    );
  });

  it('nothing in a reader that is right', () => {
    const campaign = new Campaign('native-json', randomInt(2 ** 31), subjects);
    expect(campaign.judgeSeeds()).toBeNull();
  });
});

describe('what is reported', () => {
  const wrong = wrongReaders.find(({ name }) => name === 'reads 1e2 as 1') as WrongReader;
  const found = fuzz(wrong) as Finding;
  const small = smallest(found, against(wrong));

  it('is the same mistake in fewer bytes', () => {
    expect(judge(small.input, small.between, against(wrong))).toBe(found.problem);
    expect(small.input.bytes.length).toBeLessThan(120);
    expect(Buffer.from(small.input.bytes).toString()).toMatch(/\de\d/i);
  });

  it('is there to be read again', () => {
    const base64 = /base64 (\S+)/.exec(describeFinding(small))?.[1] ?? '';
    expect(new Uint8Array(Buffer.from(base64, 'base64'))).toEqual(small.input.bytes);
  });
});
