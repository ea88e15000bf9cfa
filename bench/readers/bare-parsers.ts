/**
 * What a service that knows nothing of claims would call. The only importer of msgpackr in the
 * benchmarks.
 */
import { unpack } from 'msgpackr';

/** MessagePack to objects, the library's plain default. */
export function bareUnpack(bytes: Uint8Array): unknown {
  return unpack(bytes);
}

/** JSON bytes to objects: decode, then parse. */
export function bareParse(bytes: Buffer): unknown {
  return JSON.parse(bytes.toString('utf8'));
}

/** The same without decoding, on a text that lies ready. */
export function bareParseText(text: string): unknown {
  return JSON.parse(text);
}

const gbk = new TextDecoder('gbk');

/** GBK bytes to objects. */
export function bareParseGbk(bytes: Uint8Array): unknown {
  return JSON.parse(gbk.decode(bytes));
}
