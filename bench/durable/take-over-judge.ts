/** What a run of killings says: how long nobody decided, and what the clients of advisory screening noticed. */

/** One request of a client that never asks twice. Milliseconds since 1970. */
export interface Attempt {
  readonly sentMs: number;
  readonly endedMs: number;
  /** The answer's status; empty: none came. */
  readonly status: string;
}

/** The decider's process was told to end at `fromMs`, and was gone at `goneMs`. */
export interface Kill {
  readonly fromMs: number;
  readonly goneMs: number;
}

/** When a stream stored something, and the sequence in CLAIMS of which that speaks. */
export interface Stored {
  readonly seq: number;
  readonly ms: number;
}

export interface TakeOver {
  /** Messages that were stored and not decided when the decider was killed: they come first. */
  readonly undecided: number;
  /** Milliseconds from the kill to the next entry; null: none came. */
  readonly nextMs: number | null;
  /** The same, to the first entry of a message that was stored after the kill. */
  readonly laterMs: number | null;
}

/** One for each kill. `entries` in the order of DECISIONS. */
export function takeOversOf(
  kills: readonly Kill[],
  claims: readonly Stored[],
  entries: readonly Stored[],
): readonly TakeOver[] {
  return kills.map(({ fromMs, goneMs }) => {
    const next = claims.find(({ ms }) => ms > goneMs);
    const after = entries.filter(({ ms }) => ms > goneMs);
    const later = next && after.find(({ seq }) => seq >= next.seq);
    const decided = new Set(entries.filter(({ ms }) => ms <= goneMs).map(({ seq }) => seq));
    const undecided = claims.filter(({ seq, ms }) => ms <= goneMs && !decided.has(seq)).length;
    const since = (entry: Stored | undefined) => (entry === undefined ? null : entry.ms - fromMs);
    return { undecided, nextMs: since(after[0]), laterMs: since(later) };
  });
}

export interface Noticed {
  readonly answered: number;
  /** Of these, how many were not screened. */
  readonly unscreened: number;
  /** Under way when a process died: so many, and so many of them without an answer. */
  readonly inFlight: number;
  readonly lostInFlight: number;
  /** Requests without an answer that left when the process was gone, and how long after it the last of them left. */
  readonly lostLater: number;
  readonly lastLostMs: number;
  /** Requests without an answer at any other time. */
  readonly lostOtherwise: number;
  /** Longest time without an answer in the whole run, and around each kill. */
  readonly longestGapMs: number;
  readonly gapsMs: readonly number[];
}

/** So long after a kill, what is lost is laid at its door. */
const aftermathMs = 15_000;

export function noticedBy(attempts: readonly Attempt[], kills: readonly Kill[]): Noticed {
  const answers = attempts.filter(({ status }) => status !== '');
  const lost = attempts.filter(({ status }) => status === '');
  const isInFlight = ({ sentMs, endedMs }: Attempt): boolean =>
    kills.some(({ fromMs, goneMs }) => sentMs <= goneMs && endedMs >= fromMs);
  const since = ({ sentMs }: Attempt): number =>
    Math.min(...kills.map(({ goneMs }) => (sentMs > goneMs ? sentMs - goneMs : Number.POSITIVE_INFINITY)));
  const others = lost.filter((attempt) => !isInFlight(attempt));
  const later = others.filter((attempt) => since(attempt) < aftermathMs);
  const times = answers.map(({ endedMs }) => endedMs).sort((a, b) => a - b);
  return {
    answered: answers.length,
    unscreened: answers.filter(({ status }) => status === 'not_screened').length,
    inFlight: attempts.filter(isInFlight).length,
    lostInFlight: lost.length - others.length,
    lostLater: later.length,
    lastLostMs: Math.max(0, ...later.map(since)),
    lostOtherwise: others.length - later.length,
    longestGapMs: longestGap(times),
    gapsMs: kills.map(({ fromMs }) =>
      longestGap(times.filter((ms) => ms > fromMs - 1_000 && ms < fromMs + aftermathMs)),
    ),
  };
}

function longestGap(times: readonly number[]): number {
  return times.reduce((most, ms, i) => Math.max(most, ms - (times[i - 1] ?? ms)), 0);
}
