/** A claim as its effects are worked out: numbers as they are in the columns, of most texts only the place. */
import type { Claim, Line, LineKind } from '../src/claim/claim.js';
import type { ClaimColumns } from '../src/claim/columns/claim-columns.js';
import { lineFlag, lineKinds } from '../src/claim/columns/line-columns.js';
import { plainPatient } from '../src/claim/keyed-patient.js';

/**
 * The same claim as `claimOf` makes, for as long as the columns stay as they are: texts of lines that hardly any event
 * asks for are made when they are asked for. Its lines cannot be spread.
 */
export function claimInPlace(columns: ClaimColumns): Claim {
  const { head, lines } = columns;
  const placed: Line[] = [];
  for (let row = 0; row < lines.count; row++) placed.push(new LineInPlace(columns, row));
  // Written out: copying a head of this size by its keys costs as much as all of its lines.
  const { reverses } = head;
  const claim = {
    eventId: head.eventId,
    kind: head.kind,
    scene: head.scene,
    sentAt: head.sentAt,
    claimId: head.claimId,
    institution: head.institution,
    patient: plainPatient(head.patient),
    encounter: head.encounter,
    diagnoses: head.diagnoses,
    procedures: head.procedures,
    lines: placed,
    notes: [...head.notes],
  };
  return reverses === undefined ? claim : { ...claim, reverses };
}

class LineInPlace implements Line {
  readonly #columns: ClaimColumns;
  readonly #row: number;
  readonly id: string;
  readonly itemCode: string | null;
  readonly kind: LineKind | null;
  readonly quantityE4: number | null;
  readonly netQuantityE4: number | null;
  readonly netAmountFen: number | null;
  readonly at: number | null;
  readonly until: number | null;
  readonly days: number | null;
  readonly refund: boolean;
  readonly payable: boolean;
  readonly splitPack: boolean;
  readonly traceCodes: readonly string[];
  readonly reverses: string | null;

  constructor(columns: ClaimColumns, row: number) {
    const { lines, items } = columns;
    const item = lines.itemCode[row] as number;
    const kind = lines.kind[row] as number;
    const flags = lines.flags[row] as number;
    this.#columns = columns;
    this.#row = row;
    this.id = lines.id.at(row) ?? '';
    this.itemCode = item < 0 ? null : items.textOf(item);
    this.kind = kind < 0 ? null : (lineKinds[kind] as LineKind);
    this.quantityE4 = known(lines.quantityE4[row] as number);
    this.netQuantityE4 = known(lines.netQuantityE4[row] as number);
    this.netAmountFen = known(lines.netAmountFen[row] as number);
    this.at = known(lines.at[row] as number);
    this.until = known(lines.until[row] as number);
    this.days = known(lines.days[row] as number);
    this.refund = (flags & lineFlag.refund) !== 0;
    this.payable = (flags & lineFlag.payable) !== 0;
    this.splitPack = (flags & lineFlag.splitPack) !== 0;
    this.traceCodes = lines.traceCodesAt(row);
    this.reverses = lines.reverses.at(row);
  }

  get itemName(): string | null {
    return this.#columns.lines.itemName.at(this.#row);
  }

  get department(): string | null {
    return this.#columns.lines.department.at(this.#row);
  }

  get practitioner(): string | null {
    return this.#columns.lines.practitioner.at(this.#row);
  }

  get prescriptionId(): string | null {
    return this.#columns.lines.prescriptionId.at(this.#row);
  }

  get unitPriceE4Fen(): number | null {
    return known(this.#columns.lines.unitPriceE4Fen[this.#row] as number);
  }

  get listPriceE4Fen(): number | null {
    return known(this.#columns.lines.listPriceE4Fen[this.#row] as number);
  }

  get amountFen(): number | null {
    return known(this.#columns.lines.amountFen[this.#row] as number);
  }

  get atTimed(): boolean {
    return this.#columns.lines.hasFlag(this.#row, lineFlag.timed);
  }

  get current(): boolean {
    return this.#columns.lines.hasFlag(this.#row, lineFlag.current);
  }

  get selfPaid(): boolean {
    return this.#columns.lines.hasFlag(this.#row, lineFlag.selfPaid);
  }
}

function known(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
