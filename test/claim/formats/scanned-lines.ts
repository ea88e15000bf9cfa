/** What a scanner left in place, made into values after all; and the plain reader's word on the same bytes. */
import { expect } from 'vitest';
import { packWire, unpackNumberAt, unpackPart } from '../../../src/base/wire.js';
import type { Scan, ScannedClaim } from '../../../src/claim/columns/scanned.js';
import { kindBits, kindMask, lineSpanFields, spanKind } from '../../../src/claim/columns/span-table.js';
import { readNative } from '../../../src/claim/formats/native.js';
import { decodeUtf8, parseJson, parseMessagePack } from '../../../src/claim/formats/plain.js';
import { scanNativeJson } from '../../../src/claim/formats/scan-native-json.js';
import { scanNativeMessagePack } from '../../../src/claim/formats/scan-native-messagepack.js';
import { isFields, WrongStructure } from '../../../src/claim/formats/structure.js';
import type { RawClaim } from '../../../src/claim/raw-claim.js';
import { jsonBytes, newColumns, testSettings } from '../settings.js';

export type NativeFormat = 'native-json' | 'native-msgpack';
export const nativeScans: Readonly<Record<NativeFormat, Scan>> = {
  'native-json': scanNativeJson,
  'native-msgpack': scanNativeMessagePack,
};

/** The value of one cell. */
function valueAt(body: Buffer, { lines, encoding }: ScannedClaim, cell: number): unknown {
  const start = lines.starts[cell] as number;
  const meta = lines.metas[cell] as number;
  const end = start + (meta >> kindBits);
  const text = () => body.toString('utf8', start, end);
  switch (meta & kindMask) {
    case spanKind.missing:
      return undefined;
    case spanKind.nil:
      return null;
    case spanKind.yes:
      return true;
    case spanKind.no:
      return false;
    case spanKind.text:
      return text();
    case spanKind.escaped:
      return JSON.parse(`"${text()}"`);
    case spanKind.digits:
      return JSON.parse(text());
    case spanKind.packedNumber:
      return unpackNumberAt(body, start);
    default:
      return encoding === 'json' ? JSON.parse(text()) : unpackPart(body, start, end);
  }
}

function linesOf(body: Buffer, scanned: ScannedClaim): unknown[] {
  return Array.from({ length: scanned.lines.count }, (_, row) => {
    const cells = lineSpanFields.map((field, column) => [
      field,
      valueAt(body, scanned, row * scanned.lines.fields + column),
    ]);
    const traceCodes = scanned.traceCodes.get(row) ?? [];
    return { ...Object.fromEntries(cells), traceCodes, encounter: 0 };
  });
}

/** Facts and notes, without the functions. */
function comparable(raw: RawClaim, lines: readonly unknown[]): unknown {
  const { vocabulary, notes, ...facts } = raw;
  return { ...facts, lines, notes: notes.notes, hasVocabulary: vocabulary !== undefined };
}

/** The plain reader's raw claim; null where it finds none. */
export function plainRaw(body: Uint8Array, format: NativeFormat): unknown {
  const decoded = format === 'native-json' ? decodeUtf8(body) : null;
  if (decoded?.ok === false) return null;
  const parsed = decoded === null ? parseMessagePack(body) : parseJson(decoded.value.text);
  if (!parsed.ok || !isFields(parsed.value)) return null;
  try {
    const raw = readNative(parsed.value, testSettings.dictionaries);
    return comparable(raw, raw.lines);
  } catch (error) {
    if (error instanceof WrongStructure) return null;
    throw error;
  }
}

/** The scanner's raw claim, its lines made into values; null where it declines. */
export function scannedRaw(bytes: Uint8Array, format: NativeFormat): unknown {
  // Somewhere within a larger buffer, as bodies of a batch are.
  const slab = Buffer.alloc(bytes.length + 40, 0x22);
  slab.set(bytes, 13);
  const body = slab.subarray(13, 13 + bytes.length);
  const scanned = nativeScans[format](body, testSettings.dictionaries, newColumns());
  return scanned === null ? null : comparable(scanned.raw, linesOf(body, scanned));
}

/** Whether the scanner takes the body; whatever it takes has to be what the plain reader makes of it. */
export function agrees(bytes: Uint8Array, format: NativeFormat): boolean {
  const scanned = scannedRaw(bytes, format);
  if (scanned !== null) expect(scanned).toStrictEqual(plainRaw(bytes, format));
  return scanned !== null;
}

export const nativeFormats = ['native-json', 'native-msgpack'] as const;
export const line = { id: 'L1', itemCode: '001201000030000', quantity: 1, amount: '24.00', traceCodes: [] };
export const baseClaim = {
  eventId: 'E1',
  kind: 'screening',
  institution: { code: 'H35010200417', region: '350102' },
  encounter: { id: 'V1', type: 'outpatient', medType: '21' },
};
export const bytesOf = (value: unknown, format: NativeFormat) =>
  format === 'native-json' ? jsonBytes(value) : packWire(value);
export const withLine = (change: object) => ({ ...baseClaim, lines: [line, { ...line, ...change }, line] });
