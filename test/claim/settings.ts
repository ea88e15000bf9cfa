/** Reader settings for tests: the shipped regions and a fixed secret. */
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { ClaimColumns } from '../../src/claim/columns/claim-columns.js';
import { CodeTable } from '../../src/claim/columns/code-table.js';
import { ItemCodes } from '../../src/claim/columns/item-codes.js';
import { buildDictionaries } from '../../src/claim/dictionaries.js';
import type { WireFormat } from '../../src/claim/formats/wire-format.js';
import { patientKeyer } from '../../src/claim/patient-key.js';
import {
  type ReadClaim,
  type ReaderSettings,
  readClaim,
  type Unreadable,
} from '../../src/claim/read-claim.js';

const regionsFolder = new URL('../../rules/regions/', import.meta.url);

/** The parsed files of rules/regions, by region. */
export function shippedRegions(): Record<string, unknown> {
  const files = readdirSync(regionsFolder).filter((name) => name.endsWith('.yaml'));
  return Object.fromEntries(
    files.map((name) => [
      name.replace('.yaml', ''),
      parse(readFileSync(new URL(name, regionsFolder), 'utf8')),
    ]),
  );
}

const dictionaries = buildDictionaries(shippedRegions());
if (!dictionaries.ok) throw new Error(dictionaries.error.join('\n'));

export const testSettings: ReaderSettings = {
  dictionaries: dictionaries.value,
  patientKey: patientKeyer('a secret for tests only'),
};

export function payload(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`../fixtures/payloads/${name}`, import.meta.url)));
}

/** Bytes of a value as JSON. */
export function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** Reads what must be readable. */
export function mustRead(bytes: Uint8Array, format: WireFormat | null = null): ReadClaim {
  const read = readClaim(bytes, format, testSettings);
  if (!read.ok) throw new Error(`unreadable: ${read.error.code}: ${read.error.message}`);
  return read.value;
}

/** The refusal of what must be refused. */
export function mustRefuse(bytes: Uint8Array, format: WireFormat | null = null): Unreadable {
  const read = readClaim(bytes, format, testSettings);
  if (read.ok) throw new Error('readable');
  return read.error;
}

/** Columns for a scanner that is asked alone. */
export function newColumns(): ClaimColumns {
  return new ClaimColumns(new ItemCodes(CodeTable.growing()));
}
