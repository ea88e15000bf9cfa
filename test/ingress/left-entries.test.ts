import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LeftEntries } from '../../src/ingress/left-entries.js';

const step = fc.oneof(
  { weight: 8, arbitrary: fc.constant({ note: 'next' as const }) },
  fc.record({ note: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ to: fc.integer({ min: 0, max: 30 }) }),
  fc.record({ from: fc.integer({ min: 10, max: 60 }) }),
);

test('they are told apart as if each were kept alone', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const left = new LeftEntries();
      let alone: { seq: number; place: number }[] = [];
      let [place, seq] = [7, 0];
      for (const one of steps) {
        if ('note' in one) {
          seq = one.note === 'next' ? seq + 1 : one.note;
          left.note(seq, place, { seq: place - 1, id: 'before' });
          alone.push({ seq, place });
          place += 1;
        } else if ('to' in one) {
          left.forgetTo(one.to);
          alone = alone.filter((kept) => kept.seq > one.to);
        } else {
          left.forgetFrom(one.from);
          alone = alone.filter((kept) => kept.seq < one.from);
        }
        expect([left.isEmpty, left.last]).toEqual([
          alone.length === 0,
          alone.reduce((last, kept) => Math.max(last, kept.seq), 0),
        ]);
        expect(left.before?.seq).toBe(alone[0] === undefined ? undefined : alone[0].place - 1);
        for (const wanted of new Set([seq, ...alone.map((kept) => kept.seq)])) {
          const places = alone.filter((kept) => kept.seq === wanted).map((kept) => kept.place);
          expect(left.placesOf(wanted)).toEqual(places);
        }
      }
    }),
  );
});

test('what is stored in the order of its messages takes no more room than one', () => {
  const left = new LeftEntries();
  for (let i = 0; i < 100_000; i++) left.note(5 + i, 9 + i, { seq: 8 + i });
  expect([left.size, left.placesOf(70_000)]).toEqual([1, [70_004]]);
});
