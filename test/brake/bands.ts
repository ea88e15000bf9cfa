/** Bands as a replay would have found them, in claims of a window. */
import { windowClaims } from '../../src/ruleset/release/brake/share-window.js';
import type { Band, BandFigures, ReplayMark } from '../../src/ruleset/release/manifest.js';

type Range = readonly [least: number, most: number];

export function bandFrom(
  scene: string,
  {
    alerts,
    holds,
    figures,
  }: { readonly alerts: Range; readonly holds: Range; readonly figures?: BandFigures },
): Band {
  const millionths = (claims: number) => Math.round((claims * 1_000_000) / windowClaims);
  const [alertLow, alertHigh, holdLow, holdHigh] = [...alerts, ...holds].map(millionths) as [
    number,
    number,
    number,
    number,
  ];
  const band = { scene, alertLow, alertHigh, holdLow, holdHigh };
  return figures === undefined ? band : { ...band, figures };
}

export function replayWith(bands: readonly Band[]): ReplayMark {
  return { digest: 'e'.repeat(64), from: '2026-05-01', to: '2026-05-31', claims: 40_000, hits: 3_000, bands };
}
