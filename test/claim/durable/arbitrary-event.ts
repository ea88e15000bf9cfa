/** Native events for property tests, before encoding: a claim of any durable kind, and what events add to it. */
import fc from 'fast-check';
import { stockMovementTypes, undoneTypes } from '../../../src/claim/durable/durable-event.js';
import { arbitraryClaim, type ClaimOptions, type NativeClaim } from '../arbitrary-claim.js';

export const durableKinds = ['fees', 'settlement', 'sale', 'reversal', 'refund', 'return', 'stock'] as const;

export interface NativeEvent extends Omit<NativeClaim, 'kind' | 'lines'> {
  readonly kind: (typeof durableKinds)[number];
  readonly claimId?: string | null;
  readonly reverses?: { readonly claimId: string } | null;
  readonly lines: readonly (NativeClaim['lines'][number] & { readonly chargeBatch?: string | null })[];
  readonly deletes?: {
    readonly chargeBatch?: string | null;
    readonly lines?: readonly string[] | null;
  } | null;
  readonly bills?: readonly string[] | null;
  readonly traces?: readonly object[] | null;
  readonly stock?: readonly object[] | null;
}

const id = fc.stringMatching(/^[A-Z0-9]{1,12}$/);
const lineId = fc.nat({ max: 13 }).map((n) => `L${n}`);
const orNone = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const quantity = fc.tuple(fc.integer({ min: -500, max: 500 }), fc.boolean());

const deletion = fc.oneof(
  fc.record({ chargeBatch: orNone(id) }, { requiredKeys: [] }),
  fc.record({ lines: fc.array(lineId, { maxLength: 4 }) }),
);
const trace = fc.record({
  line: lineId,
  traceCodes: fc.array(fc.stringMatching(/^8\d{19}$/), { maxLength: 3 }),
  splitPack: orNone(fc.boolean()),
});
const movement = fc.record(
  {
    type: fc.constantFrom(...stockMovementTypes),
    itemCode: orNone(fc.constantFrom('XB01AXA223B002010100156', 'T001500004', 'LOCAL')),
    quantity: quantity.map(([number, asText]) => (asText ? String(number) : number)),
    id: orNone(id),
    batch: orNone(id),
    undoes: orNone(fc.constantFrom(...undoneTypes)),
  },
  { requiredKeys: ['type'] },
);

/** An event that reads without structural error; keys that its kind does not use are sent as well. */
export function arbitraryEvent(options: ClaimOptions = {}): fc.Arbitrary<NativeEvent> {
  const additions = fc.record(
    {
      claimId: orNone(id),
      reverses: orNone(fc.record({ claimId: id })),
      deletes: orNone(deletion),
      bills: orNone(fc.array(id, { maxLength: 3 })),
      traces: orNone(fc.array(trace, { maxLength: 4 })),
      stock: orNone(fc.array(movement, { maxLength: 4 })),
    },
    { requiredKeys: [] },
  );
  return fc
    .record({
      claim: arbitraryClaim(options),
      kind: fc.constantFrom(...durableKinds),
      batches: fc.array(orNone(id), { minLength: 12, maxLength: 12 }),
      additions,
    })
    .map(({ claim, kind, batches, additions: more }) => ({
      ...claim,
      ...more,
      kind,
      lines: claim.lines.map((line, i) => ({ ...line, chargeBatch: batches[i] ?? null })),
    }));
}
