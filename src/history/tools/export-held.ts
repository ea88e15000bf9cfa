/** Fees that are held for visits until somebody settles them, as plain data. */

import { unpackEncounter } from '../events/encounter-record.js';
import { unpackLine } from '../events/held-line.js';
import { byText } from '../events/packed-record.js';
import { patientKey } from '../source.js';
import { quantityText } from './export-patient.js';
import type { HistorySnapshot } from './snapshot.js';

export interface HeldVisit {
  /** Where the records of those lie whose fees are held, in hex; empty: nobody has said whose they are. */
  readonly patients: readonly string[];
  /** By (chargeBatch, line). */
  readonly lines: readonly HeldFeeLine[];
}

export interface HeldFeeLine {
  readonly chargeBatch: string | null;
  readonly line: string;
  readonly itemCode: string | null;
  /** ISO 8601, UTC. */
  readonly at: string | null;
  readonly quantity: string | null;
  readonly amountFen: number | null;
  /** Whether a claim that stands has billed it. */
  readonly billed: boolean;
}

/** Visits for which fees are held; `of`: only these patients', as claims name them. `watch` is told of each visit. */
export function heldVisits(
  state: HistorySnapshot,
  of: ReadonlySet<string> | null = null,
  watch: () => void = () => {},
): readonly HeldVisit[] {
  const visits: HeldVisit[] = [];
  for (const [, bytes] of state.records('encounters')) {
    watch();
    const { fees, patients } = unpackEncounter(bytes);
    if (fees.isEmpty || (of !== null && !patients.some((patient) => of.has(patient)))) continue;
    const lines = fees.list().flatMap(({ chargeBatch, line, body, billedBy }): HeldFeeLine[] => {
      if (body === null) return [];
      const { itemCode, at, quantityE4, amountFen } = unpackLine(body);
      return [
        {
          chargeBatch,
          line,
          itemCode,
          at: at === null ? null : new Date(at).toISOString(),
          quantity: quantityE4 === null ? null : quantityText(quantityE4),
          amountFen,
          billed: billedBy !== null,
        },
      ];
    });
    visits.push({
      patients: patients.map((patient) => Buffer.from(patientKey(patient)).toString('hex')),
      lines,
    });
  }
  return visits.sort((a, b) => byText(a.patients.join(), b.patients.join()));
}
