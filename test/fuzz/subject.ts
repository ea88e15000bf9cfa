/**
 * What is fuzzed, and the only file here that calls the product's readers. The first subject is the
 * reference; every other one has to say the same of any bytes. A faster reader joins by one more entry of `subjects`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { ok, type Result } from '../../src/base/result.js';
import type { Claim, DataQualityNote } from '../../src/claim/claim.js';
import { claimOf } from '../../src/claim/columns/claim-of.js';
import { ClaimReader } from '../../src/claim/columns/claim-reader.js';
import { CodeTable } from '../../src/claim/columns/code-table.js';
import { ItemCodes } from '../../src/claim/columns/item-codes.js';
import { scanners } from '../../src/claim/columns/scanners.js';
import { buildDictionaries } from '../../src/claim/dictionaries.js';
import type { WireFormat } from '../../src/claim/formats/wire-format.js';
import { patientKeyer } from '../../src/claim/patient-key.js';
import {
  type ReadClaim,
  type ReaderSettings,
  readClaim,
  type Unreadable,
} from '../../src/claim/read-claim.js';
import type { ReplyContext, ReplyLine } from '../../src/claim/unreadable.js';

/** One body and how it is announced; `format` null: recognised from the bytes. */
export interface Input {
  readonly bytes: Uint8Array;
  readonly format: WireFormat | null;
}

export type Outcome =
  | { readonly ok: true; readonly claim: Claim; readonly format: WireFormat; readonly reply: Reply }
  | { readonly ok: false; readonly unreadable: Omit<Unreadable, 'reply'>; readonly reply: Reply | null };

/** What an answer repeats, the lines' part asked for every line of the claim. */
export interface Reply {
  readonly texts: Readonly<Record<string, string | null>>;
  readonly lines: readonly (ReplyLine | undefined)[];
}

export interface Subject {
  readonly name: string;
  /** The claim is materialised: plain objects that nobody reuses afterwards. */
  read(bytes: Uint8Array, format: WireFormat | null): Outcome;
}

/** Folder of the project, found from the sources and from what they are compiled to. */
export const projectRoot = findRoot(dirname(fileURLToPath(import.meta.url)));

function findRoot(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : findRoot(dirname(folder));
}

function readRegions(): Record<string, unknown> {
  const folder = join(projectRoot, 'rules/regions');
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  return Object.fromEntries(
    files.map((name) => [name.replace('.yaml', ''), parse(readFileSync(join(folder, name), 'utf8'))]),
  );
}

function settings(): ReaderSettings {
  const dictionaries = buildDictionaries(readRegions());
  if (!dictionaries.ok) throw new Error(dictionaries.error.join('\n'));
  return { dictionaries: dictionaries.value, patientKey: patientKeyer('a secret for tests only') };
}

const readerSettings = settings();

/** What a reader answers, with nothing left to be asked of it later. */
export function settle(read: Result<ReadClaim, Unreadable>): Outcome {
  if (!read.ok) {
    const { reply, ...unreadable } = read.error;
    return { ok: false, unreadable, reply: reply === null ? null : settleReply(reply, []) };
  }
  const { claim, format, reply } = read.value;
  return { ok: true, claim, format, reply: settleReply(reply, claim.lines) };
}

function settleReply({ line, ...texts }: ReplyContext, lines: Claim['lines']): Reply {
  return { texts, lines: lines.map(({ id }) => line(id)) };
}

export const plain: Subject = {
  name: 'plain',
  read(bytes, format) {
    return settle(readClaim(bytes, format, readerSettings));
  },
};

const columnReader = new ClaimReader(readerSettings, new ItemCodes(CodeTable.growing()), scanners);

export const fast: Subject = {
  name: 'fast',
  read(bytes, format) {
    const read = columnReader.read(bytes, format);
    if (!read.ok) return settle(read);
    const { columns, ...rest } = read.value;
    return settle(ok({ ...rest, claim: claimOf(columns) }));
  },
};

/**
 * Bytes that would change what is read if a reader looked beyond its own: a digit, a quote, a bracket, a
 * map.
 */
const surroundings = [0x39, 0x22, 0x7d, 0x81, 0x20, 0x00];

/** A subject on a view into a larger buffer, which is overwritten as soon as the read is done. */
export function shifted(subject: Subject): Subject {
  return {
    name: `${subject.name} within a larger buffer`,
    read(bytes, format) {
      const buffer = new Uint8Array(bytes.length + 64);
      buffer.fill(surroundings[bytes.length % surroundings.length] as number);
      const start = 1 + (bytes.length % 31);
      buffer.set(bytes, start);
      const outcome = subject.read(buffer.subarray(start, start + bytes.length), format);
      buffer.fill(0xaa);
      return outcome;
    },
  };
}

export const subjects: readonly Subject[] = [plain, fast, shifted(fast)];

/** What two subjects must agree on: everything but the order of the notes and the wording of a refusal. */
export function comparable(outcome: Outcome): unknown {
  if (outcome.ok) return { ...outcome, claim: { ...outcome.claim, notes: sortedNotes(outcome.claim) } };
  const { message: _, ...rest } = outcome.unreadable;
  return { ...outcome, unreadable: rest };
}

function sortedNotes({ notes }: Claim): readonly string[] {
  return notes.map(({ field, problem, line }: DataQualityNote) => `${field} ${problem} ${line}`).sort();
}
