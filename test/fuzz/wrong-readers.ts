/**
 * Readers with one mistake each, of the kinds that fast readers make. Fuzzing has to find every one of
 * them.
 */
import type { WireFormat } from '../../src/claim/formats/wire-format.js';
import { messagePackDialect } from './messagepack-dialect.js';
import { utf8Json } from './mutate.js';
import { type Input, type Outcome, plain, type Subject, shifted } from './subject.js';
import { type Choices, type Dialect, type Member, slotsOf, type Tree } from './tree.js';

export interface WrongReader extends Subject {
  /** Where the mistake can show. */
  readonly format: WireFormat;
}

const never: Choices = { whole: (from) => from, pick: (items) => items[0] as never, chance: () => false };

type Change<Leaf> = (root: Member<Leaf>) => void;

/** A reader that sees another tree than was sent. */
function seeing<Leaf>(
  name: string,
  format: WireFormat,
  dialect: Dialect<Leaf>,
  change: Change<Leaf>,
): WrongReader {
  const seen = (bytes: Uint8Array): Uint8Array => {
    const tree = dialect.parse(bytes);
    if (tree === null) return bytes;
    const root = { key: dialect.text(''), value: tree };
    change(root);
    return dialect.print(root.value, never);
  };
  // What cannot be read either way is no matter of the mistake.
  const read = (bytes: Uint8Array, as: WireFormat | null): Outcome => {
    const right = plain.read(bytes, as);
    return right.ok && right.format === format ? plain.read(seen(bytes), as) : right;
  };
  return { name, format, read };
}

/** A reader whose answer is not the right one. */
function answering(
  name: string,
  format: WireFormat,
  change: (outcome: Outcome, input: Input) => Outcome,
): WrongReader {
  return { name, format, read: (bytes, as) => change(plain.read(bytes, as), { bytes, format: as }) };
}

/** Changes single leaves, of texts and numbers alike. */
function eachLeaf<Leaf>(change: (raw: Leaf) => Leaf): Change<Leaf> {
  return (root) => {
    for (const { value } of slotsOf(root)) if (value.kind === 'leaf') value.raw = change(value.raw);
  };
}

function keepFirstOfRepeated({ value }: Member<string>): void {
  for (const { value: node } of slotsOf({ key: '', value })) {
    if (node.kind !== 'map') continue;
    const keys = new Set<string>();
    node.members = node.members.filter(({ key }) => !keys.has(key) && keys.add(key));
  }
}

function dropEscapedKeys({ value }: Member<string>): void {
  for (const { value: node } of slotsOf({ key: '', value })) {
    if (node.kind === 'map') node.members = node.members.filter(({ key }) => !key.includes('\\'));
  }
}

/** Reads 64-bit integers by their lower half. */
function lowerHalf(raw: Uint8Array): Uint8Array {
  const wide = raw[0] === 0xcf || raw[0] === 0xd3;
  return wide ? new Uint8Array([0xce, ...raw.subarray(5)]) : raw;
}

/** Takes a 32-bit float as what it exactly is. */
function widened(raw: Uint8Array): Uint8Array {
  if (raw[0] !== 0xca) return raw;
  const made = Buffer.alloc(9, 0xcb);
  made.writeDoubleBE(Buffer.from(raw).readFloatBE(1), 1);
  return new Uint8Array(made);
}

/** Keeps the last event id for a claim that has none. */
function remembering(): WrongReader {
  let last: string | null = null;
  return answering('keeps the last event id', 'native-json', (outcome) => {
    if (!outcome.ok) return outcome;
    last = outcome.claim.eventId ?? last;
    return { ...outcome, claim: { ...outcome.claim, eventId: last } };
  });
}

function refusesDepth16(outcome: Outcome, { bytes }: Input): Outcome {
  const tree = utf8Json.parse(bytes) as Tree<string> | null;
  const deepest =
    tree === null ? 0 : Math.max(...slotsOf({ key: '', value: tree }).map(({ depth }) => depth));
  if (!outcome.ok || deepest < 16) return outcome;
  return {
    ok: false,
    unreadable: { code: 'too-deep', message: 'Too deep.', eventId: null, claimId: null },
    reply: null,
  };
}

