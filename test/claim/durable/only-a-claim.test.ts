import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packWire } from '../../../src/base/wire.js';
import { eventOfClaim, isOnlyAClaim } from '../../../src/claim/durable/only-a-claim.js';
import { readEvent } from '../../../src/claim/durable/read-event.js';
import { recogniseFormat } from '../../../src/claim/formats/recognise.js';
import { readClaim } from '../../../src/claim/read-claim.js';
import { packInForms } from '../formats/pack-forms.js';
import { jsonBytes, testSettings } from '../settings.js';
import { arbitraryEvent, type NativeEvent } from './arbitrary-event.js';
import { encodeMessage, outpatientVisit, settlementMessage } from './national-messages.js';

const text = (value: string) => new TextEncoder().encode(value);

/** Where bytes are said to be only a claim, claim and event are the same, and so are refusals. */
function agree(bytes: Uint8Array): void {
  const format = recogniseFormat(null, bytes);
  if (!isOnlyAClaim(bytes, format)) return;
  const [claim, event] = [readClaim(bytes, format, testSettings), readEvent(bytes, format, testSettings)];
  if (!claim.ok) expect(event).toEqual(claim);
  else if (claim.value.claim.kind !== 'fees' && claim.value.claim.kind !== 'stock') {
    expect(event).toEqual({ ok: true, value: eventOfClaim(claim.value.claim, claim.value.format) });
  }
}

/** Some of an event's additions left out. */
const lean: fc.Arbitrary<object> = fc
  .tuple(arbitraryEvent(), fc.subarray(['bills', 'traces', 'deletes', 'stock', 'chargeBatch'] as const))
  .map(([event, left]) => strip(event, new Set(left)));

function strip(event: NativeEvent, left: ReadonlySet<string>): object {
  const kept = Object.entries(event).filter(([key]) => !left.has(key));
  const lines = event.lines.map(({ chargeBatch, ...line }) =>
    left.has('chargeBatch') ? line : { ...line, chargeBatch },
  );
  return { ...Object.fromEntries(kept), lines };
}

describe('bytes that are only a claim', () => {
  const settlement = { kind: 'settlement', eventId: 'E', lines: [{ id: 'A', quantity: 1 }] };

  it.each([
    ['a settlement', settlement, true],
    ['a settlement that names its bills', { ...settlement, bills: [] }, false],
    ['one with trace codes apart', { ...settlement, traces: null }, false],
    ['one with a charge batch on a line', { ...settlement, lines: [{ chargeBatch: 'CB' }] }, false],
  ])('%s', (_, body, expected) => {
    expect(isOnlyAClaim(jsonBytes(body), 'native-json')).toBe(expected);
    expect(isOnlyAClaim(packWire(body), 'native-msgpack')).toBe(expected);
    agree(jsonBytes(body));
    agree(packWire(body));
  });

  it('a key in disguise is found', () => {
    for (const key of ['\\u0062ills', 'bil\\u006cs', '\\u0074races']) {
      const bytes = text(`{"kind":"settlement","${key}":[]}`);
      expect(isOnlyAClaim(bytes, 'native-json')).toBe(false);
    }
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat()), fc.constantFrom('bills', 'traces'), (choices, key) => {
        const choose = (forms: number) => (choices.next().value as number) % forms;
        const bytes = packInForms({ kind: 'settlement', [key]: [] }, choose);
        expect(readEvent(bytes, 'native-msgpack', testSettings)).toMatchObject({ ok: true });
        expect(isOnlyAClaim(bytes, 'native-msgpack')).toBe(false);
      }),
    );
  });

  it('no national message is', () => {
    const message = settlementMessage(outpatientVisit, { eventId: 'M', at: '2026-03-12' }, { amount: 1 });
    for (const format of ['nhsa-json', 'nhsa-gbk'] as const) {
      expect(isOnlyAClaim(encodeMessage(message, format), format)).toBe(false);
    }
  });

  it('make the event that the plain reader makes', () => {
    let only = 0;
    fc.assert(
      fc.property(lean, (event) => {
        agree(jsonBytes(event));
        agree(packWire(event));
        only += Number(isOnlyAClaim(packWire(event), 'native-msgpack'));
      }),
      { numRuns: 300 },
    );
    expect(only).toBeGreaterThan(0);
  });

  it('or the refusal that the plain reader makes', () => {
    const flips = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 3 });
    const bodies = [jsonBytes(settlement), packWire(settlement), packWire({ ...settlement, bills: ['CB'] })];
    fc.assert(
      fc.property(fc.constantFrom(...bodies), flips, (whole, places) => {
        const bytes = Uint8Array.from(whole);
        for (const [at, value] of places) bytes[at % bytes.length] = value;
        agree(bytes);
      }),
      { numRuns: 2000 },
    );
  });
});
