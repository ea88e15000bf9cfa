/** What a durable event does to the state, by its kind. */
import { assert } from '../../base/assert.js';
import type { Claim } from '../../claim/claim.js';
import type { DurableEvent } from '../../claim/durable/durable-event.js';
import type { State } from '../state.js';
import type { Applied, StandingFinding, When } from './applied.js';
import { applyFees } from './apply-fees.js';
import { applyReturn } from './apply-return.js';
import { applyReversal } from './apply-reversal.js';
import { applySettlement } from './apply-settlement.js';
import { applyStock } from './apply-stock.js';

export type { Applied, StandingFinding, When } from './applied.js';

/**
 * Applies one event. The caller has settled its identity: it is no duplicate, its institution is `when`'s, fees name
 * their encounter and settlements and sales their claim, and it is no screening.
 *
 * `assembled`: what `assemble` made of the event on the same state. `findings`: those of its screening (none for other
 * kinds). The records written are the message's touched ones (`Overlay.takeTouched`).
 */
export function applyEvent(
  event: DurableEvent,
  assembled: Claim | null,
  findings: readonly StandingFinding[],
  when: When,
  state: State,
): Applied {
  const scope = { ...when, state };
  const { kind } = event.claim;
  switch (kind) {
    case 'fees':
      return applyFees(event, scope);
    case 'settlement':
    case 'sale':
      assert(assembled !== null, 'a settlement is applied as it was screened');
      return applySettlement(event, assembled, findings, scope);
    case 'reversal':
      return applyReversal(event, scope);
    case 'refund':
    case 'return':
      return applyReturn(event, scope);
    case 'stock':
      return applyStock(event, scope);
    case 'screening':
      assert(false, 'a screening is no durable event');
  }
}
