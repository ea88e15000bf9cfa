/** Message headers, both ways. What leaves this folder are plain names and values. */
import { type MsgHdrs, headers as newHeaders } from '@nats-io/transport-node';
import { assert } from '../base/assert.js';

export type HeaderFields = Readonly<Record<string, string>>;

/**
 * Headers that are only sent. The library's own cost as much as all the rest of an answer, since they can be searched
 * and changed; to send them it asks for nothing but their bytes.
 */
export function sendOnly(fields: HeaderFields): MsgHdrs {
  return readyHeaders(encodeHeaders(fields));
}

/** The same of headers that are encoded already. */
export function readyHeaders(encoded: Uint8Array): MsgHdrs {
  return { encode: () => encoded } as unknown as MsgHdrs;
}

/** Headers as they travel. */
export function encodeHeaders(fields: HeaderFields): Buffer {
  let text = 'NATS/1.0\r\n';
  for (const [name, value] of Object.entries(fields)) {
    assert(!/[\r\n]/.test(value), 'a header is one line');
    text += `${name}: ${value}\r\n`;
  }
  return Buffer.from(`${text}\r\n`);
}

/** Headers of which only the last one's value differs from message to message: as they travel. */
export function headersEndingIn(fields: HeaderFields, last: string): (value: string) => Uint8Array {
  const start = `${encodeHeaders(fields).toString().slice(0, -'\r\n'.length)}${last}: `;
  return (value) => {
    assert(!/[\r\n]/.test(value), 'a header is one line');
    return Buffer.from(`${start}${value}\r\n\r\n`);
  };
}

/** Headers as the library makes them. */
export function toHeaders(fields: HeaderFields): MsgHdrs {
  const headers = newHeaders();
  for (const [name, value] of Object.entries(fields)) headers.set(name, value);
  return headers;
}

/** The first value of a header, any case; null where it is absent or empty. */
export function headerOf(headers: MsgHdrs | undefined, name: string): string | null {
  if (headers === undefined) return null;
  for (const [key, [value = '']] of headers) {
    const same = key === name || (key.length === name.length && key.toLowerCase() === name.toLowerCase());
    if (same) return value === '' ? null : value;
  }
  return null;
}
