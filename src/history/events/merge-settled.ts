/** The record of a claim with what another settlement or sale of it says. */
import type { Claim, Line } from '../../claim/claim.js';
import type { DurableEvent } from '../../claim/durable/durable-event.js';
import type { Scope, StandingFinding } from './applied.js';
import type { ClaimRecord, RecordedHead, RecordedLine } from './claim-record.js';
import { byText } from './packed-record.js';
import { isCountedLine } from './patient-effects.js';
import { isStocked } from './stock-record.js';

/** `deleted`: ids of lines whose record of sale was deleted before it came. */
export function mergeSettled(
  before: ClaimRecord,
  event: DurableEvent,
  claim: Claim,
  findings: readonly StandingFinding[],
  deleted: ReadonlySet<string>,
  scope: Scope,
): ClaimRecord {
  const isSale = claim.kind === 'sale';
  const all = recordedLines(event, claim);
  const recorded = deleted.size === 0 ? all : all.filter(({ id }) => !deleted.has(id));
  return {
    stage: isSale ? before.stage : 'standing',
    reversedAt: before.reversedAt,
    head: mergeHeads(before.head, claim),
    lines: mergeLines(before.lines, recorded, isSale, scope),
    findings: mergeFindings(before.findings, findings),
    returns: before.returns,
    undoneLines: [],
    sameAs: null,
  };
}

function mergeFindings(
  before: ClaimRecord['findings'],
  now: readonly StandingFinding[],
): ClaimRecord['findings'] {
  const findings = new Map(before);
  for (const { findingId, violating } of now) findings.set(findingId, violating);
  return findings;
}

function mergeHeads(before: RecordedHead | null, { kind, patient, encounter }: Claim): RecordedHead {
  const now = { settled: kind !== 'sale', patient: patient.key, encounter: encounter.id };
  if (before === null) return now;
  // Of a settlement and a sale, the settlement knows better, whichever came first.
  const [first, second] = now.settled && !before.settled ? [now, before] : [before, now];
  return {
    settled: first.settled,
    patient: first.patient ?? second.patient,
    encounter: first.encounter ?? second.encounter,
  };
}

/** Codes of lines that nobody charged are sold all the same. */
function recordedLines(event: DurableEvent, claim: Claim): readonly RecordedLine[] {
  const ofSale = claim.kind === 'sale';
  const returned = new Set<string>();
  for (const line of claim.lines) if (line.refund) for (const code of line.traceCodes) returned.add(code);
  const carried = claim === event.claim ? null : new Set(event.claim.lines.map(({ id }) => id));
  const lines: RecordedLine[] = [];
  for (const line of claim.lines) {
    if (line.refund) continue;
    const ofFees = carried !== null && !carried.has(line.id);
    lines.push(recordedLine(line, soldCodes(line, returned), ofSale, ofFees));
  }
  return event.traces.length === 0 ? lines : [...lines, ...strayTraces(event, claim, ofSale)];
}

function recordedLine(
  line: Line,
  traceCodes: readonly string[],
  ofSale: boolean,
  ofFees: boolean,
): RecordedLine {
  return {
    id: line.id,
    ofSale,
    ofFees,
    counted: isCountedLine(line),
    itemCode: line.itemCode,
    quantityE4: line.netQuantityE4,
    traceCodes,
    splitPack: line.splitPack,
    unreported: null,
    stockSeq: null,
  };
}

const noCodes: readonly string[] = [];

/** What a refund in the same claim took back was not sold. */
function soldCodes(
  { netQuantityE4, quantityE4, traceCodes }: Line,
  returned: ReadonlySet<string>,
): readonly string[] {
  if (traceCodes.length === 0 || (netQuantityE4 === 0 && quantityE4 !== 0)) return noCodes;
  return [...new Set(traceCodes.filter((code) => !returned.has(code)))].sort(byText);
}

function strayTraces(event: DurableEvent, claim: Claim, ofSale: boolean): readonly RecordedLine[] {
  const known = new Set(claim.lines.map(({ id }) => id));
  const strays = new Map<string, RecordedLine>();
  for (const { line: id, codes, split } of event.traces) {
    if (known.has(id)) continue;
    const before = strays.get(id);
    const traceCodes = [...new Set([...(before?.traceCodes ?? []), ...codes])].sort(byText);
    const splitPack = split || (before?.splitPack ?? false);
    strays.set(id, { ...unknownLine, id, ofSale, traceCodes, splitPack });
  }
  return [...strays.values()];
}

const unknownLine = {
  ofFees: false,
  counted: false,
  itemCode: null,
  quantityE4: null,
  unreported: null,
  stockSeq: null,
};

/** A line that the claim has recorded stays as it was; of a settlement and a sale, the settlement's counts. */
function mergeLines(
  before: ClaimRecord['lines'],
  now: readonly RecordedLine[],
  isSale: boolean,
  scope: Scope,
): ClaimRecord['lines'] {
  const lines = new Map(before);
  for (const line of now) {
    const known = lines.get(line.id);
    const merged = known === undefined ? line : mergeLine(known, line);
    lines.set(
      line.id,
      isSale && takesStock(merged, line, scope) ? { ...merged, stockSeq: scope.seq } : merged,
    );
  }
  return lines;
}

/** Goods that settlement and sale name differently are not taken from either's stock. */
function takesStock({ stockSeq, itemCode }: RecordedLine, sold: RecordedLine, scope: Scope): boolean {
  if (stockSeq !== null || itemCode === null || itemCode !== sold.itemCode) return false;
  return isStocked(scope.institution, itemCode, scope.state);
}

function mergeLine(known: RecordedLine, line: RecordedLine): RecordedLine {
  const base = known.ofSale && !line.ofSale ? line : known;
  return {
    ...base,
    traceCodes: union(known.traceCodes, line.traceCodes),
    splitPack: known.splitPack || line.splitPack,
    unreported: unreportedOf(known, line),
    stockSeq: base.itemCode === known.itemCode ? known.stockSeq : null,
  };
}

/** What settlements say of the line, where a sale says more. */
function unreportedOf(known: RecordedLine, line: RecordedLine): RecordedLine['unreported'] {
  if (known.ofSale) return line.ofSale ? null : { traceCodes: line.traceCodes, splitPack: line.splitPack };
  const { traceCodes, splitPack } = known.unreported ?? known;
  if (line.ofSale) return { traceCodes, splitPack };
  if (known.unreported === null) return null;
  return { traceCodes: union(traceCodes, line.traceCodes), splitPack: splitPack || line.splitPack };
}

function union(a: readonly string[], b: readonly string[]): readonly string[] {
  return [...new Set([...a, ...b])].sort(byText);
}
