/**
 * The front door of a worker: bytes in, columns out. A scanner reads what is usual; whatever it declines is read as
 * read-claim.ts reads it, and nothing about a claim depends on which of the two it was.
 */
import { isUtf8 } from 'node:buffer';
import { ok, type Result } from '../../base/result.js';
import { decodeNational } from '../formats/plain.js';
import { recogniseFormat } from '../formats/recognise.js';
import { WrongStructure } from '../formats/structure.js';
import type { WireFormat } from '../formats/wire-format.js';
import { normaliseHead } from '../normalise.js';
import { type ReaderSettings, readClaim } from '../read-claim.js';
import type { ReplyContext, Unreadable } from '../unreadable.js';
import { noReply } from '../unreadable.js';
import { ClaimColumns } from './claim-columns.js';
import { fillColumns } from './fill-columns.js';
import type { ItemCodes } from './item-codes.js';
import type { Scan, ScannedClaim } from './scanned.js';
import { scannedReply } from './scanned-reply.js';
import { settleLines } from './settle.js';

/** The scanner of each kind of body; null: every one is left to the plain reader. */
export interface Scanners {
  readonly nativeMessagePack: Scan | null;
  readonly nativeJson: Scan | null;
  /** Of the national request in UTF-8. */
  readonly national: Scan | null;
}

export interface ReadColumns {
  /** The reader's own: filled anew by the next read. */
  readonly columns: ClaimColumns;
  /** The format found, GBK told from UTF-8: the answer uses the same. */
  readonly format: WireFormat;
  /** Asked before the next read, too. */
  readonly reply: ReplyContext;
}

/** A body as a scanner takes it. */
interface Scannable {
  readonly scan: Scan;
  readonly body: Buffer;
  readonly format: WireFormat;
}

const byteOrderMark = 0xef;

export class ClaimReader {
  readonly #settings: ReaderSettings;
  readonly #scanners: Scanners;
  readonly #columns: ClaimColumns;

  constructor(settings: ReaderSettings, items: ItemCodes, scanners: Scanners) {
    this.#settings = settings;
    this.#scanners = scanners;
    this.#columns = new ClaimColumns(items);
  }

  /**
   * Reads one claim. `format` null: recognised from the bytes. Never throws on any bytes; they must stay as they are
   * until the next read.
   */
  read(bytes: Uint8Array, format: WireFormat | null): Result<ReadColumns, Unreadable> {
    this.#columns.items.beginClaim();
    const found = format ?? recogniseFormat(null, bytes);
    const scannable = this.#scannable(bytes, found);
    const read = scannable === null ? null : this.#readFast(scannable);
    return read === null ? this.#readPlain(bytes, found) : ok(read);
  }

  #readPlain(bytes: Uint8Array, format: WireFormat): Result<ReadColumns, Unreadable> {
    const read = readClaim(bytes, format, this.#settings);
    if (!read.ok) return read;
    fillColumns(read.value.claim, this.#columns);
    return ok({ columns: this.#columns, format: read.value.format, reply: read.value.reply });
  }

  #readFast({ scan, body, format }: Scannable): ReadColumns | null {
    const scanned = this.#scan(scan, body);
    if (scanned === null) return null;
    const columns = this.#columns;
    columns.head = normaliseHead(scanned.raw, this.#settings.patientKey);
    settleLines(scanned, body, columns);
    const reply = scanned.message === null ? noReply : scannedReply(scanned, scanned.message, body, columns);
    return { columns, format, reply };
  }

  /** What is wrong with a structure, the plain reader says. */
  #scan(scan: Scan, body: Buffer): ScannedClaim | null {
    try {
      return scan(body, this.#settings.dictionaries, this.#columns);
    } catch (error) {
      if (error instanceof WrongStructure) return null;
      throw error;
    }
  }

  #scannable(bytes: Uint8Array, format: WireFormat): Scannable | null {
    switch (format) {
      case 'native-msgpack':
        return scannableAs(this.#scanners.nativeMessagePack, bufferOf(bytes), format);
      case 'native-json':
        return scannableAs(this.#scanners.nativeJson, bufferOf(bytes), format);
      default:
        return this.#scanners.national === null ? null : nationalText(this.#scanners.national, bytes, format);
    }
  }
}

function scannableAs(scan: Scan | null, body: Buffer, format: WireFormat): Scannable | null {
  // A byte order mark is dropped by whoever decodes; a scanner need not know of it.
  return scan === null || body[0] === byteOrderMark ? null : { scan, body, format };
}

/** The text in UTF-8, decoded as the plain reader decodes it. */
function nationalText(scan: Scan, bytes: Uint8Array, format: 'nhsa-json' | 'nhsa-gbk'): Scannable | null {
  if (format === 'nhsa-json' && isUtf8(bytes)) return scannableAs(scan, bufferOf(bytes), format);
  const decoded = decodeNational(bytes, format === 'nhsa-gbk' ? 'gbk' : null);
  if (!decoded.ok) return null;
  const { text, charset } = decoded.value;
  return scannableAs(scan, Buffer.from(text, 'utf8'), charset === 'gbk' ? 'nhsa-gbk' : 'nhsa-json');
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
