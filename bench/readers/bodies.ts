/** The same claims in every wire form, against a library of 500 rules and 100,000 rows. */
import { encodeGbkJson } from '../../src/decision/encoders/gbk.js';
import { nativeJson, nativeMessagePack } from '../claims/render-native.js';
import { nhsaJson, nhsaObject } from '../claims/render-nhsa.js';
import type { SimulatedClaim } from '../claims/simulated-claim.js';
import { type ClaimPlan, makeClaims } from '../engine/make-claims.js';
import type { Library } from '../engine/make-rules.js';
import type { WireFormat } from '../engine/ours.js';

export const formats = ['native-msgpack', 'native-json', 'nhsa-json', 'nhsa-gbk'] as const;

const encoders: Readonly<Record<WireFormat, (claim: SimulatedClaim) => Uint8Array>> = {
  'native-msgpack': nativeMessagePack,
  'native-json': nativeJson,
  'nhsa-json': nhsaJson,
  'nhsa-gbk': (claim) => encodeGbkJson(JSON.stringify(nhsaObject(claim))),
};

export function encode(claims: readonly SimulatedClaim[], format: WireFormat): Buffer[] {
  return claims.map((claim) => {
    // As a body comes from a socket: a view on memory that no other body shares.
    const { buffer, byteOffset, byteLength } = encoders[format](claim);
    return Buffer.from(new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength).slice().buffer);
  });
}

/** Claims as hospitals send them: some facts unknown, some lines refunded, self-paid or of earlier days. */
export function realClaims(
  plan: Pick<ClaimPlan, 'lines' | 'count' | 'seed' | 'violationShare'>,
  library: Library,
): SimulatedClaim[] {
  return makeClaims({ ...plan, tablesDir: 'rules/tables', popularity: 'zipf', imperfect: true }, library);
}
