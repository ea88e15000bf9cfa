/** What a node remembers, in one form for the model and for the product's export, so that both can be compared. */
import type { Line } from './meaning.js';
import type { Model } from './model.js';

/** Each entry one text; patients are told apart by what they had, since their keys mean nothing to us. */
export interface State {
  /** One text per patient: all encounters, sorted. */
  readonly patients: readonly string[];
  /** Balance by `institution item`. */
  readonly stock: ReadonlyMap<string, number>;
  /** Claims by trace code, sorted. */
  readonly traces: ReadonlyMap<string, string>;
}

/** As `claimgate history export --all` prints them. */
export interface ExportedEncounter {
  readonly institution: string;
  readonly type: string;
  readonly admittedAt: string | null;
  readonly dischargedAt: string | null;
  readonly emergency: boolean;
  readonly mainDiagnosis: string | null;
  readonly lines: readonly {
    readonly itemCode: string;
    readonly at: string;
    readonly lastDay: string;
    readonly quantity: string;
    readonly amountFen: number;
  }[];
}

export interface Export {
  readonly node: string;
  /** Sequence of CLAIMS up to which everything is in it. */
  readonly position: number;
  readonly digest: string;
  readonly state: State;
}

export function stateOf(model: Model): State {
  const patients = new Map<string, Map<string, ExportedEncounter>>();
  const stock = new Map<string, number>();
  const traces = new Map<string, string[]>();
  for (const { institution, itemCode, type, quantity } of model.stock()) {
    const key = `${institution} ${itemCode}`;
    stock.set(key, type === 'count' ? quantity : (stock.get(key) ?? 0) + quantity);
  }
  for (const { event, lines } of model.standing()) {
    const { institution, claimId, patient, visit } = event;
    for (const { itemCode, quantity, traceCodes } of lines) {
      const key = `${institution} ${itemCode}`;
      const balance = stock.get(key);
      if (event.kind === 'sale' && balance !== undefined) stock.set(key, balance - quantity);
      for (const code of traceCodes) traces.set(code, [...(traces.get(code) ?? []), claimId]);
    }
    if (patient === null) continue;
    // Several settlements of one encounter are one encounter.
    const encounters = patients.get(patient) ?? new Map<string, ExportedEncounter>();
    const key = `${institution} ${event.encounterId ?? claimId}`;
    const before = encounters.get(key)?.lines ?? [];
    const remembered = lines.filter((line) => !line.selfPaid).map(rememberedLine);
    encounters.set(key, { institution, ...visit, lines: [...before, ...remembered] });
    patients.set(patient, encounters);
  }
  const sales = [...traces].map(([code, claims]) => [code, [...new Set(claims)].sort().join(' ')] as const);
  return {
    patients: [...patients.values()].map((encounters) => patientText([...encounters.values()])).sort(),
    stock,
    traces: new Map(sales),
  };
}

function rememberedLine({
  itemCode,
  at,
  days,
  quantity,
  amountFen,
}: Line): ExportedEncounter['lines'][number] {
  return { itemCode, at, lastDay: lastDay(at, days ?? 1), quantity: String(quantity), amountFen };
}

/** The last day, in China, for which something lasts that is given at `at` for so many days. */
function lastDay(at: string, days: number): string {
  const inChina = Date.parse(at) + 8 * 3_600_000 + Math.max(0, days - 1) * 86_400_000;
  return new Date(inChina).toISOString().slice(0, 10);
}

/** Reads the NDJSON of an export. */
export function readExport(node: string, text: string): Export {
  const [head, ...rest] = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const patients = rest
    .filter((line) => line.patient !== undefined && line.encounters.length > 0)
    .map((line) => patientText(line.encounters))
    .sort();
  const stock = new Map<string, number>();
  const traces = new Map<string, string>();
  for (const line of rest) {
    for (const { institution, itemCode, quantity } of line.stock ?? []) {
      stock.set(`${institution} ${itemCode}`, Number(quantity));
    }
    for (const { code, sales } of line.traces ?? []) traces.set(code, [...sales].sort().join(' '));
  }
  return { node, position: head.position, digest: head.digest, state: { patients, stock, traces } };
}

/** One text for everything remembered of a patient, whatever the order in which it is listed. */
function patientText(encounters: readonly ExportedEncounter[]): string {
  const texts = encounters.map(({ lines, ...visit }) => {
    const lineTexts = lines.map(({ itemCode, at, lastDay: last, quantity, amountFen }) => {
      return [itemCode, instant(at), last, Number(quantity), amountFen].join(' ');
    });
    const { institution, type, admittedAt, dischargedAt, emergency, mainDiagnosis } = visit;
    const head = [institution, type, instant(admittedAt), instant(dischargedAt), emergency, mainDiagnosis];
    return `${head.join(' ')}\n    ${lineTexts.sort().join('\n    ')}`;
  });
  return texts.sort().join('\n  ');
}

function instant(text: string | null): string {
  return text === null ? 'unknown' : new Date(text).toISOString();
}

/** How two states differ, a few lines; empty where they do not. */
export function differences(expected: State, found: State): string[] {
  return [
    ...patientDifferences(
      without(expected.patients, found.patients),
      without(found.patients, expected.patients),
    ),
    ...listDifferences('stock', pairs(expected.stock), pairs(found.stock)),
    ...listDifferences('trace code', pairs(expected.traces), pairs(found.traces)),
  ];
}

/** Sets each missing patient against the one found that is most like it, and keeps what is not in both. */
function patientDifferences(missing: readonly string[], extra: readonly string[]): string[] {
  let left = [...extra];
  const told = missing.map((text) => {
    const lines = placedLines(text);
    const distance = (other: string): number => without(lines, placedLines(other)).length;
    const twin = left.toSorted((a, b) => distance(a) - distance(b))[0];
    left = left.filter((other) => other !== twin);
    const found = twin === undefined ? [] : placedLines(twin);
    const gone = without(lines, found).map((line) => `\n  - ${line}`);
    const added = without(found, lines).map((line) => `\n  + ${line}`);
    return `patient expected (-) and found (+):${[...gone, ...added].join('')}`;
  });
  return [...told, ...left.map((text) => `patient not expected:\n  ${text}`)];
}

/** Lines of a patient's text, each with the encounter that it belongs to. */
function placedLines(text: string): string[] {
  return text
    .split('\n  ')
    .reduce<{ head: string; lines: string[] }>(
      ({ head, lines }, line) =>
        line.startsWith('  ')
          ? { head, lines: [...lines, `${head} | ${line.trim()}`] }
          : { head: line, lines: [...lines, line] },
      { head: '', lines: [] },
    ).lines;
}

function pairs(map: ReadonlyMap<string, string | number>): string[] {
  return [...map].map(([key, value]) => `${key}: ${value}`).sort();
}

function listDifferences(what: string, expected: readonly string[], found: readonly string[]): string[] {
  const missing = without(expected, found).map((text) => `${what} missing:\n  ${text}`);
  const extra = without(found, expected).map((text) => `${what} not expected:\n  ${text}`);
  return [...missing, ...extra];
}

/** What `from` has more of than `less`, by number of occurrences. */
function without(from: readonly string[], less: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const text of less) counts.set(text, (counts.get(text) ?? 0) + 1);
  return from.filter((text) => {
    const left = counts.get(text) ?? 0;
    counts.set(text, left - 1);
    return left <= 0;
  });
}
