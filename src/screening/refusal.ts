/** Answers that main gives by itself: `not_screened`, built without reading the body. */
import { recogniseFormat } from '../claim/formats/recognise.js';
import { notScreened } from '../decision/decide.js';
import type { NotScreenedCause } from '../decision/decision.js';
import { encodeAnswer } from '../decision/encode.js';
import type { Envelope, Outcome } from './protocol.js';

export interface Refusal {
  readonly bytes: Uint8Array;
  readonly outcome: Outcome;
}

/**
 * An answer in the body's own format, which is taken from its first bytes where the envelope does not name it.
 * `detail`: a sentence for a person, or null.
 */
export function refuse(
  body: Uint8Array,
  envelope: Pick<Envelope, 'format' | 'receivedAtMs' | 'institution'>,
  cause: NotScreenedCause,
  detail: string | null,
): Refusal {
  const format = envelope.format ?? recogniseFormat(null, body);
  const decision = notScreened(cause, detail, {}, null);
  const { bytes, decisionAt } = encodeAnswer(decision, null, format, envelope.receivedAtMs);
  const outcome: Outcome = {
    format,
    status: 'not_screened',
    cause,
    decisionId: null,
    institution: envelope.institution,
    scene: null,
    decisionAt,
    rules: [],
    shown: [],
    heldBack: [],
    gaps: [],
    notes: [],
    screenMs: 0,
  };
  return { bytes, outcome };
}
