/** A real history on disk that has taken in native events, as the lane would have it without rules. */
import { sha256Hex } from '../../src/base/hash.js';
import { readEvent } from '../../src/claim/durable/read-event.js';
import { patientKeyer } from '../../src/claim/patient-key.js';
import { applyEvent } from '../../src/history/events/apply-event.js';
import { assemble } from '../../src/history/events/assemble.js';
import { recordLedger } from '../../src/history/events/ledger-record.js';
import { Overlay } from '../../src/history/state.js';
import { startOf } from '../../src/history/store/position.js';
import { HistoryStore } from '../../src/history/store.js';
import { testSettings } from '../claim/settings.js';

export const secret = 'a secret of the tests, long enough';
export const created = '2026-01-01T00:00:00Z';
const firstMs = Date.UTC(2026, 2, 18);
const settings = { ...testSettings, patientKey: patientKeyer(secret) };

export function hospital(code = 'H35010200417') {
  return { code, level: 3, type: code.startsWith('P') ? 'pharmacy' : 'hospital', region: '350102' };
}

/** A line of two pieces at 12.50. */
export function line(id: string, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    id,
    itemCode: 'XA02BCL030A001010100483',
    kind: 'drug',
    quantity: 2,
    unitPrice: '12.50',
    amount: '25.00',
    at: '2026-03-13T14:20:00+08:00',
    ...more,
  };
}

export function settlement(eventId: string, person: string, more: Readonly<Record<string, unknown>> = {}) {
  return {
    eventId,
    kind: 'settlement',
    institution: hospital(),
    patient: { id: person, sex: 'female', birthDate: '1954-11-20' },
    encounter: { id: `V-${eventId}`, type: 'outpatient', admittedAt: '2026-03-11T08:12:00+08:00' },
    lines: [line('1')],
    ...more,
  };
}

export function bodyOf(event: object): Uint8Array {
  return Buffer.from(JSON.stringify(event));
}

/** Stream time of a message, in ms; a second apart where nobody says. */
export type TimeOf = (seq: number) => number;
const apart: TimeOf = (seq) => firstMs + 1_000 * seq;

/**
 * Takes in events one after another from where the store stands; what cannot be read only moves the position.
 */
export async function takeIn(
  store: HistoryStore,
  bodies: readonly Uint8Array[],
  timeOf: TimeOf = apart,
): Promise<void> {
  for (const body of bodies) {
    const position = store.position() ?? startOf(created);
    const seq = position.committed + 1;
    const streamMs = timeOf(seq);
    const after = { ...position, committed: seq, published: seq, streamMs, messageMs: streamMs };
    const read = readEvent(body, null, settings);
    if (!read.ok) {
      await store.commit({ writes: [], answers: [], expiry: [], position: after });
      continue;
    }
    const event = read.value;
    const state = new Overlay(store.reader());
    state.at(streamMs);
    const contentHash = sha256Hex(body);
    const institution = event.claim.institution.code as string;
    const when = { seq, streamMs, institution, contentHash };
    applyEvent(event, assemble(event, state), [], when, state);
    recordLedger(institution, event.claim.eventId as string, { ...when, decisionId: `d${seq}` }, state);
    const answer = {
      seq,
      subject: `claimgate.decisions.${institution}.pass`,
      headers: { 'Nats-Msg-Id': `d${seq}` },
      bytes: Buffer.from('{}'),
      deadLetter: null,
    };
    await store.commit({
      expiry: [{ seq, streamMs, records: state.takeTouched() }],
      writes: state.takeWrites(),
      answers: [answer],
      position: after,
    });
  }
}

/** A new store that has taken in these events. */
export async function settled(folder: string, events: readonly object[]): Promise<HistoryStore> {
  const store = await begun(folder, created);
  await takeIn(store, events.map(bodyOf));
  return store;
}

/** A new store at the head of a stream. */
export async function begun(folder: string, streamCreated: string): Promise<HistoryStore> {
  const opened = await HistoryStore.open(folder);
  if (!opened.ok) throw new Error(opened.error);
  await opened.value.begin(streamCreated);
  return opened.value;
}
