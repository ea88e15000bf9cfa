/** DECISIONS as followers read it: what has been decided, in the order in which it was stored. */
import { type LogOptions, OrderedLog } from './ordered-log.js';
import { streams } from './streams.js';

export type DecisionsLogOptions = Omit<LogOptions, 'stream' | 'filterSubject'>;

/** Begins to read DECISIONS after `options.after`, a position in DECISIONS itself; see `OrderedLog`. */
export function openDecisionsLog(options: DecisionsLogOptions): OrderedLog {
  return new OrderedLog({
    ...options,
    stream: streams.decisions.name,
    filterSubject: streams.decisions.subject,
  });
}
