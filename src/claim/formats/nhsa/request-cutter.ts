/** Copies of a request what is read of it, list of orders by list of orders cut out and scanned. */
import { spanKind } from '../../columns/span-table.js';
import { claimLimits } from '../../fields.js';
import { requestKey, requestKeys } from './request-nodes.js';
import type { OrderScanner } from './scan-orders.js';

const letterN = 0x6e;
const [quote, comma, openBrace, closeBrace, openBracket, closeBracket] = [0x22, 0x2c, 0x7b, 0x7d, 0x5b, 0x5d];
const firstSize = 4096;

export class RequestCutter {
  /** By list of orders: its first row in the scanner's table; then the number of all rows. */
  firstRows: number[] = [];
  #copy = Buffer.alloc(firstSize);
  #length = 0;
  /** All bits of all bytes copied. */
  #bits = 0;

  /**
   * The JSON that remains of a body; null where that is no object, or anything in it is malformed, nested too
   * deeply or has an escaped key. The scanner has begun with the body.
   */
  cut(body: Buffer, scanner: OrderScanner): string | null {
    const { cursor } = scanner;
    this.firstRows = [];
    this.#length = 0;
    this.#bits = 0;
    const root = cursor.blanks(0);
    const next = cursor.is(root, openBrace) ? this.#object(scanner, root + 1, 1) : -1;
    if (next < 0 || cursor.blanks(next) !== body.length) return null;
    this.firstRows.push(scanner.table.count);
    // Mostly it is ASCII, of which a text is made with less ado.
    return this.#copy.toString(this.#bits < 0x80 ? 'latin1' : 'utf8', 0, this.#length);
  }

  /** An object from behind its brace on, the `depth`-th container that is open; the offset behind it, or -1. */
  #object(scanner: OrderScanner, at: number, depth: number): number {
    const { cursor } = scanner;
    if (depth > claimLimits.depth) return -1;
    this.#put(openBrace);
    scanner.addedValues++;
    let isFirst = true;
    let i = cursor.blanks(at);
    while (!cursor.is(i, closeBrace) || !isFirst) {
      const key = i;
      const value = cursor.key(key);
      if (value < 0 || cursor.kind !== spanKind.text) return -1;
      const entry = requestKeys.find(cursor.body, cursor.start, cursor.end);
      if (entry < 0) i = cursor.value(value, depth);
      else {
        if (this.#last !== openBrace) this.#put(comma);
        this.#copyBytes(cursor.body, key, value);
        const isOrders = requestKeys.numberOf(entry) === requestKey.orders;
        i = isOrders ? this.#orders(scanner, value, depth) : this.#value(scanner, value, depth);
      }
      if (i < 0) return -1;
      scanner.addedValues++;
      isFirst = false;
      i = cursor.blanks(i);
      if (cursor.is(i, closeBrace)) break;
      if (!cursor.is(i, comma)) return -1;
      i = cursor.blanks(i + 1);
    }
    this.#put(closeBrace);
    return i + 1;
  }

  /** The same of a list. */
  #list(scanner: OrderScanner, at: number, depth: number): number {
    const { cursor } = scanner;
    if (depth > claimLimits.depth) return -1;
    this.#put(openBracket);
    scanner.addedValues++;
    let i = cursor.blanks(at);
    if (!cursor.is(i, closeBracket)) {
      for (;;) {
        i = this.#value(scanner, i, depth);
        if (i < 0) return -1;
        scanner.addedValues++;
        i = cursor.blanks(i);
        if (cursor.is(i, closeBracket)) break;
        if (!cursor.is(i, comma)) return -1;
        this.#put(comma);
        i = cursor.blanks(i + 1);
      }
    }
    this.#put(closeBracket);
    return i + 1;
  }

  #value(scanner: OrderScanner, at: number, depth: number): number {
    const { cursor } = scanner;
    if (cursor.is(at, openBrace)) return this.#object(scanner, at + 1, depth + 1);
    if (cursor.is(at, openBracket)) return this.#list(scanner, at + 1, depth + 1);
    const next = cursor.value(at, depth);
    if (next >= 0) this.#copyBytes(cursor.body, at, next);
    return next;
  }

  /** A list of orders, for which its number is put; nothing (null, a text) stays what it is. */
  #orders(scanner: OrderScanner, at: number, depth: number): number {
    const { cursor } = scanner;
    if (cursor.is(at, quote) || cursor.is(at, letterN)) return this.#value(scanner, at, depth);
    for (const digit of String(this.firstRows.length)) this.#put(digit.charCodeAt(0));
    this.firstRows.push(scanner.table.count);
    return scanner.list(at, depth);
  }

  get #last(): number {
    return this.#copy[this.#length - 1] as number;
  }

  #put(byte: number): void {
    if (this.#length === this.#copy.length) this.#grow(1);
    this.#copy[this.#length++] = byte;
  }

  #copyBytes(body: Buffer, start: number, end: number): void {
    if (this.#length + end - start > this.#copy.length) this.#grow(end - start);
    const copy = this.#copy;
    let length = this.#length;
    let bits = this.#bits;
    // Short pieces: a loop beats a call.
    for (let i = start; i < end; i++) {
      const byte = body[i] as number;
      bits |= byte;
      copy[length++] = byte;
    }
    this.#length = length;
    this.#bits = bits;
  }

  #grow(more: number): void {
    const grown = Buffer.alloc(Math.max(this.#copy.length * 2, this.#length + more));
    this.#copy.copy(grown, 0, 0, this.#length);
    this.#copy = grown;
  }
}
