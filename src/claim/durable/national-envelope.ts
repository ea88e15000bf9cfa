/** A national message of charging, settling or storing, opened: its rows, and where its other facts may stand. */
import type { Dictionaries, NationalTables } from '../dictionaries.js';
import { FactReader } from '../facts.js';
import { claimLimits } from '../fields.js';
import { echo, isBlank, node, nodeList } from '../formats/nhsa/nodes.js';
import { openSections } from '../formats/nhsa/read-national.js';
import { type Fields, isFields, WrongStructure, wrongShape } from '../formats/structure.js';
import { NoteTaker } from '../notes.js';

export interface Envelope {
  readonly root: Fields;
  readonly input: Fields;
  readonly data: Fields;
  /** The fee lines, sold goods or stock records. */
  readonly rows: readonly Fields[];
  /** Where a fact of the visit or the person may stand, the likeliest first: data, settlement, visit. */
  readonly heads: readonly Fields[];
  readonly tables: NationalTables;
  readonly area: unknown;
  /** 定点医药机构编号 as a fact. */
  readonly institution: string | null;
  readonly notes: NoteTaker;
  readonly facts: FactReader;
}

/** Reads facts that are read again for the claim, and noted there. What it collects is bounded by the field table. */
export const silent = new FactReader(new NoteTaker());

/**
 * Opens a message whose rows stand under one of `rowNames`, in input or in input.data. Throws WrongStructure where
 * they are no rows, or are about several people.
 */
export function openEnvelope(
  root: Fields,
  rowNames: readonly string[],
  dictionaries: Dictionaries,
): Envelope {
  const { input, data } = openSections(root);
  const rows = rowsOf([input, data], rowNames);
  const places = [input, data, ...objectAt('output')(root)];
  const area = node(root, 'mdtrtarea_admvs');
  const notes = new NoteTaker();
  onePerson([data, ...rows]);
  return {
    root,
    input,
    data,
    rows,
    heads: [data, ...places.flatMap(objectAt('setlinfo')), ...places.flatMap(objectAt('mdtrtinfo'))],
    tables: dictionaries.forRegion(echo(area)),
    area,
    institution: silent.text('institution.code', node(root, 'fixmedins_code')),
    notes,
    facts: new FactReader(notes),
  };
}

/** The first value under one of the names that is not blank; earlier names and, of one name, earlier sources first. */
export function pick(sources: readonly Fields[], ...names: readonly string[]): unknown {
  for (const name of names) {
    for (const fields of sources) {
      const value = node(fields, name);
      if (!isBlank(value)) return value;
    }
  }
  return null;
}

/** The different values of a node, as texts. */
export function distinct(sources: readonly Fields[], ...names: readonly string[]): ReadonlySet<string> {
  const values = sources.map((fields) => pick([fields], ...names));
  return new Set(values.flatMap((value) => echo(value) ?? []));
}

/** Refuses a message whose rows belong to several of what an event is about one of. */
export function onlyOne(values: ReadonlySet<string>, what: string): void {
  if (values.size > 1) wrongShape('the rows', `one ${what}, not ${values.size},`);
}

function onePerson(sources: readonly Fields[]): void {
  const persons = distinct(sources, 'psn_no');
  if (persons.size <= 1) return;
  const message = `The rows are about ${persons.size} persons; an event is about one.`;
  throw new WrongStructure('several-patients', message);
}

function rowsOf(places: readonly Fields[], names: readonly string[]): readonly Fields[] {
  for (const name of names) {
    const value = pick(places, name);
    if (!isBlank(value)) return nodeList(value, name, claimLimits.lines);
  }
  return [];
}

/** The object of a node, also as the only one of a list; none where something else stands there. */
function objectAt(name: string): (fields: Fields) => readonly Fields[] {
  return (fields) => {
    const value = node(fields, name);
    const first = Array.isArray(value) ? value[0] : value;
    return isFields(first) ? [first] : [];
  };
}
