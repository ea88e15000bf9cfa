/** One batch: its claims one after another, each on its own. */
import { AssertionFailure } from '../src/base/assert.js';
import type { Clock } from '../src/base/clock.js';
import type { HistorySource } from '../src/history/patient-history.js';
import {
  type BatchReply,
  type BatchRequest,
  type Crash,
  type Envelope,
  slabPart,
} from '../src/screening/protocol.js';
import { ClaimMeter } from './claim-meter.js';
import type { LoadedRuleset } from './ruleset-cache.js';
import { notScreenedUnread, type ScreenedClaim, screenClaim } from './screen-claim.js';
import { takeSales } from './take-sales.js';

/**
 * Screens all claims of a batch in their order; goods on their way to the log are only looked at for their sender. A
 * bug that strikes one claim costs that claim its screening and nothing else; a failed assertion ends the thread, since
 * then nobody knows what else is wrong. `history` null: none is kept.
 */
export function screenBatch(
  batch: BatchRequest,
  loaded: LoadedRuleset,
  clock: Clock,
  history: HistorySource | null = null,
): BatchReply {
  const startedMs = clock.tickMs();
  const meter = new ClaimMeter(batch.progress, clock);
  const crashes: Crash[] = [];
  const answers = batch.envelopes.map((envelope, i) => {
    const body = slabPart(batch, i);
    meter.beginClaim(i, envelope.deadlineMs);
    try {
      if (envelope.path === 'durable') return takeSales(body, envelope, loaded.readerSettings);
      return screenClaim(body, envelope, loaded, meter, clock, history);
    } catch (error) {
      return afterCrash(error, body, envelope, ruleOf(loaded, meter), crashes);
    }
  });
  meter.endBatch();
  return {
    answers: answers.map(({ bytes }) => bytes),
    outcomes: answers.map(({ outcome }) => outcome),
    crashes,
    elapsedMs: clock.tickMs() - startedMs,
  };
}

function ruleOf({ ruleset }: LoadedRuleset, meter: ClaimMeter): string | null {
  return ruleset.ruleIds[meter.rule] ?? null;
}

function afterCrash(
  error: unknown,
  body: Uint8Array,
  envelope: Envelope,
  rule: string | null,
  crashes: Crash[],
): ScreenedClaim {
  if (error instanceof AssertionFailure) throw error;
  crashes.push(describeCrash(error, rule));
  return notScreenedUnread(
    body,
    envelope,
    'worker',
    rule === null ? 'Screening failed.' : `Rule ${rule} failed.`,
  );
}

/** Kind and place of an error, without its message. */
export function describeCrash(error: unknown, rule: string | null): Crash {
  if (!(error instanceof Error)) return { rule, error: typeof error, at: '' };
  const frame = error.stack?.split('\n').find((line) => line.startsWith('    at '));
  return { rule, error: error.name, at: frame?.trim() ?? '' };
}
