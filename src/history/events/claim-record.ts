/**
 * What stands of a claim. What is undone leaves the record, so that the record is the same whichever of a settlement
 * and its reversal came first.
 */
import type { EpochMs } from '../../base/calendar.js';
import { key16, type State, type StateReader, touchedOf } from '../state.js';
import { inKeyOrder, packRecord, unpackRecord, valuesInKeyOrder } from './packed-record.js';
import { type PackedReturn, packReturns, type Returns, unpackReturns } from './returns.js';

/**
 * What became of settlements; a sale may stand at every stage but `same`. `new`: no settlement yet. `parked`: a
 * reversal waits for the settlement. `standing`: settled. `reversed`: settled and undone; another settlement of this
 * id counts again. `same`: another name of the claim in `sameAs`.
 */
export const claimStages = ['new', 'parked', 'standing', 'reversed', 'same'] as const;
export type ClaimStage = (typeof claimStages)[number];

/** Whose the claim is and which visit it belongs to; of what its messages say, the first that knows counts. */
export interface RecordedHead {
  /** From a settlement, and not only from a pharmacy's report of the sale. */
  readonly settled: boolean;
  readonly patient: string | null;
  readonly encounter: string | null;
}

export interface RecordedLine {
  readonly id: string;
  /** From a sale. Once the claim is settled, such a line counts for stock and trace codes only. */
  readonly ofSale: boolean;
  /** From held fees, which do without the claim. */
  readonly ofFees: boolean;
  /** Of a kind that is counted in the patient's history. */
  readonly counted: boolean;
  readonly itemCode: string | null;
  /** Net within the claim, as settled; what came back later stands in `returns`. Null: unknown. */
  readonly quantityE4: number | null;
  readonly traceCodes: readonly string[];
  readonly splitPack: boolean;
  /** Of a settled line whose sale was reported too: what it is without that report. */
  readonly unreported: { readonly traceCodes: readonly string[]; readonly splitPack: boolean } | null;
  /** Stream sequence of the sale that took the line from stock; null: it did not. */
  readonly stockSeq: number | null;
}

export interface ClaimRecord {
  readonly stage: ClaimStage;
  /** When the latest reversal was sent; null: none, or unknown. */
  readonly reversedAt: EpochMs | null;
  /** Null where nothing stands. */
  readonly head: RecordedHead | null;
  /** By id; refunds within the claim are netted and not among them. */
  readonly lines: ReadonlyMap<string, RecordedLine>;
  /** Standing findings: violating line ids by finding id. */
  readonly findings: ReadonlyMap<string, readonly string[]>;
  /** Of a claim that is not settled yet: what waits for it. */
  readonly returns: Returns;
  /** Ids of the lines that a reversed claim carried, so that a refund that names no claim is known to be of it. */
  readonly undoneLines: readonly string[];
  /** Of a settlement number that no settlement gave: the claim of its visit, whose number nobody had sent. */
  readonly sameAs: string | null;
}

export const emptyClaim: ClaimRecord = {
  stage: 'new',
  reversedAt: null,
  head: null,
  lines: new Map(),
  findings: new Map(),
  returns: new Map(),
  undoneLines: [],
  sameAs: null,
};

/** Whether a settlement or sale of the claim stands. */
export function hasStanding(record: ClaimRecord): boolean {
  return record.head !== null;
}

export function readClaimRecord(institution: string, claimId: string, state: StateReader): ClaimRecord {
  const bytes = state.get('claims', key16(institution, claimId));
  if (bytes === undefined) return emptyClaim;
  const [stage, reversedAt, head, lines, findings, returns, undoneLines, sameAs] = unpackRecord(
    bytes,
  ) as Packed;
  return {
    stage: claimStages[stage] as ClaimStage,
    reversedAt,
    head: head === null ? null : unpackHead(head),
    lines: new Map(lines.map((row) => [row[0], unpackLine(row)])),
    findings: new Map(findings),
    returns: unpackReturns(returns),
    undoneLines,
    sameAs,
  };
}

