/** What a run takes between marks, over all of its readings. */
import { describe, expect, test } from 'vitest';
import { Marks } from '../../../bench/replay/marks.js';

/** A clock that somebody sets. */
function handClock() {
  const now = { ms: 0, cpuMs: 0 };
  return { now, lap: () => ({ ...now }) };
}

describe('marks of a run', () => {
  test('tell the beginning from what follows', () => {
    const { now, lap } = handClock();
    const marks = new Marks([40, 70], lap);
    const steps = [
      [20, 5],
      [41, 9],
      [60, 12],
      [70, 15],
      [100, 21],
    ] as const;
    for (const [done, at] of steps) {
      now.ms = at;
      now.cpuMs = 2 * at;
      marks.see('replaying', done);
    }
    now.ms = 25;
    now.cpuMs = 50;
    expect(marks.finish()).toEqual([
      { ms: 15 - 9, cpuMs: 30 - 18 },
      { ms: 25 - 15, cpuMs: 50 - 30 },
    ]);
  });

  test('add up two readings, and leave out one that was given up', () => {
    const { now, lap } = handClock();
    const marks = new Marks([50], lap);
    const steps = [
      ['replaying', 10, 1],
      ['surveying', 50, 4],
      ['surveying', 100, 6],
      ['replaying', 60, 7],
      ['replaying', 100, 17],
    ] as const;
    for (const [phase, done, at] of steps) {
      now.ms = now.cpuMs = at;
      marks.see(phase, done);
    }
    now.ms = now.cpuMs = 20;
    // The first reading's end is what comes with the second one's first piece.
    expect(marks.finish()).toEqual([{ ms: 7 - 4 + (20 - 7), cpuMs: 7 - 4 + (20 - 7) }]);
  });

  test('take a reading that begins again for another one', () => {
    const { now, lap } = handClock();
    const marks = new Marks([10], lap);
    for (const [done, at] of [
      [10, 1],
      [20, 2],
      [10, 5],
    ] as const) {
      now.ms = at;
      marks.see('replaying', done);
    }
    now.ms = 9;
    expect(marks.finish()).toEqual([{ ms: 5 - 1 + (9 - 5), cpuMs: 0 }]);
  });
});
