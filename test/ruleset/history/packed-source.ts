/** Settled claims as the durable path records them: applied as events, read back from the packed state. */
import type { Claim } from '../../../src/claim/claim.js';
import { applyEvent } from '../../../src/history/events/apply-event.js';
import { assemble } from '../../../src/history/events/assemble.js';
import type { HistorySource } from '../../../src/history/patient-history.js';
import { stateSource } from '../../../src/history/source.js';
import { Overlay } from '../../../src/history/state.js';

/** Stock is not what claims say, so it is given apart: ten-thousandths of a unit, for every institution. */
export function packedSource(
  claims: readonly Claim[],
  stock: Readonly<Record<string, number>>,
): HistorySource {
  const state = new Overlay({ get: () => undefined });
  for (const [i, claim] of claims.entries()) {
    const event = {
      claim,
      format: 'native-json' as const,
      chargeBatches: claim.lines.map(() => null),
      recordIds: [],
      deletes: null,
      bills: [],
      traces: [],
      stock: null,
    };
    const when = {
      seq: i + 1,
      streamMs: 1_700_000_000_000 + i,
      institution: claim.institution.code ?? '',
      contentHash: '0'.repeat(64),
    };
    applyEvent(event, assemble(event, state), [], when, state);
  }
  const source = stateSource(state);
  const balances = new Map(Object.entries(stock));
  return {
    patient: (key) => source.patient(key),
    sales: (code) => source.sales(code),
    stockE4: (_, itemCode) => balances.get(itemCode) ?? null,
  };
}
