/** How the columns of a knowledge table are stored. */
import type { CheckedTable } from '../check/check-table.js';
import type { Type } from '../check/types.js';
import { provenanceColumns } from '../parse/table-text.js';
import type { ColumnKind } from './artifact.js';

export function kindOfType(type: Type): ColumnKind {
  switch (type.kind) {
    case 'bool':
      return 'flag';
    case 'list':
      return 'list';
    case 'string':
      return 'text';
    default:
      return 'number';
  }
}

const numberProvenance: ReadonlySet<string> = new Set(['batch', 'knownFrom', 'validFrom', 'validTo']);

/** The kind of every column, provenance columns included. */
export function columnKinds(table: CheckedTable): Readonly<Record<string, ColumnKind>> {
  const provenance = provenanceColumns.map((name): [string, ColumnKind] => {
    return [name, numberProvenance.has(name) ? 'number' : 'text'];
  });
  const declared = [...table.columns.values()].map((column): [string, ColumnKind] => {
    return [column.name, kindOfType(column.type)];
  });
  return Object.fromEntries([...provenance, ...declared]);
}
