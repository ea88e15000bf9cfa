/**
 * How far something long has come, how fast it goes and when it will be done. On a terminal one line that is
 * rewritten; elsewhere a line now and then. Everything goes to standard error: standard output is for what
 * was asked for. The only file that knows cli-progress.
 */
import { SingleBar } from 'cli-progress';
import { type Clock, systemClock } from '../base/clock.js';
import { count } from './words.js';

export interface ProgressBar {
  /** So much is done; `total` where it has changed. */
  update(done: number, total?: number): void;
  /**
   * Takes the line away; a further update brings it back. To be called before anything else is written to the
   * terminal, and in the end whatever happens: a line that is shown keeps the process alive.
   */
  end(): void;
}

export interface ProgressOptions {
  readonly output?: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly clock?: Clock;
}

const often = { terminalMs: 100, fileMs: 10_000 };

/** `what`: `reading CLAIMS`. What is over before the first line is due says nothing. */
export function openProgress(what: string, total: number, options: ProgressOptions = {}): ProgressBar {
  const { output = process.stderr, clock = systemClock } = options;
  const pauseMs = output.isTTY === true ? often.terminalMs : often.fileMs;
  const bar = barOn(output, what);
  const startedMs = clock.tickMs();
  let shownMs = startedMs;
  let all = total;
  let first: number | null = null;
  return {
    update(done, newTotal = all) {
      all = newTotal;
      first ??= done;
      const nowMs = clock.tickMs();
      if (nowMs - shownMs < pauseMs) return;
      shownMs = nowMs;
      const pace = paceText(all - done, ((done - first) / (nowMs - startedMs)) * 1_000);
      if (!bar.isActive) bar.start(all, done, { pace });
      bar.setTotal(all);
      bar.update(done, { pace });
    },
    end: () => bar.stop(),
  };
}

/** `reading CLAIMS  [########................]  33 %  450 of 1,350  90/s  10 s left` */
function barOn(output: NodeJS.WritableStream, what: string): SingleBar {
  return new SingleBar({
    stream: output,
    format: `${what}  [{bar}] {percentage} %  {value} of {total}  {pace}`,
    barsize: 24,
    barCompleteChar: '#',
    barIncompleteChar: '.',
    formatValue: (value, _options, type) =>
      type === 'percentage' ? String(value).padStart(3) : count(value),
    fps: 1_000 / often.terminalMs,
    noTTYOutput: true,
    notTTYSchedule: often.fileMs,
    clearOnComplete: true,
    // Cut to the terminal's width by the bar: whoever is interrupted leaves the terminal as it was.
    linewrap: true,
  });
}

/** `90/s  10 s left`; at the average of this run. */
export function paceText(rest: number, perSecond: number): string {
  const left = perSecond > 0 ? `${durationText(Math.max(rest, 0) / perSecond)} left` : 'no estimate yet';
  return `${count(perSecond)}/s  ${left}`;
}

/** `45 s`, `3 min 20 s`, `2 h 5 min`. */
export function durationText(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3_600)} h ${Math.floor((whole % 3_600) / 60)} min`;
}
