/** One door to the wire forms, with what a sender has to say about each. */
import { nativeJson, nativeMessagePack } from './render-native.js';
import { nhsaJson } from './render-nhsa.js';
import type { SimulatedClaim } from './simulated-claim.js';

export const simulatedFormats = ['native-json', 'native-msgpack', 'nhsa'] as const;
export type SimulatedFormat = (typeof simulatedFormats)[number];

const renderers = { 'native-json': nativeJson, 'native-msgpack': nativeMessagePack, nhsa: nhsaJson } as const;
const contentTypes = {
  'native-json': 'application/json',
  'native-msgpack': 'application/msgpack',
  nhsa: 'application/json; charset=utf-8',
} as const;

/** What a simulated hospital puts on the wire. */
export interface RenderedClaim {
  readonly institution: string;
  readonly contentType: string;
  /** Path of the HTTP request. */
  readonly route: string;
  readonly body: Uint8Array;
}

export function render(claim: SimulatedClaim, format: SimulatedFormat): RenderedClaim {
  return {
    institution: claim.institution.code,
    contentType: contentTypes[format],
    route: format === 'nhsa' ? nationalRoute(claim.scene) : '/v1/screenings',
    body: renderers[format](claim),
  };
}

function nationalRoute(scene: number): string {
  return `/fsi/api/riskConService/${scene <= 5 ? 'beforeAnalyze' : 'courseAnalyze'}`;
}
