import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  bestOf,
  type Floors,
  judge,
  type Measured,
  readFloors,
  verdictLine,
} from '../../../bench/guard-floors.js';

const floors: Floors = {
  natsOfEcho: { atLeast: 0.4 },
  natsOpenP50: { atMost: 3 },
  natsOpenP99: { atMost: 4 },
  httpOfBare: { atLeast: 0.8 },
  bytesPerLine: { atMost: 9 },
};
const good: Measured = {
  natsOfEcho: 0.4,
  natsOpenP50: 3,
  natsOpenP99: 1,
  httpOfBare: 0.9,
  bytesPerLine: 9,
};

describe('the guard', () => {
  it('keeps a limit that is met exactly', () => {
    expect(judge(good, floors).every(({ kept }) => kept)).toBe(true);
  });

  it('sees each ratio that has fallen below its floor or risen above its ceiling', () => {
    for (const broken of [
      { natsOfEcho: 0.39 },
      { natsOpenP50: 3.01 },
      { natsOpenP99: 4.01 },
      { httpOfBare: 0.79 },
      { httpOfBare: Number.NaN },
      { bytesPerLine: 9.1 },
    ]) {
      const verdicts = judge({ ...good, ...broken }, floors);
      expect(verdicts.filter(({ kept }) => !kept).map(({ name }) => name)).toEqual(Object.keys(broken));
    }
  });

  it('fails after three bad tries', async () => {
    let tries = 0;
    const said: string[] = [];
    const measure = async (): Promise<Measured> => {
      tries++;
      return { ...good, natsOfEcho: 0.1 };
    };
    expect(await bestOf(3, floors, measure, (line) => said.push(line))).toBe(false);
    expect(tries).toBe(3);
    expect(said.filter((line) => line.includes('BROKEN  natsOfEcho'))).toHaveLength(3);
  });

  it('stops at the first try that keeps all limits', async () => {
    const measured = [{ ...good, httpOfBare: 0.1 }, good, { ...good, httpOfBare: 0.1 }];
    let tries = 0;
    const measure = async (): Promise<Measured> => measured[tries++]!;
    expect(await bestOf(3, floors, measure, () => {})).toBe(true);
    expect(tries).toBe(2);
  });

  it('does not put a satisfied guard together from the good parts of two tries', async () => {
    const measured = [
      { ...good, httpOfBare: 0.1 },
      { ...good, natsOfEcho: 0.1 },
    ];
    let tries = 0;
    expect(
      await bestOf(
        2,
        floors,
        async () => measured[tries++]!,
        () => {},
      ),
    ).toBe(false);
  });

  it('counts a try that could not measure as a bad one, and says why', async () => {
    const said: string[] = [];
    const measure = async (): Promise<Measured> => {
      throw new Error('7 of 900 requests had no answer');
    };
    expect(await bestOf(2, floors, measure, (line) => said.push(line))).toBe(false);
    expect(said.join('\n')).toContain('7 of 900 requests had no answer');
  });

  it('prints the ratio and its limit', () => {
    const [first] = judge({ ...good, natsOfEcho: 0.123 }, floors);
    expect(verdictLine(first!)).toMatch(/^BROKEN {2}natsOfEcho\s+0\.123\s+at least 0\.4$/);
  });
});

describe('the floors file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'claimgate-floors-'));
  const written = (name: string, value: unknown): string => {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify(value));
    return path;
  };

  it('as shipped has a limit for everything that is measured', () => {
    expect(() => readFloors('bench/floors.json')).not.toThrow();
    expect(() => readFloors('bench/guard-unreachable.json')).not.toThrow();
  });

  it('is refused where a limit is missing, misspelt or none', () => {
    const { httpOfBare: _, ...fewer } = floors;
    expect(() => readFloors(written('a', fewer))).toThrow('httpOfBare needs');
    expect(() => readFloors(written('b', { ...floors, httpOfBear: { atLeast: 1 } }))).toThrow('httpOfBear');
    expect(() => readFloors(written('c', { ...floors, httpOfBare: { atleast: 1 } }))).toThrow('httpOfBare');
    expect(() => readFloors(written('d', { ...floors, httpOfBare: { atLeast: '1' } }))).toThrow('httpOfBare');
    expect(() => readFloors(written('e', { ...floors, httpOfBare: { atLeast: 1, atMost: 2 } }))).toThrow(
      'httpOfBare',
    );
  });
});
