/** From bodies that are there to one that nobody has sent. */
import { TextDecoder } from 'node:util';
import iconv from 'iconv-lite';
import type { WireFormat } from '../../src/claim/formats/wire-format.js';
import { mutateBytes } from './byte-mutations.js';
import { jsonDialect } from './json-dialect.js';
import { messagePackDialect } from './messagepack-dialect.js';
import { wireFormats } from './seeds.js';
import { mutateTree } from './structure-mutations.js';
import type { Input } from './subject.js';
import type { Choices, Dialect } from './tree.js';

function decoded(encoding: 'utf-8' | 'gbk'): (bytes: Uint8Array) => string | undefined {
  const decoder = new TextDecoder(encoding, { fatal: true });
  return (bytes) => {
    try {
      return decoder.decode(bytes);
    } catch {
      return undefined;
    }
  };
}

export const utf8Json = jsonDialect({
  decode: decoded('utf-8'),
  encode: (text) => new TextEncoder().encode(text),
});
const gbkJson = jsonDialect({
  decode: decoded('gbk'),
  encode: (text) => new Uint8Array(iconv.encode(text, 'gbk')),
});

/**
 * One to several changes of `input`, most of them of the structure; `donor` lends what is copied in. One in
 * fifty is announced as what it is not, one in twenty-five as nothing.
 */
export function mutate(input: Input, donor: Input, choices: Choices): Input {
  const family = input.format ?? 'native-json';
  const bytes = changed(family, input.bytes, donor.bytes, choices);
  if (choices.chance(0.02)) return { bytes, format: choices.pick(wireFormats) };
  return { bytes, format: choices.chance(0.04) ? null : input.format };
}

function changed(family: WireFormat, bytes: Uint8Array, donor: Uint8Array, choices: Choices): Uint8Array {
  const times = choices.pick([1, 1, 1, 2, 2, 3, 4, 8]);
  if (choices.chance(0.2)) return mutateBytes(bytes, donor, choices, times);
  const structured =
    family === 'native-msgpack'
      ? throughTree(messagePackDialect, messagePackDialect, bytes, donor, choices, times)
      : throughTree(readingJson(family), writingJson(family, choices), bytes, donor, choices, times);
  if (structured === null) return mutateBytes(bytes, donor, choices, times);
  return choices.chance(0.1) ? mutateBytes(structured, donor, choices, 1) : structured;
}

const readingJson = (family: WireFormat) => (family === 'nhsa-gbk' ? gbkJson : utf8Json);

/** Some senders declare the one encoding and send the other. */
const writingJson = (family: WireFormat, choices: Choices) =>
  (family === 'nhsa-gbk') === choices.chance(0.97) ? gbkJson : utf8Json;

function throughTree<Leaf>(
  reading: Dialect<Leaf>,
  writing: Dialect<Leaf>,
  bytes: Uint8Array,
  donor: Uint8Array,
  choices: Choices,
  times: number,
): Uint8Array | null {
  const tree = reading.parse(bytes);
  return tree === null
    ? null
    : writing.print(mutateTree(tree, reading.parse(donor), reading, choices, times), choices);
}
