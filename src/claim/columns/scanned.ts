/**
 * What a scanner of one format makes of a body: the head as a raw claim without lines, the lines as spans. A
 * scanner takes what is usual and well-formed; whatever else comes (null) is left to the plain reader, which
 * decides what it means.
 */
import type { Dictionaries } from '../dictionaries.js';
import type { NationalMessage } from '../formats/nhsa/read-national.js';
import type { RawClaim } from '../raw-claim.js';
import type { ClaimColumns } from './claim-columns.js';
import type { SpanTable } from './span-table.js';

export interface ScannedClaim {
  /** `lines` is empty: they stand in the table below. */
  readonly raw: RawClaim;
  /** One row per line, fields as in `lineSpanFields`; reused by the next scan. */
  readonly lines: SpanTable;
  readonly encoding: 'json' | 'msgpack';
  /** Which encounter of the request each line stands in; null: all in one. */
  readonly encounters: ArrayLike<number> | null;
  /** Trace codes as they came, of the lines that have any. */
  readonly traceCodes: ReadonlyMap<number, readonly unknown[]>;
  /** For the answer to a national request. */
  readonly message: NationalMessage | null;
}

/**
 * Null: not for this scanner. The body stays as it is until the next scan. Of `columns`, which `settleLines` is given
 * next, a scanner may fill whatever `lines.unsettled` then says is settled.
 */
export type Scan = (body: Buffer, dictionaries: Dictionaries, columns: ClaimColumns) => ScannedClaim | null;
