/** Ratios of runs that took turns: each run is compared with its neighbour, which had the same machine. */

export interface Ratio {
  /** Median over the pairs. */
  readonly value: number;
  readonly least: number;
  readonly most: number;
}

/** Of `ours[i]` to `base[i]`. Throws where the two are not pairs, or there are none. */
export function pairedRatio(ours: readonly number[], base: readonly number[]): Ratio {
  if (ours.length === 0 || ours.length !== base.length) {
    throw new Error(`${ours.length} runs beside ${base.length}`);
  }
  const ratios = ours.map((value, i) => value / (base[i] as number)).sort((a, b) => a - b);
  return { value: median(ratios), least: ratios[0] as number, most: ratios.at(-1) as number };
}

/** The middle of sorted numbers, of two middles their mean. */
function median(sorted: readonly number[]): number {
  const half = sorted.length / 2;
  const low = sorted[Math.ceil(half) - 1] as number;
  const high = sorted[Math.floor(half)] as number;
  return (low + high) / 2;
}

/** `0.512 (0.498 to 0.533)` */
export function ratioText({ value, least, most }: Ratio): string {
  return `${value.toFixed(3)} (${least.toFixed(3)} to ${most.toFixed(3)})`;
}
