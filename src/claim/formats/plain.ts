/**
 * Bytes to plain values: decoded, measured, parsed. The only place of the readers that sees an encoding.
 * Messages name positions, never content: what a parser quotes could be a person's name.
 */
import { TextDecoder } from 'node:util';
import { fail, ok, type Result } from '../../base/result.js';
import { unpackWire, type WireProblem } from '../../base/wire.js';
import { claimLimits } from '../fields.js';
import type { StructureProblem } from '../unreadable.js';

type Plain = Result<unknown, StructureProblem>;
export interface DecodedText {
  readonly text: string;
  readonly charset: 'utf-8' | 'gbk';
}

// TextDecoder drops a leading byte order mark.
const utf8 = new TextDecoder('utf-8', { fatal: true });
const gbk = new TextDecoder('gbk', { fatal: true });

/** What the decoder makes of byte 0xff, which GBK does not have. */
const strayByte = '\uf8f5';

function decodeGbk(bytes: Uint8Array): string | null {
  const text = decode(gbk, bytes);
  return text?.includes(strayByte) === true ? null : text;
}

function decode(decoder: TextDecoder, bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

/** UTF-8 text, or why not. */
export function decodeUtf8(bytes: Uint8Array): Result<DecodedText, StructureProblem> {
  const text = decode(utf8, bytes);
  return text === null
    ? fail({ code: 'encoding', message: 'The body is not valid UTF-8.' })
    : ok({ text, charset: 'utf-8' });
}

/** Text in the charset that was declared, else in UTF-8 where it is that, else in GBK. */
export function decodeNational(
  bytes: Uint8Array,
  declared: 'gbk' | null,
): Result<DecodedText, StructureProblem> {
  const first = declared === 'gbk' ? decodeGbk(bytes) : null;
  if (first !== null) return ok({ text: first, charset: 'gbk' });
  const asUtf8 = decode(utf8, bytes);
  if (asUtf8 !== null) return ok({ text: asUtf8, charset: declared ?? 'utf-8' });
  const asGbk = decodeGbk(bytes);
  if (asGbk !== null) return ok({ text: asGbk, charset: 'gbk' });
  return fail({ code: 'encoding', message: 'The body is neither valid UTF-8 nor valid GBK.' });
}

/** Parses JSON of bounded depth; the depth is measured before anything is built. */
export function parseJson(text: string): Plain {
  const problem = measureDepth(text);
  if (problem !== null) return fail(problem);
  try {
    return ok(JSON.parse(text));
  } catch (error) {
    return fail({ code: 'syntax', message: `The body is not valid JSON${placeOf(error)}.` });
  }
}

function measureDepth(text: string): StructureProblem | null {
  let depth = 0;
  let values = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (quoted) {
      if (unit === 0x5c) i++;
      else if (unit === 0x22) quoted = false;
    } else if (unit === 0x22) quoted = true;
    else if (unit === 0x2c) {
      if (++values > claimLimits.values) return tooMany();
    } else if (unit === 0x7b || unit === 0x5b) {
      values++;
      if (++depth > claimLimits.depth) return tooDeep(`character ${i}`);
    } else if (unit === 0x7d || unit === 0x5d) depth--;
  }
  if (quoted) return { code: 'syntax', message: 'The body is not valid JSON: it ends within a text.' };
  if (depth > 0) {
    const open = depth === 1 ? '1 bracket stays' : `${depth} brackets stay`;
    return { code: 'syntax', message: `The body is not valid JSON: ${open} open.` };
  }
  return null;
}

function tooMany(): StructureProblem {
  return { code: 'too-many', message: `The body holds more than ${claimLimits.values} values.` };
}

function tooDeep(place: string): StructureProblem {
  const message = `The body is nested more than ${claimLimits.depth} levels deep at ${place}.`;
  return { code: 'too-deep', message };
}

/** The parser's message quotes the text; only its position is passed on. */
function placeOf(error: unknown): string {
  const position = error instanceof Error ? /at position (\d+)/.exec(error.message)?.[1] : undefined;
  return position === undefined ? '' : ` at character ${position}`;
}

const wireSentences: Readonly<Record<Exclude<WireProblem, 'too-deep' | 'too-many'>, string>> = {
  truncated: 'it ends, or announces more than it holds,',
  'extension-type': 'an extension type, which a claim does not use, stands',
  'key-not-text': 'a key that is not text stands',
  'not-utf8': 'a text that is not valid UTF-8 stands',
  'not-a-number': 'a 32-bit float that is no number stands',
  'unknown-type': 'an unknown type stands',
  'trailing-bytes': 'more bytes follow the claim',
};

/** Unpacks one MessagePack value of bounded depth. */
export function parseMessagePack(bytes: Uint8Array): Plain {
  const read = unpackWire(bytes, claimLimits);
  if (read.ok) return read;
  const { problem, offset } = read.error;
  if (problem === 'too-deep') return fail(tooDeep(`byte ${offset}`));
  if (problem === 'too-many') return fail(tooMany());
  const code = problem === 'not-utf8' ? 'encoding' : 'syntax';
  return fail({
    code,
    message: `The body is not a MessagePack claim: ${wireSentences[problem]} at byte ${offset}.`,
  });
}
