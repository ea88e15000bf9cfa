/** How large a benchmark run is. `--smoke` is tiny: it shows in CI that nothing has rotted, not how fast it is. */
export interface RunSize {
  readonly smoke: boolean;
  /** Runs per case; the median is reported. */
  readonly runs: number;
  readonly seconds: number;
  readonly warmSeconds: number;
  /** Different claims that are sent in turn. */
  readonly claims: number;
}

export function runSize(words: readonly string[] = process.argv.slice(2)): RunSize {
  return words.includes('--smoke')
    ? { smoke: true, runs: 1, seconds: 1, warmSeconds: 0.5, claims: 50 }
    : { smoke: false, runs: 5, seconds: 8, warmSeconds: 4, claims: 2_000 };
}

/** A fixed seed when measuring; another one each time in smoke, so that smoke runs find what one seed hides. */
export function runSeed(size: RunSize): number {
  return size.smoke ? Math.floor(Math.random() * 2 ** 31) : 20_261_012;
}
