/** The answers of a batch as bytes, in the order of its claims. */
import type { ByteRange } from '../../decision/encode.js';
import type { BatchReply, Crash, Outcome } from '../protocol.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { causeWords, formatWords, gapWords, statusWords } from './words.js';

export function writeReply(to: ByteWriter, { answers, outcomes, crashes, elapsedMs }: BatchReply): void {
  to.f64(elapsedMs);
  to.list(answers, (bytes) => to.bytes(bytes));
  to.list(outcomes, (outcome) => writeOutcome(to, outcome));
  to.list(crashes, ({ rule, error, at }) => {
    to.text(rule);
    to.text(error);
    to.text(at);
  });
}

/** The answers are views on what `from` reads. */
export function readReply(from: ByteReader): BatchReply {
  const elapsedMs = from.f64();
  const answers = from.list(() => from.bytes());
  const outcomes = from.list(() => readOutcome(from));
  const crashes = from.list((): Crash => {
    return { rule: from.text(), error: from.someText(), at: from.someText() };
  });
  from.end();
  return { answers, outcomes, crashes, elapsedMs };
}

export function writeOutcome(to: ByteWriter, outcome: Outcome): void {
  to.u8(formatWords.code(outcome.format));
  to.u8(statusWords.code(outcome.status));
  to.u8(causeWords.code(outcome.cause));
  to.text(outcome.decisionId);
  to.text(outcome.institution);
  to.text(outcome.scene);
  to.u32(outcome.decisionAt?.from ?? 0);
  to.u32(outcome.decisionAt?.to ?? 0);
  to.list(outcome.rules, (rule) => to.text(rule));
  to.list(outcome.shown, (rule) => to.text(rule));
  to.list(outcome.heldBack, (rule) => to.text(rule));
  to.list(outcome.gaps, (gap) => to.u8(gapWords.code(gap)));
  to.list(outcome.notes, (field) => to.text(field));
  to.f64(outcome.screenMs);
}

export function readOutcome(from: ByteReader): Outcome {
  return {
    format: formatWords.some(from.u8()),
    status: statusWords.some(from.u8()),
    cause: causeWords.word(from.u8()),
    decisionId: from.text(),
    institution: from.text(),
    scene: from.text(),
    decisionAt: readRange(from),
    rules: from.list(() => from.someText()),
    shown: from.list(() => from.someText()),
    heldBack: from.list(() => from.someText()),
    gaps: from.list(() => gapWords.some(from.u8())),
    notes: from.list(() => from.someText()),
    screenMs: from.f64(),
  };
}

/** A decision is never empty: an empty range is none. */
function readRange(reader: ByteReader): ByteRange | null {
  const [from, to] = [reader.u32(), reader.u32()];
  return to === 0 ? null : { from, to };
}
