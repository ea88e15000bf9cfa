/** How large a benchmark run is. */
export interface RunSize {
  readonly name: 'full' | 'guard' | 'smoke';
  /** Runs per case; the median is reported. */
  readonly runs: number;
  readonly seconds: number;
  readonly warmSeconds: number;
  /** Different claims that are sent in turn. */
  readonly claims: number;
}

/** Long enough to be believed. */
const full: RunSize = { name: 'full', runs: 5, seconds: 4, warmSeconds: 1.5, claims: 1_000 };
/** Long enough for a ratio that is far from its floor. */
export const guardSize: RunSize = { name: 'guard', runs: 3, seconds: 1.5, warmSeconds: 0.75, claims: 300 };
/** Shows in CI that nothing has rotted, not how fast it is. */
export const smokeSize: RunSize = { name: 'smoke', runs: 1, seconds: 0.5, warmSeconds: 0.3, claims: 50 };

export function runSize(words: readonly string[] = process.argv.slice(2)): RunSize {
  return words.includes('--smoke') ? smokeSize : full;
}

/**
 * A fixed seed when measuring; another one each time in smoke, so that smoke runs find what one seed hides.
 */
export function runSeed(size: RunSize): number {
  return size.name === 'smoke' ? Math.floor(Math.random() * 2 ** 31) : 20_261_012;
}
