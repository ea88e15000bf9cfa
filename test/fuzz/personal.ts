/**
 * Whether a claim holds a person's name or number. A text counts as personal in a body where it stands
 * under a personal key and nowhere else: mutations move values about, and what also stands elsewhere may be
 * kept.
 */
import { Packr } from 'msgpackr';
import { decodeNational } from '../../src/claim/formats/plain.js';
import type { Input, Outcome } from './subject.js';

const personalKey = /(patn|opter|dr|phar|psn)_?name$|^patn_?id$|^psn_?no$|cert_?no$|^patientName$/i;
const unpackr = new Packr({
  useRecords: false,
  moreTypes: false,
  mapsAsObjects: true,
  int64AsType: 'bigint',
});

/** True where the materialised claim contains a personal text of the body. */
export function keepsPersons(input: Input, outcome: Outcome & { ok: true }): boolean {
  const root = plainValues(input, outcome);
  const texts: Texts = { personal: new Set(), other: [] };
  collect(root, null, null, texts);
  const telling = [...texts.personal].filter(isTelling);
  if (telling.length === 0) return false;
  const kept = JSON.stringify(outcome.claim);
  return telling.some(
    (text) => kept.includes(quoted(text)) && !texts.other.some((other) => other.includes(text)),
  );
}

const quoted = (text: string): string => JSON.stringify(text).slice(1, -1);

/** Long enough not to stand in a claim by chance: numbers of a claim have at most 16 digits. */
function isTelling(text: string): boolean {
  return text.length >= 17 || (text.length >= 2 && /[\u3400-\u9fff]/.test(text));
}

function plainValues({ bytes }: Input, { format }: Outcome & { ok: true }): unknown {
  if (format === 'native-msgpack') return unpackr.unpack(bytes);
  const decoded = decodeNational(bytes, format === 'nhsa-gbk' ? 'gbk' : null);
  return decoded.ok ? JSON.parse(decoded.value.text) : null;
}

interface Texts {
  readonly personal: Set<string>;
  readonly other: string[];
}

function collect(value: unknown, key: string | null, parent: string | null, texts: Texts): void {
  if (Array.isArray(value)) {
    for (const child of value) collect(child, key, parent, texts);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, child] of Object.entries(value)) {
      texts.other.push(name);
      collect(child, name, key, texts);
    }
  } else if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') {
    const native = parent === 'patient' && (key === 'id' || key === 'name');
    const personal = key !== null && (native || personalKey.test(key));
    if (personal) texts.personal.add(String(value).trim());
    else texts.other.push(String(value));
  }
}
