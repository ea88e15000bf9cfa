/** Finds the encounters of a national request and the one that it is about. */
import type { FactReader } from '../../facts.js';
import { claimLimits } from '../../fields.js';
import { type Fields, limitSize, WrongStructure } from '../structure.js';
import { echo, isBlank, node, nodeList } from './nodes.js';

export interface NationalEncounter {
  readonly fields: Fields;
  readonly id: string | null;
  /** The claim is about it; the lines of others are history. */
  readonly current: boolean;
  readonly diagnoses: readonly Fields[];
  readonly operations: readonly Fields[];
  readonly orders: readonly Fields[];
}

/** The sections in which a list may stand: the object it belongs to, else flattened beside `data`. */
export interface Sections {
  readonly data: Fields;
  readonly input: Fields;
}

export interface NationalVisit {
  readonly patient: Fields;
  readonly encounters: readonly NationalEncounter[];
  /** Index of the encounter whose facts the claim carries. */
  readonly main: NationalEncounter;
}

export function findVisit(sections: Sections, facts: FactReader): NationalVisit {
  const patient = findPatient(sections);
  const found = encountersOf(patient, sections);
  const all = found.length > 0 ? found : [{}];
  const chosen = chooseCurrent(all, node(patient, 'curr_mdtrt_id'), facts);
  const flattened = new FlattenedLists(all, chosen, sections);
  const encounters = all.map((fields) => openEncounter(fields, chosen, flattened));
  const orders = encounters.reduce((sum, encounter) => sum + encounter.orders.length, 0);
  limitSize(orders, claimLimits.lines, 'fsi_order_dtos');
  const main = encounters[all.indexOf(chosen)] as NationalEncounter;
  return { patient, encounters, main };
}

/** The encounters of a patient; throws WrongStructure where there is no list of them. */
export function encountersOf(patient: Fields, sections: Sections): readonly Fields[] {
  return (
    ownList(patient, 'fsi_encounter_dtos', claimLimits.encounters) ??
    sharedList(sections, 'fsi_encounter_dtos', claimLimits.encounters)
  );
}

/** The one patient that a request is about; throws WrongStructure where there is none, or another. */
export function findPatient(sections: Sections): Fields {
  const patients = sharedList(sections, 'patient_dtos', claimLimits.lines);
  if (patients.length > 1) {
    const message = `patient_dtos holds ${patients.length} patients; a request is about one.`;
    throw new WrongStructure('several-patients', message);
  }
  if (patients[0] === undefined) throw new WrongStructure('wrong-shape', 'patient_dtos holds no patient.');
  return patients[0];
}

function ownList(fields: Fields, name: string, limit: number): readonly Fields[] | null {
  const value = node(fields, name);
  return isBlank(value) ? null : nodeList(value, name, limit);
}

function sharedList({ data, input }: Sections, name: string, limit: number): readonly Fields[] {
  return ownList(data, name, limit) ?? ownList(input, name, limit) ?? [];
}

/**
 * The encounter that the patient is in now; where that is not said, the first one with a line being ordered.
 */
function chooseCurrent(all: readonly Fields[], named: unknown, facts: FactReader): Fields {
  const id = echo(named);
  const match = encounterWithId(all, id);
  if (match !== undefined) return match;
  const only = all.length === 1 ? all[0] : undefined;
  const onlyId = only === undefined ? null : echo(node(only, 'mdtrt_id'));
  if (id !== null && (only === undefined || onlyId !== null)) facts.note('encounter.id', 'conflict');
  if (id === null && only === undefined) facts.note('encounter.id', 'missing');
  return only ?? all.find(hasCurrentOrder) ?? (all[0] as Fields);
}

/** The first encounter with an id; undefined where none has it, or no id is given. */
export function encounterWithId(all: readonly Fields[], id: string | null): Fields | undefined {
  return id === null ? undefined : all.find((fields) => echo(node(fields, 'mdtrt_id')) === id);
}

function hasCurrentOrder(fields: Fields): boolean {
  const orders = ownList(fields, 'fsi_order_dtos', claimLimits.lines) ?? [];
  return orders.some((order) => echo(node(order, 'curr_drord_flag')) === '1');
}

function openEncounter(fields: Fields, chosen: Fields, flattened: FlattenedLists): NationalEncounter {
  const id = echo(node(fields, 'mdtrt_id'));
  // One stay is sometimes sent in several pieces with one id.
  const current = fields === chosen || (id !== null && id === echo(node(chosen, 'mdtrt_id')));
  const lists = (name: string, limit: number) =>
    ownList(fields, name, limit) ?? flattened.of(fields, name, limit);
  return {
    fields,
    id,
    current,
    diagnoses: lists('fsi_diagnose_dtos', claimLimits.diagnoses),
    operations: lists('fsi_operation_dtos', claimLimits.procedures),
    orders: lists('fsi_order_dtos', claimLimits.lines),
  };
}

/** Lists that stand beside the encounters, each taken apart once: encounters times entries would be too many steps. */
class FlattenedLists {
  readonly #sections: Sections;
  readonly #chosen: Fields;
  readonly #byId = new Map<string, Fields>();
  readonly #lists = new Map<string, ReadonlyMap<Fields, readonly Fields[]>>();

  constructor(all: readonly Fields[], chosen: Fields, sections: Sections) {
    this.#sections = sections;
    this.#chosen = chosen;
    for (const fields of all) {
      const id = echo(node(fields, 'mdtrt_id'));
      if (id !== null && !this.#byId.has(id)) this.#byId.set(id, fields);
    }
  }

  /** The entries of a list that are an encounter's. */
  of(encounter: Fields, name: string, limit: number): readonly Fields[] {
    const parts = this.#lists.get(name) ?? this.#takeApart(name, limit);
    this.#lists.set(name, parts);
    return parts.get(encounter) ?? [];
  }

  #takeApart(name: string, limit: number): ReadonlyMap<Fields, readonly Fields[]> {
    const parts = new Map<Fields, Fields[]>();
    for (const entry of sharedList(this.#sections, name, limit)) {
      const owner = this.#ownerOf(entry);
      const part = parts.get(owner);
      if (part === undefined) parts.set(owner, [entry]);
      else part.push(entry);
    }
    return parts;
  }

  /** The first encounter that an entry names, else the current one. */
  #ownerOf(entry: Fields): Fields {
    const id = echo(node(entry, 'mdtrt_id'));
    return (id === null ? undefined : this.#byId.get(id)) ?? this.#chosen;
  }
}
