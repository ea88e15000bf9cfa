/** What the log cannot take into account although it can be read. */
import type { DurableEvent } from '../src/claim/durable/durable-event.js';
import type { DeadLetter, DeadLetterReason } from '../src/decision/receipt.js';

/** Why a message that can be read is not taken into account; null: it is. */
export function objectionTo({ claim }: DurableEvent, institution: string): DeadLetter | null {
  const objection = objectionToSender(claim.institution.code, claim.eventId, institution);
  if (objection !== null) return objection;
  switch (claim.kind) {
    case 'screening':
      return dead('not-durable', 'A screening is answered at once and not kept.');
    case 'fees':
      return claim.encounter.id === null ? dead('no-encounter', 'The fees name no encounter.') : null;
    case 'settlement':
    case 'sale':
      return claim.claimId === null
        ? dead('no-claim-id', 'Neither settlement nor encounter is named.')
        : null;
    case 'reversal':
    case 'refund':
    case 'return': {
      const isNamed = (claim.reverses ?? claim.claimId ?? claim.encounter.id) !== null;
      return isNamed ? null : dead('no-claim-id', 'Neither a claim nor an encounter to undo is named.');
    }
    default:
      return null;
  }
}

/** The same as far as it is known of any message. `code`: the institution that its body names. */
export function objectionToSender(
  code: string | null,
  eventId: string | null,
  institution: string,
): DeadLetter | null {
  if (code !== institution) {
    return dead('wrong-institution', 'The body is not from the institution that sent it.');
  }
  return eventId === null ? dead('no-event-id', 'The event has no id.') : null;
}

export function dead(reason: DeadLetterReason, detail: string): DeadLetter {
  return { reason, detail };
}
