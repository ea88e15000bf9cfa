/**
 * Front door of the readers: bytes in, a Claim or the reason why there is none out. This is the plain form
 * (parse, then fill); whatever reads faster has to agree with it.
 */
import { fail, ok, type Result } from '../base/result.js';
import type { Claim } from './claim.js';
import type { Dictionaries } from './dictionaries.js';
import { FactReader } from './facts.js';
import { readNative } from './formats/native.js';
import { readNational } from './formats/nhsa/read-national.js';
import { identifyNational, replyTo, sentLines } from './formats/nhsa/reply.js';
import { decodeNational, decodeUtf8, parseJson, parseMessagePack } from './formats/plain.js';
import { recogniseFormat } from './formats/recognise.js';
import { type Fields, isFields, own, WrongStructure } from './formats/structure.js';
import type { WireFormat } from './formats/wire-format.js';
import { defaultClaimId, normalise } from './normalise.js';
import { NoteTaker } from './notes.js';
import type { PatientKeyer } from './patient-key.js';
import { noReply, type ReplyContext, type StructureProblem, type Unreadable } from './unreadable.js';

export { recogniseFormat } from './formats/recognise.js';
export type { ReplyContext, Unreadable } from './unreadable.js';

export interface ReaderSettings {
  readonly dictionaries: Dictionaries;
  /** Turns a person number into the key that is kept; see patient-key.ts. */
  readonly patientKey: PatientKeyer;
}

export interface ReadClaim {
  readonly claim: Claim;
  /** The format found, GBK told from UTF-8: the answer uses the same. */
  readonly format: WireFormat;
  readonly reply: ReplyContext;
}

/** A body as plain data. */
export interface Parsed {
  readonly root: unknown;
  readonly format: WireFormat;
}

/**
 * Reads one claim. `format` null: recognised from the bytes. Never throws on any bytes, and its time is
 * linear in them; what is wrong with single facts stands in `claim.notes`.
 */
export function readClaim(
  bytes: Uint8Array,
  format: WireFormat | null,
  settings: ReaderSettings,
): Result<ReadClaim, Unreadable> {
  if (bytes.length === 0) return fail(unknownSender({ code: 'empty', message: 'The body is empty.' }));
  const parsed = parseBody(bytes, format ?? recogniseFormat(null, bytes));
  if (!parsed.ok) return fail(unknownSender(parsed.error));
  const { root, format: found } = parsed.value;
  if (!isFields(root)) {
    return fail(unknownSender({ code: 'wrong-shape', message: 'The body is not an object.' }));
  }
  const national = found === 'nhsa-json' || found === 'nhsa-gbk';
  try {
    return ok(national ? fillNational(root, found, settings) : fillNative(root, found, settings));
  } catch (error) {
    if (!(error instanceof WrongStructure)) throw error;
    return fail(national ? unreadableNational(root, error.problem) : unreadableNative(root, error.problem));
  }
}

/** Decodes and parses a body of this format; GBK is told from UTF-8. */
export function parseBody(bytes: Uint8Array, format: WireFormat): Result<Parsed, StructureProblem> {
  if (format === 'native-msgpack') {
    const read = parseMessagePack(bytes);
    return read.ok ? ok({ root: read.value, format }) : read;
  }
  const national = format !== 'native-json';
  const decoded = national ? decodeNational(bytes, format === 'nhsa-gbk' ? 'gbk' : null) : decodeUtf8(bytes);
  if (!decoded.ok) return decoded;
  const read = parseJson(decoded.value.text);
  if (!read.ok) return read;
  const found = decoded.value.charset === 'gbk' ? 'nhsa-gbk' : 'nhsa-json';
  return ok({ root: read.value, format: national ? found : format });
}

function fillNative(root: Fields, format: WireFormat, settings: ReaderSettings): ReadClaim {
  const claim = normalise(readNative(root, settings.dictionaries), settings.patientKey);
  return { claim, format, reply: noReply };
}

function fillNational(root: Fields, format: WireFormat, settings: ReaderSettings): ReadClaim {
  const message = readNational(root, settings.dictionaries);
  const claim = normalise(message.claim, settings.patientKey);
  return { claim, format, reply: replyTo(message, sentLines(message, claim)) };
}

function unknownSender(problem: StructureProblem): Unreadable {
  return { ...problem, eventId: null, claimId: null, reply: null };
}

function unreadableNative(root: Fields, problem: StructureProblem): Unreadable {
  const facts = new FactReader(new NoteTaker());
  const [institution, encounter] = [own(root, 'institution'), own(root, 'encounter')];
  const named = {
    code: facts.text('institution.code', isFields(institution) ? own(institution, 'code') : null),
    id: facts.text('encounter.id', isFields(encounter) ? own(encounter, 'id') : null),
  };
  return {
    ...problem,
    eventId: facts.text('claim.eventId', own(root, 'eventId')),
    claimId: facts.text('claim.claimId', own(root, 'claimId')) ?? defaultClaimId(named, named),
    reply: null,
  };
}

function unreadableNational(root: Fields, problem: StructureProblem): Unreadable {
  const reply = identifyNational(root);
  return { ...problem, eventId: reply.messageId, claimId: null, reply };
}