/** Answers from whatever stands around the body in memory. */
const beyondItsEnd: WrongReader = {
  ...shifted({
    name: 'reads beyond the end',
    read: (bytes, as) => plain.read(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length + 1), as),
  }),
  format: 'native-json',
};

/** Not among the others: to find it takes as long as patience lasts. */
export const neverEnding: WrongReader = {
  name: 'never ends on a lone quote',
  format: 'native-json',
  read(bytes, as) {
    const quotes = bytes.reduce((count, byte) => count + (byte === 0x22 ? 1 : 0), 0);
    while (quotes % 2 === 1);
    return plain.read(bytes, as);
  },
};

const throwing: WrongReader = {
  name: 'throws on a cut MessagePack text',
  format: 'native-msgpack',
  read(bytes, as) {
    const outcome = plain.read(bytes, as);
    const cut = !outcome.ok && outcome.unreadable.code === 'syntax' && (bytes[0] as number) >> 4 === 8;
    if (cut) throw new RangeError('offset out of bounds');
    return outcome;
  },
};

/** Makes text of what may be an object, and an object may say that it cannot be text. */
const makesText: WrongReader = {
  name: 'makes text of anything',
  format: 'native-json',
  read(bytes, as) {
    const right = plain.read(bytes, as);
    if (right.ok && right.format === 'native-json') {
      const root = JSON.parse(new TextDecoder().decode(bytes)) as { encounter?: { type?: unknown } | null };
      String(root.encounter?.type);
    }
    return right;
  },
};

export const leaking = answering('keeps the doctor by name', 'nhsa-json', (outcome, { bytes }) => {
  const name = /"drord_dr_name":"([^"\\]{2,20})"/.exec(Buffer.from(bytes).toString('utf8'))?.[1];
  if (!outcome.ok || name === undefined) return outcome;
  const lines = outcome.claim.lines.map((line) => ({ ...line, practitioner: name }));
  return { ...outcome, claim: { ...outcome.claim, lines } };
});

/** Takes the second byte of a GBK character for a backslash. */
const gbkBackslash: WrongReader = {
  name: 'sees a backslash in GBK',
  format: 'nhsa-gbk',
  read(bytes, as) {
    const right = plain.read(bytes, as);
    if (!right.ok || right.format !== 'nhsa-gbk') return right;
    const at = bytes.findIndex((byte, i) => byte === 0x5c && (bytes[i - 1] ?? 0) >= 0x81);
    return at < 0 ? right : plain.read(bytes.subarray(0, at), as);
  },
};

export const wrongReaders: readonly WrongReader[] = [
  seeing(
    'reads 1e2 as 1',
    'native-json',
    utf8Json,
    eachLeaf((raw) => raw.replace(/^(-?[\d.]+)e\+?\d+$/i, '$1')),
  ),
  seeing('keeps the first of repeated keys', 'native-json', utf8Json, keepFirstOfRepeated),
  seeing('does not know escaped keys', 'native-json', utf8Json, dropEscapedKeys),
  seeing(
    'does not know escapes in texts',
    'nhsa-json',
    utf8Json,
    eachLeaf((raw) => raw.replaceAll('\\u', 'u')),
  ),
  seeing(
    'trims ASCII only',
    'nhsa-json',
    utf8Json,
    eachLeaf((raw) => raw.replace(/[\u3000\u00a0]+(?="$)/, '?')),
  ),
  seeing('reads 64 bits by their lower half', 'native-msgpack', messagePackDialect, eachLeaf(lowerHalf)),
  seeing('widens a 32-bit float', 'native-msgpack', messagePackDialect, eachLeaf(widened)),
  answering('refuses what is just deep enough', 'native-json', refusesDepth16),
  ...[remembering(), beyondItsEnd, throwing, makesText, leaking, gbkBackslash],
];
