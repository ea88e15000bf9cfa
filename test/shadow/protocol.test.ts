import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteReader } from '../../src/screening/protocol/byte-reader.js';
import { ByteWriter } from '../../src/screening/protocol/byte-writer.js';
import {
  readCompareReply,
  readCompareRequestHead,
  writeCompareReply,
  writeCompareRequest,
} from '../../src/screening/protocol/shadow.js';
import { envelopeUntil } from '../screening/fixtures/settings.js';
import { reply } from './arbitraries.js';

function written(write: (to: ByteWriter) => void): ByteReader {
  const home = new SharedArrayBuffer(64);
  const writer = new ByteWriter(home);
  write(writer);
  const bytes = writer.overflow ?? home;
  return new ByteReader(Buffer.from(bytes as ArrayBuffer, 0, writer.length));
}

test('what a worker answers arrives as it was', () => {
  fc.assert(
    fc.property(reply, (told) => {
      expect(readCompareReply(written((to) => writeCompareReply(to, told)))).toEqual(told);
    }),
  );
});

test('claims arrive with whom they are judged by', () => {
  const under = { rulesetId: 'sha256:live', overlay: '{"number":3}', candidate: 'sha256:candidate' };
  const claims = ['one', 'another'].map((text) => ({ body: Buffer.from(text), envelope: envelopeUntil(7) }));
  const from = written((to) => writeCompareRequest(to, under, claims));
  const { envelopes, offsets, ...read } = readCompareRequestHead(from);
  expect(read).toEqual(under);
  expect(envelopes).toEqual(claims.map(({ envelope }) => envelope));
  expect(Buffer.from(from.rest()).toString()).toBe('oneanother');
  expect([...offsets]).toEqual([0, 3, 10]);
});
