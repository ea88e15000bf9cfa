/** The claim that a settlement or sale is screened as: what it carries and the held fees that it bills, as one. */
import type { Claim, DataQualityNote, Line } from '../../claim/claim.js';
import type { DurableEvent, LineTraces } from '../../claim/durable/durable-event.js';
import { netLines } from '../../claim/netting.js';
import { NoteTaker } from '../../claim/notes.js';
import type { StateReader } from '../state.js';
import { readEncounter } from './encounter-record.js';
import { claimMark, type HeldFee } from './held-fees.js';
import { unpackLine } from './held-line.js';
import { claimNamed } from './which-claim.js';

/**
 * Null where the kind is not screened. Its claim id is the one that the claim goes by. Of a line that is both carried
 * and held, the carried one counts. `state`: as it is before the event.
 */
export function assemble(event: DurableEvent, state: StateReader): Claim | null {
  const { claim } = event;
  if (claim.kind !== 'settlement' && claim.kind !== 'sale') return null;
  const claimId = nameOf(event, state);
  const held = heldLines(event, claimId, state);
  const lines = withTraces(claim.lines, event.traces);
  // What the sender's lines are was settled when they were read, with more at hand than is kept here.
  if (held.length > 0) return netAgain({ ...claim, claimId }, [...lines, ...withTraces(held, event.traces)]);
  return lines === claim.lines && claimId === claim.claimId ? claim : { ...claim, claimId, lines };
}

function nameOf(event: DurableEvent, state: StateReader): string | null {
  const { claimId, institution } = event.claim;
  if (claimId === null || institution.code === null) return claimId;
  return claimNamed(institution.code, claimId, event, state) ?? claimId;
}

/**
 * Whether a held fee is one of those that a settlement bills: of its charge batches, and of no other claim's. `mark`:
 * the settlement's own.
 */
export function billedFees({ bills }: DurableEvent, mark: string | null): (fee: HeldFee) => boolean {
  const batches = bills === null ? null : new Set(bills);
  return ({ body, billedBy, chargeBatch }) =>
    body !== null &&
    (billedBy === null || billedBy === mark) &&
    (batches === null || (chargeBatch !== null && batches.has(chargeBatch)));
}

function heldLines(event: DurableEvent, claimId: string | null, state: StateReader): readonly Line[] {
  const { claim, bills } = event;
  const { code } = claim.institution;
  const encounterId = claim.encounter.id;
  if (code === null || encounterId === null || bills?.length === 0) return [];
  const { fees } = readEncounter(code, encounterId, state);
  if (fees.isEmpty) return [];
  const mark = claimId === null ? null : claimMark(code, claimId);
  const carried = new Set(claim.lines.map(({ id }) => id));
  const held = new Map<string, HeldFee>();
  for (const fee of fees.list().filter(billedFees(event, mark))) {
    // A line charged in two batches is one line: ids are unique in a visit. The one that was sent last counts.
    const other = held.get(fee.line);
    const isLater = other === undefined || other.sending <= fee.sending;
    if (isLater && !carried.has(fee.line)) held.set(fee.line, fee);
  }
  return [...held.values()].map(({ body }) => unpackLine(body as Uint8Array));
}

function withTraces(lines: readonly Line[], traces: readonly LineTraces[]): readonly Line[] {
  if (traces.length === 0) return lines;
  const byLine = new Map<string, { codes: string[]; split: boolean }>();
  for (const { line, codes, split } of traces) {
    const entry = byLine.get(line);
    byLine.set(line, { codes: [...(entry?.codes ?? []), ...codes], split: split || (entry?.split ?? false) });
  }
  return lines.map((line) => {
    const entry = byLine.get(line.id);
    if (entry === undefined) return line;
    const traceCodes = [...new Set([...line.traceCodes, ...entry.codes])];
    return { ...copyOf(line), traceCodes, splitPack: line.splitPack || entry.split };
  });
}

/** Refunds find their lines among all lines, so what was found or missed among the carried ones is forgotten. */
function netAgain(claim: Claim, union: readonly Line[]): Claim {
  const lines = union.map(copyOf);
  const refunds = new Set(lines.filter(({ refund }) => refund).map(({ id }) => id));
  const taker = new NoteTaker();
  netLines(
    lines,
    // A hospital's own code is not kept with a line; its name still tells lines of one item.
    lines.map(({ itemCode, itemName }) => ({ encounter: 0, item: itemCode ?? itemName })),
    taker,
  );
  const isOfNetting = ({ field, problem, line }: DataQualityNote) =>
    line !== null && refunds.has(line) && nettingNotes.has(`${field} ${problem}`);
  return { ...claim, lines, notes: [...claim.notes.filter((note) => !isOfNetting(note)), ...taker.notes] };
}

/** A line may be read in place, and then has nothing of its own to be spread. */
function copyOf(line: Line): { -readonly [Fact in keyof Line]: Line[Fact] } {
  return {
    id: line.id,
    itemCode: line.itemCode,
    itemName: line.itemName,
    kind: line.kind,
    quantityE4: line.quantityE4,
    unitPriceE4Fen: line.unitPriceE4Fen,
    listPriceE4Fen: line.listPriceE4Fen,
    amountFen: line.amountFen,
    at: line.at,
    atTimed: line.atTimed,
    until: line.until,
    department: line.department,
    practitioner: line.practitioner,
    prescriptionId: line.prescriptionId,
    current: line.current,
    selfPaid: line.selfPaid,
    refund: line.refund,
    days: line.days,
    traceCodes: line.traceCodes,
    splitPack: line.splitPack,
    reverses: line.reverses,
    netQuantityE4: line.netQuantityE4,
    netAmountFen: line.netAmountFen,
    payable: line.payable,
  };
}

/** What netting alone says of a refund line. */
const nettingNotes: ReadonlySet<string> = new Set([
  'lines.reverses conflict',
  'lines.quantity conflict',
  'lines.amount conflict',
]);
