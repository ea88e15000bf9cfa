/**
 * Takes a national request apart: each list of orders is scanned where it stands, and its number is left in its
 * place; nodes that nobody reads are left out. What remains is small and is parsed; where a number then turns up
 * says whose list it was.
 */
import { claimLimits } from '../../fields.js';
import { type Fields, own } from '../structure.js';
import { encountersOf, encounterWithId, findPatient } from './encounters.js';
import { camelName, echo, isBlank, node } from './nodes.js';
import { openSections } from './read-national.js';
import { RequestCutter } from './request-cutter.js';
import { orderListNode } from './request-nodes.js';
import type { OrderScanner } from './scan-orders.js';

/** A body without its orders, and which of the scanner's rows are whose. */
export interface CutRequest {
  /** With empty lists where the orders were. */
  readonly root: Fields;
  /** By list of orders: the position of its encounter. */
  readonly owners: readonly number[];
  /** By list of orders: its first row; then the number of all rows. */
  readonly firstRows: readonly number[];
}

/** One for all bodies: it holds no more than one of them. */
const cutter = new RequestCutter();

/**
 * Scans all orders of a body that is known to be UTF-8 into the scanner's table. Null where their place is
 * unusual or anything is malformed; may throw WrongStructure where the plain reader would.
 */
export function cutOrders(body: Buffer, scanner: OrderScanner): CutRequest | null {
  const skeleton = cutter.cut(body, scanner);
  if (skeleton === null || scanner.isMixed || scanner.values > claimLimits.values) return null;
  return assign(JSON.parse(skeleton), cutter.firstRows);
}

/** Whose the lists are, as the plain reader would find them; empty lists are put in their places. */
function assign(root: Fields, firstRows: readonly number[]): CutRequest | null {
  const sections = openSections(root);
  const patient = findPatient(sections);
  const all = encountersOf(patient, sections);
  const owners = takeLists(all);
  if (owners === null || owners.length !== firstRows.length - 1) return null;
  // Flattened orders belong to encounters that have none of their own.
  if (!isBlank(node(sections.data, orderListNode)) || !isBlank(node(sections.input, orderListNode)))
    return null;
  // Where no encounter is named, the one with a line being ordered is chosen; that takes orders as values.
  const named = echo(node(patient, 'curr_mdtrt_id'));
  if (all.length > 1 && encounterWithId(all, named) === undefined) return null;
  return { root, owners, firstRows };
}

/** Positions of the encounters that have lists 0, 1, 2 …; null where they are not in that order. */
function takeLists(encounters: readonly Fields[]): readonly number[] | null {
  const owners: number[] = [];
  for (const [position, fields] of encounters.entries()) {
    const list = node(fields, orderListNode);
    if (typeof list === 'number') {
      if (list !== owners.length) return null;
      owners.push(position);
      const spelt = own(fields, orderListNode) === undefined ? camelName(orderListNode) : orderListNode;
      (fields as Record<string, unknown>)[spelt] = [];
    } else if (!isBlank(list)) return null;
  }
  return owners;
}
