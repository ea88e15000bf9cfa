/** The native form of an event: a native claim and, beside it, what events add to the form. */
import type { ClaimKind } from '../claim.js';
import type { Dictionaries } from '../dictionaries.js';
import { claimLimits } from '../fields.js';
import { readNative } from '../formats/native.js';
import { type Fields, isFields, limitSize, own, wrongShape } from '../formats/structure.js';
import { type Deletion, stockMovementTypes, undoneTypes } from './durable-event.js';
import type { RawEvent, RawMovement, RawTraces } from './raw-event.js';
import { surely } from './sure-text.js';

/** Settles the structure of a native event; throws WrongStructure where it is not one. */
export function readNativeEvent(root: Fields, dictionaries: Dictionaries): RawEvent {
  const claim = readNative(root, dictionaries);
  const { kind } = claim;
  return {
    claim,
    chargeBatches: listOf(root, 'lines', claimLimits.lines).map((line) => own(line, 'chargeBatch')),
    recordIds: kind === 'sale' ? null : [],
    deletes: kind === 'fees' ? readDeletion(own(root, 'deletes')) : null,
    bills: readBills(kind, own(root, 'bills')),
    traces: isSettled(kind) ? listOf(root, 'traces', claimLimits.lines).map(readTraces) : [],
    stock: kind === 'stock' ? listOf(root, 'stock', claimLimits.lines).map(readMovement) : null,
  };
}

const isSettled = (kind: ClaimKind) => kind === 'settlement' || kind === 'sale';

/** The objects of a list; none where it is missing. */
function listOf(root: Fields, name: string, limit: number): readonly Fields[] {
  return plainList(own(root, name), name, limit).map((value, i) =>
    isFields(value) ? value : wrongShape(`${name}[${i}]`, 'an object'),
  );
}

function plainList(value: unknown, place: string, limit: number): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return wrongShape(place, 'a list');
  limitSize(value.length, limit, place);
  return value;
}

function readDeletion(value: unknown): Deletion | null {
  if (value === undefined || value === null) return null;
  if (!isFields(value)) return wrongShape('deletes', 'an object');
  const [chargeBatch, lines] = [own(value, 'chargeBatch'), own(value, 'lines')];
  const batch = isAbsent(chargeBatch) ? null : surely(chargeBatch, 'deletes.chargeBatch');
  const named = isAbsent(lines) ? null : plainList(lines, 'deletes.lines', claimLimits.lines);
  return { chargeBatch: batch, lines: named?.map((line, i) => surely(line, `deletes.lines[${i}]`)) ?? null };
}

const isAbsent = (value: unknown) => value === undefined || value === null;

function readBills(kind: ClaimKind, value: unknown): readonly unknown[] | null {
  if (!isSettled(kind)) return [];
  // What a shop sells was not charged before.
  if (isAbsent(value)) return kind === 'settlement' ? null : [];
  return plainList(value, 'bills', claimLimits.lines);
}

function readTraces(fields: Fields, position: number): RawTraces {
  const place = `traces[${position}].traceCodes`;
  return {
    line: own(fields, 'line'),
    codes: plainList(own(fields, 'traceCodes'), place, claimLimits.traceCodesPerLine),
    split: own(fields, 'splitPack'),
  };
}

function readMovement(fields: Fields, position: number): RawMovement {
  const place = `stock[${position}]`;
  const type = wordOf(own(fields, 'type'), stockMovementTypes, `${place}.type`);
  const undoes = own(fields, 'undoes');
  return {
    type,
    itemCode: own(fields, 'itemCode'),
    quantity: own(fields, 'quantity'),
    id: own(fields, 'id'),
    batch: own(fields, 'batch'),
    undoes: type === 'delete' && !isAbsent(undoes) ? wordOf(undoes, undoneTypes, `${place}.undoes`) : null,
    outgoing: type === 'purchase-return',
  };
}

/** What happened to the stock is not guessed at. */
function wordOf<Word extends string>(value: unknown, words: readonly Word[], place: string): Word {
  return words.find((word) => word === value) ?? wrongShape(place, `one of ${words.join(', ')}`);
}
