import type { Slab } from '../../src/screening/protocol.js';

/** Copies byte strings into one buffer. */
export function packSlab(parts: readonly Uint8Array[]): Slab {
  const offsets = new Uint32Array(parts.length + 1);
  parts.forEach((part, i) => {
    offsets[i + 1] = offsets[i]! + part.byteLength;
  });
  const bytes = new Uint8Array(offsets[parts.length]!);
  parts.forEach((part, i) => {
    bytes.set(part, offsets[i]);
  });
  return { bytes: bytes.buffer, offsets };
}
