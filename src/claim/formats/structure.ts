/**
 * Structure of plain values: objects and lists where they must be, limits, and what is wrong where they are
 * not.
 */
import type { StructureProblem, UnreadableCode } from '../unreadable.js';

export type Fields = Readonly<Record<string, unknown>>;

/**
 * Thrown inside one reader and caught at its front door, so that a shape found wrong deep in a message needs
 * no Result at every level between. It never leaves the folder.
 */
export class WrongStructure extends Error {
  readonly problem: StructureProblem;

  constructor(code: UnreadableCode, message: string) {
    super(message);
    this.problem = { code, message };
  }
}

export function wrongShape(place: string, expected: string): never {
  throw new WrongStructure('wrong-shape', `Expected ${expected} at ${place}.`);
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

/** An own property; what an object inherits is no part of a message. */
export function own(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

export function limitSize(count: number, limit: number, place: string): void {
  if (count > limit) {
    throw new WrongStructure('too-many', `${place} holds ${count} entries; the limit is ${limit}.`);
  }
}
