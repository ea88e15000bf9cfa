/** Every engine of the comparison by name. Each is loaded by the one process that measures it. */
import type { MakeContender } from './contender.js';

export interface PeerEntry {
  readonly load: () => Promise<MakeContender>;
  /** Claims on which it must agree with ours before its clock starts: fewer for the slowest. */
  readonly proof: number;
}

export const ours = 'claimgate';

export const peers = {
  'json-rules-engine': {
    load: async () => (await import('./peers-json-rules-engine.js')).jsonRulesEngine,
    proof: 8,
  },
  zen: { load: async () => (await import('./peers-zen.js')).zen, proof: 24 },
  'json-logic-js': { load: async () => (await import('./peers-json-logic.js')).jsonLogicPeer, proof: 24 },
  'bufbuild cel': { load: async () => (await import('./peers-bufbuild-cel.js')).bufbuildCel, proof: 24 },
  'cel-js': { load: async () => (await import('./peers-marcbachmann-cel.js')).marcbachmannCel, proof: 24 },
  'bufbuild cel, our index, as written': {
    load: async () => (await import('./peers-bufbuild-cel.js')).bufbuildCelWritten,
    proof: 48,
  },
  'cel-js, our index, as written': {
    load: async () => (await import('./peers-marcbachmann-cel.js')).marcbachmannCelWritten,
    proof: 48,
  },
  'bufbuild cel, our index, facts given': {
    load: async () => (await import('./peers-bufbuild-cel.js')).bufbuildCelIndexed,
    proof: 48,
  },
  'cel-js, our index, facts given': {
    load: async () => (await import('./peers-marcbachmann-cel.js')).marcbachmannCelIndexed,
    proof: 48,
  },
} as const satisfies Readonly<Record<string, PeerEntry>>;

export type PeerName = keyof typeof peers;
export const peerNames = Object.keys(peers) as readonly PeerName[];
