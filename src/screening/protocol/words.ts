/** Closed sets of words as single bytes. */
import { assert } from '../../base/assert.js';
import type { WireFormat } from '../../claim/formats/wire-format.js';
import { gapCauses, notScreenedCauses, statuses } from '../../decision/decision.js';
import type { Envelope } from '../protocol.js';

/** Written as `satisfies Record`, so that the compiler misses a word that is not listed. */
const formatCodes = {
  'native-json': 0,
  'native-msgpack': 1,
  'nhsa-json': 2,
  'nhsa-gbk': 3,
} as const satisfies Record<WireFormat, number>;
const pathCodes = { advisory: 0, durable: 1 } as const satisfies Record<Envelope['path'], number>;

/** The byte that stands for no word. */
const none = 255;

export interface Words<Word extends string> {
  /** The byte of a word. */
  readonly code: (word: Word | null) => number;
  /** The word of a byte; null where it stands for none. */
  readonly word: (code: number) => Word | null;
  /** The word of a byte that stands for one. */
  readonly some: (code: number) => Word;
}

export const formatWords = wordsOf(Object.keys(formatCodes) as WireFormat[]);
export const pathWords = wordsOf(Object.keys(pathCodes) as Envelope['path'][]);
export const statusWords = wordsOf(statuses);
export const causeWords = wordsOf(notScreenedCauses);
export const gapWords = wordsOf(gapCauses);

export function wordsOf<Word extends string>(words: readonly Word[]): Words<Word> {
  const word = (code: number): Word | null => {
    if (code === none) return null;
    const found = words[code];
    assert(found !== undefined, `no word has the code ${code}`);
    return found;
  };
  return {
    code: (given) => {
      if (given === null) return none;
      const code = words.indexOf(given);
      assert(code >= 0, `${given} is none of ${words.join(', ')}`);
      return code;
    },
    word,
    some: (code) => {
      const found = word(code);
      assert(found !== null, 'a word is missing');
      return found;
    },
  };
}
