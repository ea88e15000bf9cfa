/** CLAIMS, the order of everything durable, read from a position of ours. */
import type { LogOptions } from './ordered-log.js';
import { OrderedLog } from './ordered-log.js';
import { streams } from './streams.js';

export type { EstrangementKind, LogEvents, LogMessage, LogPosition } from './ordered-log.js';
export { OrderedLog, StreamEstranged } from './ordered-log.js';

export type ClaimsLogOptions = Omit<LogOptions, 'stream' | 'filterSubject'>;

/** Begins to read CLAIMS after `options.after`; see `OrderedLog`. */
export function openClaimsLog(options: ClaimsLogOptions): OrderedLog {
  return new OrderedLog({ ...options, stream: streams.claims.name, filterSubject: streams.claims.subject });
}