/** Puts the record, or removes it where it says nothing any more. */
export function writeClaimRecord(
  institution: string,
  claimId: string,
  record: ClaimRecord,
  streamMs: EpochMs,
  state: State,
): void {
  const key = key16(institution, claimId);
  if (saysNothing(record)) {
    state.remove('claims', key);
    return;
  }
  const content: Packed = [
    claimStages.indexOf(record.stage),
    record.reversedAt,
    record.head === null ? null : packHead(record.head),
    valuesInKeyOrder(record.lines).map(packLine),
    inKeyOrder(record.findings) as [string, readonly string[]][],
    packReturns(record.returns),
    record.undoneLines,
    record.sameAs,
  ];
  state.put('claims', key, packRecord(streamMs, content));
}

/** Whether the record is as if no message had named the claim. */
export function saysNothing({ stage, head, returns, undoneLines }: ClaimRecord): boolean {
  return stage === 'new' && head === null && returns.size === 0 && undoneLines.length === 0;
}

type Packed = [
  stage: number,
  reversedAt: EpochMs | null,
  head: ReturnType<typeof packHead> | null,
  lines: readonly PackedLine[],
  findings: readonly [string, readonly string[]][],
  returns: readonly PackedReturn[],
  undoneLines: readonly string[],
  sameAs: string | null,
];

function packHead({ settled, patient, encounter }: RecordedHead) {
  return [settled, patient, encounter] as const;
}

function unpackHead([settled, patient, encounter]: ReturnType<typeof packHead>): RecordedHead {
  return { settled, patient, encounter };
}

/** The record with sales from behind `committed` at `committed`, touched when it was; null where there are none. */
export function claimBefore(bytes: Uint8Array, committed: number): Uint8Array | null {
  const packed = unpackRecord(bytes) as Packed;
  const lines = packed[3];
  const isBehind = (row: PackedLine) => (row[5] ?? 0) > committed;
  if (!lines.some(isBehind)) return null;
  const moved = lines.map((row) =>
    isBehind(row) ? packLine({ ...unpackLine(row), stockSeq: committed }) : row,
  );
  return packRecord(touchedOf(bytes), packed.with(3, moved));
}

type PackedLine = readonly [
  id: string,
  flags: number,
  itemCode: string | null,
  quantityE4: number | null,
  traceCodes?: readonly string[],
  stockSeq?: number | null,
  unreportedCodes?: readonly string[],
];

const flag = { ofSale: 1, counted: 2, splitPack: 4, ofFees: 8, unreportedSplit: 16 } as const;

/** What few lines have comes last, and is left out together. */
function packLine(line: RecordedLine): PackedLine {
  const { id, itemCode, quantityE4, traceCodes, stockSeq, unreported } = line;
  const flags =
    (line.ofSale ? flag.ofSale : 0) |
    (line.counted ? flag.counted : 0) |
    (line.splitPack ? flag.splitPack : 0) |
    (line.ofFees ? flag.ofFees : 0) |
    (unreported?.splitPack === true ? flag.unreportedSplit : 0);
  if (unreported !== null) {
    return [id, flags, itemCode, quantityE4, traceCodes, stockSeq, unreported.traceCodes];
  }
  if (traceCodes.length === 0 && stockSeq === null) return [id, flags, itemCode, quantityE4];
  return [id, flags, itemCode, quantityE4, traceCodes, stockSeq];
}

function unpackLine(row: PackedLine): RecordedLine {
  const [id, flags, itemCode, quantityE4, traceCodes, stockSeq, unreportedCodes] = row;
  const unreported = { traceCodes: unreportedCodes ?? [], splitPack: (flags & flag.unreportedSplit) !== 0 };
  return {
    id,
    ofSale: (flags & flag.ofSale) !== 0,
    counted: (flags & flag.counted) !== 0,
    itemCode,
    quantityE4,
    traceCodes: traceCodes ?? [],
    splitPack: (flags & flag.splitPack) !== 0,
    unreported: unreportedCodes === undefined ? null : unreported,
    ofFees: (flags & flag.ofFees) !== 0,
    stockSeq: stockSeq ?? null,
  };
}
