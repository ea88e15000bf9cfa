import { randomInt } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Random } from '../judge/random.js';
import { messagePackDialect } from './messagepack-dialect.js';
import { mutate, utf8Json } from './mutate.js';
import { seedsOf, wireFormats } from './seeds.js';
import { comparable, plain } from './subject.js';
import { slotsOf } from './tree.js';

const seed = randomInt(2 ** 31);
const random = new Random(seed);

describe(`bodies taken apart and put together, seed ${seed}`, () => {
  it('MessagePack in any head form says the same', () => {
    const seeds = seedsOf('native-msgpack', 1);
    let respelt = 0;
    for (const { bytes, format } of seeds) {
      const tree = messagePackDialect.parse(bytes);
      expect(tree).not.toBeNull();
      for (let i = 0; i < 20 && tree !== null; i++) {
        const printed = messagePackDialect.print(tree, random);
        if (!Buffer.from(printed).equals(bytes)) respelt++;
        expect(comparable(plain.read(printed, format))).toEqual(comparable(plain.read(bytes, format)));
      }
    }
    expect(respelt).toBeGreaterThan(10);
  });

  it('JSON with any spaces, escapes in its keys and a byte order mark says the same', () => {
    for (const { bytes, format } of seedsOf('native-json', 1)) {
      const tree = utf8Json.parse(bytes);
      expect(tree).not.toBeNull();
      if (tree === null) continue;
      for (const { value } of slotsOf({ key: '', value: tree })) {
        for (const member of value.kind === 'map' ? value.members : []) {
          if (random.chance(0.3)) member.key = member.key.replace(/[a-z]/, (letter) => `\\u00${hex(letter)}`);
        }
      }
      const printed = utf8Json.print(tree, random);
      expect(comparable(plain.read(printed, format))).toEqual(comparable(plain.read(bytes, format)));
    }
  });
});

const hex = (letter: string): string => letter.charCodeAt(0).toString(16);

describe(`changed bodies, seed ${seed}`, () => {
  it.each(wireFormats)('of %s: many can still be read, and many say something else', (format) => {
    const seeds = seedsOf(format, 1);
    let [readable, other] = [0, 0];
    const codes = new Set<string>();
    for (let i = 0; i < 600; i++) {
      const sent = random.pick(seeds);
      const changed = mutate(sent, random.pick(seeds), random);
      const outcome = plain.read(changed.bytes, changed.format);
      if (outcome.ok) readable++;
      else codes.add(outcome.unreadable.code);
      const before = comparable(plain.read(sent.bytes, sent.format));
      if (outcome.ok && !isDeepStrictEqual(comparable(outcome), before)) other++;
    }
    expect(readable).toBeGreaterThan(90);
    expect(other).toBeGreaterThan(40);
    expect([...codes]).toEqual(expect.arrayContaining(['syntax', 'encoding', 'wrong-shape', 'too-deep']));
  });
});
