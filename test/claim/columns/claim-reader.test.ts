import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClaimGenerator, usualOptions } from '../../../bench/claims/generate.js';
import { render as renderSimulated, simulatedFormats } from '../../../bench/claims/render.js';
import { claimOf } from '../../../src/claim/columns/claim-of.js';
import { ClaimReader, type Scanners } from '../../../src/claim/columns/claim-reader.js';
import { CodeTable } from '../../../src/claim/columns/code-table.js';
import { ItemCodes } from '../../../src/claim/columns/item-codes.js';
import type { Scan } from '../../../src/claim/columns/scanned.js';
import { scanners } from '../../../src/claim/columns/scanners.js';
import { WrongStructure } from '../../../src/claim/formats/structure.js';
import type { WireFormat } from '../../../src/claim/formats/wire-format.js';
import { readClaim } from '../../../src/claim/read-claim.js';
import type { ReplyContext } from '../../../src/claim/unreadable.js';
import { expectEqual } from '../../expect-equal.js';
import { arbitraryClaim } from '../arbitrary-claim.js';
import { plainSpelling, render } from '../render.js';
import { jsonBytes, payload, testSettings } from '../settings.js';
import { withSortedNotes } from './span-cells.js';

const formats = ['native-msgpack', 'native-json', 'nhsa-json', 'nhsa-gbk'] as const;
const spelling = fc.record({
  numbers: fc.boolean(),
  blank: fc.constantFrom<'' | null>('', null),
  objects: fc.boolean(),
  camelCase: fc.boolean(),
});

/** A reader that counts what its scanners take. */
function countingReader() {
  const count = { taken: 0 };
  const counted =
    (scan: Scan | null): Scan =>
    (body, dictionaries, columns) => {
      const scanned = scan?.(body, dictionaries, columns) ?? null;
      if (scanned !== null) count.taken++;
      return scanned;
    };
  const all: Scanners = {
    nativeMessagePack: counted(scanners.nativeMessagePack),
    nativeJson: counted(scanners.nativeJson),
    national: counted(scanners.national),
  };
  return { reader: new ClaimReader(testSettings, newItems(), all), count };
}

function newItems(): ItemCodes {
  return new ItemCodes(CodeTable.growing());
}

const { reader: shared } = countingReader();

/** Both readers, one after the other, must say the same. */
function expectSame(bytes: Uint8Array, format: WireFormat | null = null, reader = shared): void {
  const fast = outcomeOf(reader.read(bytes, format));
  const read = readClaim(bytes, format, testSettings);
  if (!read.ok) {
    expectEqual(fast, { error: { ...read.error, reply: said(read.error.reply, []) } });
    return;
  }
  const { claim, format: found, reply } = read.value;
  const ids = claim.lines.map(({ id }) => id);
  expectEqual(fast, { claim: withSortedNotes(claim), format: found, reply: said(reply, ids) });
}

function outcomeOf(read: ReturnType<ClaimReader['read']>): unknown {
  if (!read.ok) return { error: { ...read.error, reply: said(read.error.reply, []) } };
  const { columns, format, reply } = read.value;
  const claim = claimOf(columns);
  const ids = claim.lines.map(({ id }) => id);
  return { claim: withSortedNotes(claim), format, reply: said(reply, ids) };
}

/** Everything that an answer could ask of it. */
function said(reply: ReplyContext | null, ids: readonly string[]): unknown {
  return reply === null ? null : { ...reply, line: [...ids, 'nowhere'].map((id) => reply.line(id)) };
}

describe('the claim reader says what the plain reader says', () => {
  it.each(formats)('of any claim in %s, and of the same with the format named', (format) => {
    fc.assert(
      fc.property(arbitraryClaim(), spelling, (claim, spelt) => {
        const bytes = render(claim, format, spelt);
        expectSame(bytes);
        expectSame(bytes, format);
      }),
      { numRuns: 150 },
    );
  });

  it.each(simulatedFormats)('of the claims of a simulated hospital in %s', (format) => {
    const options = {
      ...usualOptions,
      tablesDir: new URL('../../../rules/tables', import.meta.url).pathname,
    };
    const generator = new ClaimGenerator(options);
    for (let i = 0; i < 60; i++) expectSame(renderSimulated(generator.claim(i).claim, format).body);
  });

  it.each(readdirSync(new URL('../../fixtures/payloads/', import.meta.url)))('of the payload %s', (name) => {
    expectSame(payload(name));
    expectSame(Buffer.from(payload(name)));
  });

  it.each(formats)('of %s with bytes changed, cut or put in', (format) => {
    const change = fc.tuple(fc.nat(), fc.nat({ max: 3 }), fc.uint8Array({ maxLength: 3 }));
    fc.assert(
      fc.property(arbitraryClaim({ maxLines: 3 }), fc.array(change, { maxLength: 2 }), (claim, changes) => {
        const bytes = changes.reduce(spoil, Buffer.from(render(claim, format)));
        expectSame(bytes);
        expectSame(bytes, format);
      }),
      { numRuns: 400 },
    );
  });

  it('of bodies that are no claim', () => {
    for (const text of ['', ' ', '[]', '1', '{', 'null', '\ufeff', '{"infno":"3101"}', '{"infno":"9999"}']) {
      for (const format of [null, ...formats]) expectSame(Buffer.from(text), format);
    }
  });

  it('of a body behind a byte order mark', () => {
    for (const value of [
      { kind: 'screening', lines: [{ id: 'A' }] },
      { infno: '3101', input: {} },
    ]) {
      expectSame(Buffer.concat([Buffer.from('\ufeff'), jsonBytes(value)]));
    }
  });
});

function spoil(bytes: Buffer, [at, cut, put]: readonly [number, number, Uint8Array]): Buffer {
  const place = at % (bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, place), put, bytes.subarray(place + cut)]);
}

describe('scanners', () => {
  it.each(formats)('take a usual claim in %s', (format) => {
    const { reader, count } = countingReader();
    const claims = fc.sample(arbitraryClaim(), 20);
    for (const claim of claims) expect(reader.read(render(claim, format, plainSpelling), null).ok).toBe(true);
    expect(count.taken).toBeGreaterThan(18);
  });

  it('that find the structure wrong leave it to the plain reader to say so', () => {
    const refuse: Scan = () => {
      throw new WrongStructure('wrong-shape', 'not for me');
    };
    const all = { nativeMessagePack: refuse, nativeJson: refuse, national: refuse };
    const reader = new ClaimReader(testSettings, newItems(), all);
    for (const format of formats) {
      fc.assert(
        fc.property(arbitraryClaim({ maxLines: 2 }), (claim) =>
          expectSame(render(claim, format), null, reader),
        ),
        { numRuns: 5 },
      );
    }
  });

  it('that do not exist are not missed', () => {
    const reader = new ClaimReader(testSettings, newItems(), {
      nativeMessagePack: null,
      nativeJson: null,
      national: null,
    });
    for (const claim of fc.sample(arbitraryClaim(), 5)) {
      for (const format of formats) expectSame(render(claim, format), null, reader);
    }
  });
});
