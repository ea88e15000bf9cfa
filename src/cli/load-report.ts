/** The words of a running load: a live line, and a summary at the end. */
import type { LoopResult } from '../../bench/load/loops.js';
import type { Counts, Tally } from '../../bench/load/tally.js';
import type { Status } from '../decision/decision.js';
import type { Screen } from './terminal.js';
import { count, milliseconds, statusWords } from './words.js';

/** Reports once a second until `stop()`. On a terminal the line is rewritten, elsewhere there is one a second. */
export function reportLive(screen: Screen, tally: Tally): { stop(): void } {
  const timer = setInterval(() => {
    const line = liveLine(screen, tally.takeRecent());
    if (screen.interactive) screen.live(line);
    else screen.say(line);
  }, 1000);
  return {
    stop() {
      clearInterval(timer);
      screen.settle();
    },
  };
}

/** `  212/s   p50 0.31 ms   p99 1.20 ms   pass 131  partial 40  alert 41` */
export function liveLine(screen: Screen, recent: Counts): string {
  const { latency } = recent;
  const failed = recent.failed > 0 ? screen.paint('red', `   failed ${count(recent.failed)}`) : '';
  return [
    `${count(recent.answered).padStart(6)}/s`,
    `p50 ${milliseconds(latency.p50Ms).padStart(8)}`,
    `p99 ${milliseconds(latency.p99Ms).padStart(8)}`,
    statusLine(screen, recent) + failed,
  ].join('   ');
}

export function summaryLines(screen: Screen, loop: LoopResult, whole: Counts): string[] {
  const { latency } = whole;
  const failed = `${count(whole.failed)} failed`;
  return [
    `${count(loop.sent)} claims in ${loop.elapsedSeconds.toFixed(1)} s, ${count(loop.rate)} answers a second, ${
      whole.failed > 0 ? screen.paint('red', failed) : failed
    }`,
    `latency from the intended send time: p50 ${milliseconds(latency.p50Ms)}, p99 ${milliseconds(latency.p99Ms)}, ` +
      `p99.9 ${milliseconds(latency.p999Ms)}, max ${milliseconds(latency.maxMs)}`,
    statusLine(screen, whole),
  ];
}

function statusLine(screen: Screen, counts: Counts): string {
  const known = new Set<string>(Object.keys(statusWords));
  const words = [
    ...(Object.keys(statusWords) as Status[]),
    ...Object.keys(counts.statuses).filter((status) => !known.has(status)),
  ];
  return words
    .filter((status) => (counts.statuses[status] ?? 0) > 0)
    .map((status) => {
      const text = `${status} ${count(counts.statuses[status] ?? 0)}`;
      return status in statusWords ? screen.paint(statusWords[status as Status].style, text) : text;
    })
    .join('  ');
}
