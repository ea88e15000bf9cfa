/**
 * Settlements of the simulated town: its claims of 30 lines with an identity of their own, a few trace codes as
 * pharmacies scan them, and patients of whom the warm history knows something.
 */
import { packWire } from '../../src/base/wire.js';
import { ClaimGenerator, usualOptions } from '../claims/generate.js';
import { nativeObject } from '../claims/render-native.js';

export interface SettlementPlan {
  readonly count: number;
  readonly seed: number;
  /** Lines per claim. */
  readonly lines: number;
  /** Settlement i is of patient i modulo this. */
  readonly patients: number;
  /** Tells the ids of two plans for the same broker apart. */
  readonly tag: string;
}

export interface Settlement {
  readonly institution: string;
  /** Native MessagePack. */
  readonly body: Uint8Array;
}

export const settlementType = 'application/msgpack';
const tracedLines = 3;

/** As the town's people are numbered, so that advisory claims of the same generator meet their history as well. */
export function personNumber(patient: number): string {
  return `350000990000${10_000_000 + patient}`;
}

/** One after the other: thousands of them are held as bytes only. */
export function makeSettlements({ count, seed, lines, patients, tag }: SettlementPlan): Settlement[] {
  const generator = new ClaimGenerator({ ...usualOptions, seed, tablesDir: 'rules/tables', lines });
  return Array.from({ length: count }, (_, i) => {
    const { claim } = generator.claim(i);
    claim.eventId = `${claim.institution.code}${tag}${String(i).padStart(8, '0')}`;
    claim.patient.id = personNumber(i % patients);
    claim.encounter.id = `${claim.encounter.id}${tag}`;
    const native = nativeObject(claim) as { readonly lines: readonly object[] };
    const body = packWire({
      ...native,
      kind: 'settlement',
      claimId: `${claim.institution.code}/S${tag}${i}`,
      lines: native.lines.map((line, at) =>
        at < tracedLines ? { ...line, traceCodes: [code(tag, i, at)] } : line,
      ),
    });
    return { institution: claim.institution.code, body };
  });
}

/** 20 digits, another for every box that is sold. */
function code(tag: string, claim: number, line: number): string {
  const digits = [...tag].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1_000_000, 7);
  return `8${String(digits).padStart(6, '0')}${String(claim).padStart(10, '0')}${String(line).padStart(3, '0')}`;
}
