/**
 * Made-up claims in every format, with item codes of the rule set's own tables. They are made of the tables alone, so
 * that every thread warms alike.
 */
import { packWire } from '../src/base/wire.js';
import type { WireFormat } from '../src/claim/formats/wire-format.js';
import type { Tables } from '../src/ruleset/runtime/tables/tables.js';
import { madeUpClaim } from './made-up-claim.js';
import { nationalRequest } from './made-up-national.js';
import { nativeClaim } from './made-up-native.js';

export interface MadeUpBody {
  readonly format: WireFormat;
  readonly body: Uint8Array;
}

const codesPerTable = 12;
const codesPerClaim = 12;

/** One body per format and group of codes, every table of the rule set touched. */
export function madeUpBodies(tables: Tables): readonly MadeUpBody[] {
  const codes = tables.names.flatMap((name) => sampleCodes(tables, name));
  const groups: string[][] = [];
  for (let i = 0; i === 0 || i < codes.length; i += codesPerClaim)
    groups.push(codes.slice(i, i + codesPerClaim));
  return groups.flatMap((group, variant) => {
    const claim = madeUpClaim(group, variant);
    const native = nativeClaim(claim);
    const national = nationalRequest(claim);
    return [
      { format: 'native-json', body: textOf(native) },
      { format: 'nhsa-json', body: textOf(national) },
      { format: 'native-msgpack', body: packWire(native) },
      // Nothing but ASCII in it, so its bytes are the same in GBK.
      { format: 'nhsa-gbk', body: Buffer.from(JSON.stringify(national).replaceAll(/[^\0-\x7f]/g, '-')) },
    ] as const;
  });
}

function textOf(claim: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(claim));
}

/** Evenly spread over the keys of the table. */
function sampleCodes(tables: Tables, name: string): readonly string[] {
  const { keyNumbers } = tables.get(name);
  const step = Math.max(1, Math.floor(keyNumbers.length / codesPerTable));
  const chosen = keyNumbers.filter((_, position) => position % step === 0);
  return Array.from(chosen, (number) => tables.text(number));
}
