/**
 * The fast way to read a national request: its orders, which are most of it, are scanned where they stand in the
 * body, and only the rest is parsed and read as ever. See columns/scanned.ts for what a scanner owes.
 */
import type { Scan, ScannedClaim } from '../../columns/scanned.js';
import type { Dictionaries } from '../../dictionaries.js';
import { FactReader } from '../../facts.js';
import { WrongStructure } from '../structure.js';
import { type CutRequest, cutOrders } from './cut-orders.js';
import { echo } from './nodes.js';
import { OrderLines } from './order-lines.js';
import { levelOf, readNational } from './read-national.js';
import { OrderScanner } from './scan-orders.js';

const scanner = new OrderScanner();

/**
 * Scans a 3101 or 3102 body that is known to be valid UTF-8. Null where the plain reader has to see it: malformed
 * or refused bodies, and such with orders in unusual places or both spellings of names.
 */
export const scanNational: Scan = (body, dictionaries, columns) => {
  scanner.begin(body, columns);
  try {
    const request = cutOrders(body, scanner);
    return request === null ? null : readRequest(body, request, dictionaries);
  } catch (error) {
    if (error instanceof WrongStructure) return null;
    throw error;
  } finally {
    scanner.finish();
  }
};

function readRequest(
  body: Buffer,
  { root, owners, firstRows }: CutRequest,
  dictionaries: Dictionaries,
): ScannedClaim {
  const message = readNational(root, dictionaries);
  const { claim: raw, visit } = message;
  const tables = dictionaries.forRegion(echo(raw.institution.region));
  const traceCodes = new Map<number, readonly unknown[]>();
  const { table } = scanner;
  const around = {
    tables,
    institutionLevel: levelOf(visit, tables),
    facts: new FactReader(raw.notes),
    traceCodes,
  };
  const lines = new OrderLines(body, table, around);
  for (const [list, owner] of owners.entries()) {
    lines.settle(
      firstRows[list] as number,
      firstRows[list + 1] as number,
      isCurrent(visit.encounters[owner]),
    );
  }
  table.unsettled = scanner.unsettled | lines.unsettled;
  const encounters = visit.encounters.length === 1 ? null : encountersOfRows(owners, firstRows);
  return { raw, lines: table, encoding: 'json', encounters, traceCodes, message };
}

function isCurrent(encounter: { readonly current: boolean } | undefined): boolean {
  return encounter?.current === true;
}

function encountersOfRows(owners: readonly number[], firstRows: readonly number[]): Int16Array {
  const encounters = new Int16Array(firstRows.at(-1) as number);
  for (const [list, owner] of owners.entries()) encounters.fill(owner, firstRows[list], firstRows[list + 1]);
  return encounters;
}
