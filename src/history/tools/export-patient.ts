/** One patient's history as plain data. */
import { formatDay } from '../../base/calendar.js';
import { formatDecimal } from '../../base/money.js';
import type { EncounterType } from '../../claim/claim.js';
import { byText } from '../events/packed-record.js';
import { PackedHistory } from '../patient-history.js';

export interface ExportedLine {
  readonly itemCode: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Last day of use, in China: `2026-03-18`. */
  readonly lastDay: string;
  /** Net of what came back: `2`, `0.5`. */
  readonly quantity: string;
  readonly amountFen: number;
}

export interface ExportedEncounter {
  readonly institution: string;
  readonly type: EncounterType | null;
  readonly admittedAt: string | null;
  readonly dischargedAt: string | null;
  readonly emergency: boolean;
  readonly mainDiagnosis: string | null;
  /** By (at, itemCode, quantity). */
  readonly lines: readonly ExportedLine[];
}

export interface ExportedPatient {
  /** Where the record lies, in hex: a keyed hash, from which nobody comes back to the person. */
  readonly patient: string;
  /** By (institution, admittedAt, first line); an unknown time of admission comes first. */
  readonly encounters: readonly ExportedEncounter[];
}

const packed = new PackedHistory();

/** `record`: the packed record under `key`. */
export function exportPatient(key: Uint8Array, record: Uint8Array): ExportedPatient {
  packed.open(record);
  const lines = Array.from({ length: packed.encounters }, (): ExportedLine[] => []);
  for (let line = 0; line < packed.lines; line++) lines[packed.lineEncounter(line)]?.push(exportLine(line));
  const encounters = lines.map((own, encounter) => exportEncounter(encounter, own));
  return {
    patient: Buffer.from(key).toString('hex'),
    encounters: encounters.sort((a, b) => inOrder(sortedBy(a), sortedBy(b))),
  };
}

/** Of whom no settlement is known. */
export function nothingSettled(key: Uint8Array): ExportedPatient {
  return { patient: Buffer.from(key).toString('hex'), encounters: [] };
}

/** A quantity in ten-thousandths without zeros that say nothing: `2`, `0.5`. */
export function quantityText(quantityE4: number): string {
  return formatDecimal(quantityE4, 4).replace(/\.?0+$/, '');
}

function exportLine(line: number): ExportedLine {
  return {
    itemCode: packed.codeText(packed.lineCode(line)),
    at: new Date(packed.lineAt(line)).toISOString(),
    lastDay: formatDay(packed.lineLastDay(line)),
    quantity: quantityText(packed.lineQuantityE4(line)),
    amountFen: packed.lineAmountFen(line),
  };
}

function exportEncounter(encounter: number, lines: ExportedLine[]): ExportedEncounter {
  return {
    institution: packed.encounterInstitution(encounter),
    type: packed.encounterType(encounter),
    admittedAt: instant(packed.admittedAt(encounter)),
    dischargedAt: instant(packed.dischargedAt(encounter)),
    emergency: packed.emergency(encounter),
    mainDiagnosis: packed.mainDiagnosis(encounter),
    lines: lines.sort((a, b) => inOrder(lineOrder(a), lineOrder(b))),
  };
}

function instant(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

function sortedBy({ institution, admittedAt, lines }: ExportedEncounter): readonly string[] {
  const [first] = lines;
  return [institution, admittedAt ?? '', ...(first === undefined ? [] : lineOrder(first))];
}

function lineOrder({ at, itemCode, quantity }: ExportedLine): readonly string[] {
  return [at, itemCode, quantity];
}

function inOrder(a: readonly string[], b: readonly string[]): number {
  const differs = a.findIndex((text, i) => text !== b[i]);
  if (differs < 0) return a.length - b.length;
  return byText(a[differs] as string, b[differs] ?? '');
}
