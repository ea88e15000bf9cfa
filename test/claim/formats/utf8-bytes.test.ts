/** Forms of texts in bytes against the two questions that they answer, asked one after the other. */
import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCleanText } from '../../../src/claim/clean-text.js';
import { textFormAt } from '../../../src/claim/formats/utf8-bytes.js';

const maxLength = 60;

function plainForm(bytes: Buffer): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!isUtf8(bytes)) return -1;
  return isCleanText(bytes, 0, bytes.length, maxLength, view) ? 1 : 0;
}

/** The text stands between other bytes, which must not matter. */
function formOf(bytes: Buffer): number {
  const body = Buffer.concat([Buffer.from('前a\u0001'), bytes, Buffer.from([0x80, 0x00, 0xe4])]);
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const start = Buffer.byteLength('前a\u0001');
  return textFormAt(body, view, start, start + bytes.length, maxLength);
}

const piece = fc.constantFrom(
  '注',
  '射',
  'a',
  '5',
  ' ',
  '%',
  '\u0001',
  '\u007f',
  '　',
  '\u00a0',
  'é',
  '😀',
  '-',
);
const text = fc.array(piece, { maxLength: 24 }).map((pieces) => Buffer.from(pieces.join('')));
/** One byte of it another one. */
const broken = fc
  .tuple(text, fc.nat(), fc.nat(255))
  .map(([bytes, at, byte]) => Buffer.from(bytes.map((old, i) => (i === at % bytes.length ? byte : old))));

describe('the form of a text', () => {
  it('is the same in one walk as in two', () => {
    fc.assert(
      fc.property(fc.oneof(text, broken, fc.uint8Array({ maxLength: 12 })), (bytes) => {
        const buffer = Buffer.from(bytes);
        expect(formOf(buffer)).toBe(plainForm(buffer));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['0.9%氯化钠注射液', 1],
    ['氯化钠', 1],
    [' 氯化钠', 0],
    ['氯化\u0001钠', 0],
    ['', 0],
  ])('%j', (some, form) => {
    expect(formOf(Buffer.from(some))).toBe(form);
  });
});
