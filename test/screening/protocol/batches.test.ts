/**
 * A batch and its answers as bytes in shared memory: what is read is what was written, whatever it is and however
 * little room there was.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { gapCauses, notScreenedCauses, statuses } from '../../../src/decision/decision.js';
import { ByteReader } from '../../../src/screening/protocol/byte-reader.js';
import { ByteWriter } from '../../../src/screening/protocol/byte-writer.js';
import { readReply, writeReply } from '../../../src/screening/protocol/reply.js';
import { readRequestHead, writeRequest } from '../../../src/screening/protocol/request.js';
import {
  type BatchReply,
  type Crash,
  type Envelope,
  type Outcome,
  slabPart,
  type UnreadClaim,
} from '../../../src/screening/protocol.js';

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '\0', '国家医保', '\r\n'.repeat(50)),
);
const moment = fc.oneof(fc.double(), fc.constantFrom(Number.POSITIVE_INFINITY, -0, 1_767_225_600_000));
const formats = ['native-json', 'native-msgpack', 'nhsa-json', 'nhsa-gbk'] as const;

const envelope: fc.Arbitrary<Envelope> = fc.record({
  format: fc.constantFrom(null, ...formats),
  institution: fc.option(text),
  path: fc.constantFrom('advisory', 'durable'),
  receivedAtMs: moment,
  deadlineMs: moment,
  stageDeadlines: fc.option(fc.record({ preMs: moment, midMs: moment })),
});
const claim: fc.Arbitrary<UnreadClaim> = fc.record({ body: fc.uint8Array({ maxLength: 300 }), envelope });

const outcome: fc.Arbitrary<Outcome> = fc.record({
  format: fc.constantFrom(...formats),
  status: fc.constantFrom(...statuses),
  cause: fc.constantFrom(null, ...notScreenedCauses),
  decisionId: fc.option(text),
  institution: fc.option(text),
  scene: fc.option(text),
  decisionAt: fc.constantFrom(null, { from: 0, to: 2 }, { from: 40_000, to: 4_000_000_000 }),
  rules: fc.array(text),
  shown: fc.array(text),
  heldBack: fc.array(text),
  gaps: fc.subarray([...gapCauses]),
  notes: fc.array(text),
  screenMs: moment,
});
const crash: fc.Arbitrary<Crash> = fc.record({ rule: fc.option(text), error: text, at: text });
const reply: fc.Arbitrary<BatchReply> = fc
  .array(fc.tuple(fc.uint8Array({ maxLength: 300 }), outcome))
  .chain((claims) =>
    fc.record({
      answers: fc.constant(claims.map(([bytes]) => bytes)),
      outcomes: fc.constant(claims.map(([, told]) => told)),
      crashes: fc.array(crash),
      elapsedMs: moment,
    }),
  );
/** From hopelessly small to generous. */
const room = fc.integer({ min: 0, max: 4_096 });

/** What a writer has written, wherever it had to put it. */
function written(home: SharedArrayBuffer, writer: ByteWriter): Buffer {
  return Buffer.from(writer.overflow ?? (home as unknown as ArrayBuffer), 0, writer.length);
}

function throughBytes<T>(size: number, write: (to: ByteWriter) => void, read: (from: ByteReader) => T): T {
  const home = new SharedArrayBuffer(size);
  const writer = new ByteWriter(home);
  write(writer);
  return read(new ByteReader(written(home, writer)));
}

describe('a request', () => {
  test('gives back its claims in their order, and what they are judged under', () => {
    fc.assert(
      fc.property(
        fc.array(claim),
        fc.record({ rulesetId: text, overlay: text }),
        room,
        (claims, under, size) => {
          const read = throughBytes(
            size,
            (to) => writeRequest(to, under, claims),
            (from) => {
              const head = readRequestHead(from);
              const bodies = Buffer.from(from.rest());
              const bytes = bodies.buffer.slice(bodies.byteOffset, bodies.byteOffset + bodies.byteLength);
              return { ...head, bytes: bytes as ArrayBuffer };
            },
          );
          expect(read).toMatchObject(under);
          expect(read.envelopes).toEqual(claims.map((one) => one.envelope));
          expect(claims.map((_, i) => slabPart(read, i))).toEqual(claims.map(({ body }) => body));
        },
      ),
    );
  });

  test('says nothing of what stood in the shared memory before it', () => {
    const home = new SharedArrayBuffer(1_000);
    const writer = new ByteWriter(home);
    const secret = { body: Buffer.from('secret of a patient'), envelope: sampleEnvelope };
    writeRequest(writer, { rulesetId: 'sha256:one', overlay: '' }, [secret, secret]);
    writer.restart();
    writeRequest(writer, { rulesetId: 'sha256:one', overlay: '' }, [
      { body: Buffer.from('x'), envelope: sampleEnvelope },
    ]);
    const reader = new ByteReader(written(home, writer));
    expect(readRequestHead(reader).envelopes).toHaveLength(1);
    expect(Buffer.from(reader.rest()).toString()).toBe('x');
  });
});

const sampleEnvelope: Envelope = {
  format: null,
  institution: 'H35010200417',
  path: 'advisory',
  receivedAtMs: 0,
  deadlineMs: 1,
  stageDeadlines: null,
};

describe('a reply', () => {
  test('gives back answers, outcomes and crashes', () => {
    fc.assert(
      fc.property(reply, room, (sent, size) => {
        expect(throughBytes(size, (to) => writeReply(to, sent), readReply)).toEqual(sent);
      }),
    );
  });

  test('whose length is not what it says is a bug', () => {
    const sent: BatchReply = { answers: [], outcomes: [], crashes: [], elapsedMs: 1 };
    const home = new SharedArrayBuffer(100);
    const writer = new ByteWriter(home);
    writeReply(writer, sent);
    const bytes = written(home, writer);
    expect(() => readReply(new ByteReader(Buffer.concat([bytes, Buffer.alloc(1)])))).toThrow('longer than');
    expect(() => readReply(new ByteReader(bytes.subarray(0, -1)))).toThrow();
  });

  test('with a word that nobody has agreed on is a bug', () => {
    const odd = { ...fc.sample(outcome, 1)[0], status: 'maybe' } as unknown as Outcome;
    const sent: BatchReply = { answers: [], outcomes: [odd], crashes: [], elapsedMs: 1 };
    const write = () => writeReply(new ByteWriter(new SharedArrayBuffer(100)), sent);
    expect(write).toThrow('maybe is none of');
  });
});

describe('a writer', () => {
  test('moves out of its shared memory where that is full, and back for the next message', () => {
    const home = new SharedArrayBuffer(8);
    const writer = new ByteWriter(home);
    writer.u32(7);
    writer.bytes(Buffer.from('more than fits'));
    expect(writer.overflow?.byteLength).toBeGreaterThanOrEqual(writer.length);
    const reader = new ByteReader(written(home, writer));
    expect([reader.u32(), Buffer.from(reader.bytes()).toString()]).toEqual([7, 'more than fits']);
    // As it is when the overflow has been moved to the other thread.
    structuredClone(writer.overflow, { transfer: [writer.overflow as ArrayBuffer] });
    writer.restart();
    writer.u32(9);
    expect([writer.overflow, writer.length, new ByteReader(written(home, writer)).u32()]).toEqual([
      null,
      4,
      9,
    ]);
  });
});
