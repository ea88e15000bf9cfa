/**
 * Patients whose messages are all of the simple kind, as long as memory holds them. Whoever turns out not to be simple,
 * and everybody once memory is full, goes over into the state, and stays there.
 */
import type { EpochMs } from '../base/calendar.js';
import type { RecordedLine, Recording } from '../history/patient-record.js';
import { patientKey } from '../history/source.js';
import { historyHorizonMs, type State } from '../history/state.js';
import { KeptPatient } from './kept-patient.js';
import { KeptRows } from './kept-rows.js';

/** Lines of a claim, told one after another: what is told holds until the next one. */
export interface LinesInTurn {
  readonly most: number;
  each(take: (line: RecordedLine) => void): void;
}

export class KeptPatients {
  readonly #patients = new Map<string, KeptPatient>();
  /** Those that went over. */
  readonly #gone = new Set<string>();
  #rows = new KeptRows();
  #isOver = false;
  #bytes = 0;

  get bytes(): number {
    return this.#bytes + this.#rows.bytes;
  }

  /** What is kept of a patient; null: nothing that a message of this stream time sees. */
  find(key: string, streamMs: EpochMs): KeptPatient | null {
    const patient = this.#patients.get(key);
    return patient === undefined || patient.newestMs < streamMs - historyHorizonMs ? null : patient;
  }

  /** Enters a claim; false: its patient is in the state, and has to be entered there. */
  record(key: string, recording: Recording, lines: LinesInTurn, state: State): boolean {
    if (this.#isOver || this.#gone.has(key)) return false;
    const known = this.#patients.get(key);
    const patient = known ?? new KeptPatient(this.#rows);
    const isPruned = patient.encounters > 0 && patient.oldestMs < recording.recordedMs - historyHorizonMs;
    if (isPruned || patient.lines + lines.most > mostLines) {
      this.giveUp(key, state);
      return false;
    }
    this.#bytes -= known?.bytes ?? 0;
    patient.addEncounter(recording);
    lines.each((line) => patient.addLine(line));
    this.#bytes += patient.bytes;
    if (known === undefined) this.#patients.set(key, patient);
    return true;
  }

  /** The patient goes over into the state. */
  giveUp(key: string, state: State): void {
    if (this.#isOver) return;
    this.#gone.add(key);
    const patient = this.#patients.get(key);
    if (patient === undefined) return;
    this.#patients.delete(key);
    this.#bytes -= patient.bytes;
    put(key, patient, state);
  }

  /** All go over, and nobody is kept from now on. */
  giveUpAll(state: State): void {
    for (const [key, patient] of this.#patients) put(key, patient, state);
    this.#patients.clear();
    this.#gone.clear();
    this.#rows = new KeptRows();
    this.#bytes = 0;
    this.#isOver = true;
  }
}

/** Of one patient; placing a line takes longer the more there are. */
const mostLines = 10_000;

function put(key: string, patient: KeptPatient, state: State): void {
  const bytes = patient.packed().bytes();
  if (bytes !== null) state.put('patients', patientKey(key), bytes);
}
