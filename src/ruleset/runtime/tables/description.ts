/** What an image of tables says of itself: which arrays it has and where they lie. Plain data. */
import type { StoredKind } from './column-kind.js';
import type { Span } from './image.js';
import type { RowIndex } from './row-index.js';

export interface TablesDescription {
  readonly pool: {
    readonly count: number;
    readonly nationalCount: number;
    readonly seed: number;
    readonly bytes: Span;
    readonly offsets: Span;
    readonly slots: Span;
  };
  readonly tables: readonly TableDescription[];
}

export interface TableDescription {
  readonly name: string;
  readonly rows: number;
  readonly key: string | null;
  readonly columns: readonly ColumnDescription[];
  /** One column of each kind without any cell; null where the table has no such column. */
  readonly empty: EmptyDescription | null;
  readonly validFrom: Span;
  readonly validTo: Span;
  readonly region: Span;
  readonly isDated: boolean;
  readonly isRegional: boolean;
  readonly index: Readonly<Record<keyof RowIndex, Span>>;
}

export interface ColumnDescription {
  readonly name: string;
  readonly kind: StoredKind;
  /** A value per row; for a list all its texts, row after row. Null: as in `empty`. */
  readonly cells: Span | null;
  /** Of a list: where each row begins in `cells`, and where the last one ends. */
  readonly starts: Span | null;
}

export interface EmptyDescription {
  readonly numbers: Span;
  readonly flags: Span;
  readonly texts: Span;
  readonly starts: Span;
}

/** `validFrom` of a row that was always in force, `validTo` of one that will always be. */
export const noBeginning = -(2 ** 31);
export const noEnd = 2 ** 31 - 1;
