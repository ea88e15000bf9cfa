/** The engines that an afternoon service is written with here, and what such a service answers. */
export const peerEngines = ['zen', 'json-rules-engine'] as const;
export type PeerEngine = (typeof peerEngines)[number];

export interface PeerAnswer {
  readonly status: 'pass' | 'alert';
  readonly findings: readonly { readonly rule: string; readonly line: string }[];
}
