/** The history of a state, as rules ask for it. */
import { readBalance } from './events/stock-record.js';
import { readSales } from './events/trace-record.js';
import { type HistorySource, PackedHistory, type PatientHistory, type TraceSale } from './patient-history.js';
import { key16, type StateReader } from './state.js';

/**
 * What lies in `state` at the moment of each question. One at a time: the patient that it answers with is the same
 * object at every call.
 */
export function stateSource(state: StateReader): HistorySource {
  return new StateSource(state);
}

class StateSource implements HistorySource {
  readonly #state: StateReader;
  readonly #patient = new PackedHistory();

  constructor(state: StateReader) {
    this.#state = state;
  }

  patient(key: string): PatientHistory {
    return this.#patient.open(this.#state.get('patients', patientKey(key)));
  }

  sales(traceCode: string): readonly TraceSale[] {
    const bytes = this.#state.get('traces', key16(traceCode));
    return bytes === undefined ? [] : readSales(bytes);
  }

  stockE4(institution: string, itemCode: string): number | null {
    const bytes = this.#state.get('stock', key16(institution, itemCode));
    return bytes === undefined ? null : readBalance(bytes);
  }
}

/** Where the record of a patient lies. */
export function patientKey(key: string): Uint8Array {
  return key16(key);
}
