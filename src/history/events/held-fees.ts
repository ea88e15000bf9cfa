/**
 * The held fees of an encounter as one run of bytes, in the order of their keys, so that one fee more costs a search
 * and a copy: a long stay has thousands, and they come a few at a time.
 *
 *   entry        length u32 · mark of the claim that billed it 8 (zeros: none) · has a body u8 · which sending u32 ·
 *                length of key u16 · key (charge batch, NUL, line id) · body
 */
import { key16 } from '../state.js';

export interface HeldFee {
  readonly chargeBatch: string | null;
  /** Line id. */
  readonly line: string;
  /**
   * The line as last sent (held-line.ts); null: deleted. What is sent of a billed fee waits here until the claim that
   * billed it is undone, so that a correction counts the same before and after the reversal that it followed.
   */
  readonly body: Uint8Array | null;
  /** `claimMark` of a claim; null: not billed. */
  readonly billedBy: string | null;
  /** Which of the visit's messages of fees sent it last. */
  readonly sending: number;
}

const at = { mark: 4, hasBody: 12, sending: 13, keyLength: 17, key: 19 } as const;
const noMark = '0'.repeat(16);

/** What stands for a claim beside the fees that it bills: 16 hex digits. */
export function claimMark(institution: string, claimId: string): string {
  return Buffer.from(key16(institution, claimId)).toString('hex', 0, 8);
}

export class HeldFees {
  readonly bytes: Buffer;
  #starts: Uint32Array | null = null;

  /** `bytes`: kept, and not written into. */
  constructor(bytes: Uint8Array = new Uint8Array(0)) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isEmpty(): boolean {
    return this.bytes.length === 0;
  }

  get count(): number {
    return this.#allStarts().length;
  }

  /** The fee of a charge batch and line id; null where none is held. */
  find(chargeBatch: string | null, line: string): HeldFee | null {
    const key = keyOf(chargeBatch, line);
    const place = this.#placeOf(key);
    const start = this.#start(place);
    return start < this.bytes.length && this.#compare(key, start) === 0 ? this.#feeAt(start) : null;
  }

  /** Every fee, by key. */
  list(): readonly HeldFee[] {
    return Array.from(this.#allStarts(), (start) => this.#feeAt(start));
  }

  /** These put in the place of those with their keys, or added. */
  with(fees: readonly HeldFee[]): HeldFees {
    return this.#changed(fees.map((fee) => ({ key: keyOf(fee.chargeBatch, fee.line), entry: fee })));
  }

  without(fees: readonly HeldFee[]): HeldFees {
    return this.#changed(fees.map((fee) => ({ key: keyOf(fee.chargeBatch, fee.line), entry: null })));
  }

  #changed(changes: { readonly key: Buffer; readonly entry: HeldFee | null }[]): HeldFees {
    if (changes.length === 0) return this;
    // Of several with one key the last counts: sorting keeps their order.
    changes.sort((a, b) => Buffer.compare(a.key, b.key));
    const parts: Uint8Array[] = [];
    let copied = 0;
    for (const [i, { key, entry }] of changes.entries()) {
      const next = changes[i + 1];
      if (next?.key.equals(key)) continue;
      const start = this.#start(this.#placeOf(key));
      parts.push(this.bytes.subarray(copied, start));
      const isThere = start < this.bytes.length && this.#compare(key, start) === 0;
      copied = isThere ? start + this.bytes.readUInt32LE(start) : start;
      if (entry !== null) parts.push(entryOf(key, entry));
    }
    parts.push(this.bytes.subarray(copied));
    return new HeldFees(Buffer.concat(parts));
  }

  /** The first place whose key is not before `key`. */
  #placeOf(key: Buffer): number {
    let [low, high] = [0, this.#allStarts().length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(key, this.#start(middle)) > 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #start(place: number): number {
    return this.#allStarts()[place] ?? this.bytes.length;
  }

  #allStarts(): Uint32Array {
    if (this.#starts !== null) return this.#starts;
    const starts: number[] = [];
    for (let start = 0; start < this.bytes.length; start += this.bytes.readUInt32LE(start))
      starts.push(start);
    this.#starts = Uint32Array.from(starts);
    return this.#starts;
  }

  #compare(key: Buffer, start: number): number {
    const keyStart = start + at.key;
    return key.compare(this.bytes, keyStart, keyStart + this.bytes.readUInt16LE(start + at.keyLength));
  }

  #feeAt(start: number): HeldFee {
    const { bytes } = this;
    const bodyStart = start + at.key + bytes.readUInt16LE(start + at.keyLength);
    const key = bytes.toString('utf8', start + at.key, bodyStart);
    const end = key.indexOf('\0');
    const mark = bytes.toString('hex', start + at.mark, start + at.hasBody);
    const hasBody = bytes[start + at.hasBody] === 1;
    return {
      chargeBatch: end === 0 ? null : key.slice(1, end),
      line: key.slice(end + 1),
      body: hasBody ? bytes.subarray(bodyStart, start + bytes.readUInt32LE(start)) : null,
      billedBy: mark === noMark ? null : mark,
      sending: bytes.readUInt32LE(start + at.sending),
    };
  }
}

/** A fee of no batch comes before those of any. */
function keyOf(chargeBatch: string | null, line: string): Buffer {
  return Buffer.from(`${chargeBatch === null ? '' : `=${chargeBatch}`}\0${line}`);
}

function entryOf(key: Buffer, { body, billedBy, sending }: HeldFee): Buffer {
  const entry = Buffer.alloc(at.key + key.length + (body?.length ?? 0));
  entry.writeUInt32LE(entry.length, 0);
  if (billedBy !== null) entry.write(billedBy, at.mark, 'hex');
  entry[at.hasBody] = body === null ? 0 : 1;
  entry.writeUInt32LE(sending, at.sending);
  entry.writeUInt16LE(key.length, at.keyLength);
  key.copy(entry, at.key);
  if (body !== null) entry.set(body, at.key + key.length);
  return entry;
}
