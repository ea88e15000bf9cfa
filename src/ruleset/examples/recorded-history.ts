/**
 * Claims as a history that rules can ask, for examples and tests: what the store keeps of settled claims, in plain
 * objects. Slow, and without an end: nothing of it grows old.
 */
import { dayOf, type EpochDay } from '../../base/calendar.js';
import type { Claim, Encounter, Line } from '../../claim/claim.js';
import { saleOf } from '../../history/events/trace-record.js';
import type { HistorySource, PatientHistory, TraceSale } from '../../history/patient-history.js';
import { type Key64, key64 } from '../../history/state.js';
import { longestServiceDays } from '../runtime/history/service-days.js';

interface RecordedLine {
  readonly code: string;
  readonly line: Line;
  readonly at: number;
  readonly quantityE4: number;
  readonly encounter: number;
  readonly key: Key64;
}

interface RecordedEncounter {
  readonly institution: string;
  readonly key: Key64;
  readonly encounter: Encounter;
  readonly mainDiagnosis: string | null;
}

/** Balances by institution and item: ten-thousandths of a unit. */
export type Stock = Readonly<Record<string, Readonly<Record<string, number>>>>;

export function recordedHistory(claims: readonly Claim[], stock: Stock = {}): HistorySource {
  const balances = new Map(
    Object.entries(stock).map(([institution, items]) => [institution, new Map(Object.entries(items))]),
  );
  return {
    patient: (key) => patientHistory(claims.filter(({ patient }) => patient.key === key)),
    sales: (code) => claims.flatMap((claim) => salesOf(claim, code)),
    stockE4: (institution, itemCode) => balances.get(institution)?.get(itemCode) ?? null,
  };
}

/** One sale of a code, whatever lines it was sold by: paid by whom does not matter, split on any of them does. */
function salesOf({ claimId, institution, lines }: Claim, code: string): readonly TraceSale[] {
  const sold = lines.filter(
    (line) => !line.refund && line.netQuantityE4 !== 0 && line.traceCodes.includes(code),
  );
  const [first] = sold.map(({ id }) => id).toSorted();
  if (claimId === null || first === undefined) return [];
  const sale = saleOf(institution.code ?? '', claimId);
  return [{ sale, line: first, split: sold.some(({ splitPack }) => splitPack) }];
}

function patientHistory(claims: readonly Claim[]): PatientHistory {
  const encounters = encountersOf(claims);
  const lines = linesOf(claims, encounters);
  const codes = [...new Set(lines.map(({ code }) => code))];
  const codeNumbers = new Map(codes.map((code, i) => [code, i]));
  const line = (i: number) => lines[i] as RecordedLine;
  const encounter = (e: number) => encounters[e] as RecordedEncounter;
  return {
    codes: codes.length,
    codeText: (code) => codes[code] as string,
    findCode: (text) => codeNumbers.get(text) ?? -1,
    lines: lines.length,
    lineCode: (i) => codeNumbers.get(line(i).code) as number,
    lineAt: (i) => line(i).at,
    lineFirstDay: (i) => dayOf(line(i).at),
    lineLastDay: (i) => lastServiceDay(line(i).line, dayOf(line(i).at)),
    lineQuantityE4: (i) => line(i).quantityE4,
    lineAmountFen: (i) => line(i).line.netAmountFen ?? 0,
    lineEncounter: (i) => line(i).encounter,
    lineKey: (i) => line(i).key,
    encounters: encounters.length,
    encounterInstitution: (e) => encounter(e).institution,
    encounterKey: (e) => encounter(e).key,
    encounterType: (e) => encounter(e).encounter.type,
    admittedAt: (e) => encounter(e).encounter.admittedAt,
    dischargedAt: (e) => encounter(e).encounter.dischargedAt,
    emergency: (e) => encounter(e).encounter.emergency === true,
    mainDiagnosis: (e) => encounter(e).mainDiagnosis,
  };
}

/** Several claims may settle one encounter: the first says what it is. */
function encountersOf(claims: readonly Claim[]): readonly RecordedEncounter[] {
  const found = new Map<string, RecordedEncounter>();
  for (const claim of claims) {
    const key = keyOf(claim);
    if (found.has(key.join())) continue;
    const main = claim.diagnoses.find((diagnosis) => diagnosis.main === true);
    found.set(key.join(), {
      institution: claim.institution.code ?? '',
      key,
      encounter: claim.encounter,
      mainDiagnosis: main?.code ?? null,
    });
  }
  return [...found.values()];
}

/** Lines that nobody can place, or of which nothing is left, are not remembered. */
function linesOf(
  claims: readonly Claim[],
  encounters: readonly RecordedEncounter[],
): readonly RecordedLine[] {
  const found = new Map<string, RecordedLine>();
  for (const claim of claims) {
    const own = keyOf(claim).join();
    const encounter = encounters.findIndex(({ key }) => key.join() === own);
    for (const line of claim.lines) {
      const { itemCode, at, netQuantityE4 } = line;
      if (!line.payable || itemCode === null || at === null || netQuantityE4 === null) continue;
      const key = key64(...namesOf(claim), line.id);
      if (netQuantityE4 === 0 || found.has(key.join())) continue;
      found.set(key.join(), { code: itemCode, line, at, quantityE4: netQuantityE4, encounter, key });
    }
  }
  return [...found.values()].sort((a, b) => a.at - b.at);
}

function keyOf(claim: Claim): Key64 {
  return key64(...namesOf(claim));
}

/** An encounter without an id is known by its claim. */
function namesOf({ institution, encounter, claimId }: Claim): readonly string[] {
  const here = institution.code ?? '';
  return encounter.id === null ? [here, '', claimId ?? ''] : [here, encounter.id];
}

function lastServiceDay({ until, kind, days }: Line, first: EpochDay): EpochDay {
  if (until !== null) return Math.min(Math.max(first, dayOf(until)), first + longestServiceDays - 1);
  const isMedicine = kind === 'drug' || kind === 'piece' || kind === 'granule';
  return isMedicine && days !== null && days > 1 ? first + days - 1 : first;
}
