/**
 * Front door of the durable path: bytes in, a DurableEvent or the reason why there is none out. All kinds, in every
 * format, by the plain way (parse, then fill).
 */
import { fail, ok, type Result } from '../../base/result.js';
import { FactReader } from '../facts.js';
import { identifyNational } from '../formats/nhsa/reply.js';
import { recogniseFormat } from '../formats/recognise.js';
import { type Fields, isFields, own, WrongStructure } from '../formats/structure.js';
import type { WireFormat } from '../formats/wire-format.js';
import { defaultClaimId } from '../normalise.js';
import { NoteTaker } from '../notes.js';
import { parseBody, type ReaderSettings } from '../read-claim.js';
import type { StructureProblem, Unreadable } from '../unreadable.js';
import type { DurableEvent } from './durable-event.js';
import { finishEvent } from './finish-event.js';
import { claimIdOfNational, readNationalEvent } from './national-event.js';
import { readNativeEvent } from './native-event.js';

/**
 * Reads one event. `format` null: recognised from the bytes. Never throws on any bytes, and its time is linear in
 * them; what is wrong with single facts stands in `claim.notes`. Of a refused message `eventId` and `claimId` are told
 * where it still says them.
 */
export function readEvent(
  bytes: Uint8Array,
  format: WireFormat | null,
  settings: ReaderSettings,
): Result<DurableEvent, Unreadable> {
  if (bytes.length === 0) return fail(unknownSender({ code: 'empty', message: 'The body is empty.' }));
  const parsed = parseBody(bytes, format ?? recogniseFormat(null, bytes));
  if (!parsed.ok) return fail(unknownSender(parsed.error));
  const { root, format: found } = parsed.value;
  if (!isFields(root)) {
    return fail(unknownSender({ code: 'wrong-shape', message: 'The body is not an object.' }));
  }
  const national = found === 'nhsa-json' || found === 'nhsa-gbk';
  try {
    const read = national ? readNationalEvent : readNativeEvent;
    return ok(finishEvent(read(root, settings.dictionaries), found, settings.patientKey));
  } catch (error) {
    if (!(error instanceof WrongStructure)) throw error;
    return fail({ ...error.problem, ...(national ? identifyEnvelope(root) : identifyNative(root)) });
  }
}

type Sender = Pick<Unreadable, 'eventId' | 'claimId' | 'reply'>;

function unknownSender(problem: StructureProblem): Unreadable {
  return { ...problem, eventId: null, claimId: null, reply: null };
}

function identifyNative(root: Fields): Sender {
  const facts = new FactReader(new NoteTaker());
  const [institution, encounter] = [own(root, 'institution'), own(root, 'encounter')];
  const code = facts.text('institution.code', isFields(institution) ? own(institution, 'code') : null);
  const id = facts.text('encounter.id', isFields(encounter) ? own(encounter, 'id') : null);
  return {
    eventId: facts.text('claim.eventId', own(root, 'eventId')),
    claimId: facts.text('claim.claimId', own(root, 'claimId')) ?? defaultClaimId({ code }, { id }),
    reply: null,
  };
}

function identifyEnvelope(root: Fields): Sender {
  const reply = identifyNational(root);
  return { eventId: reply.messageId, claimId: claimIdOfNational(root), reply };
}
