/** Events as the bytes that a hospital's system would send. */
import { Packr } from 'msgpackr';
import type { Event, Line, Settlement } from './meaning.js';

export type Encoding = 'json' | 'messagepack';

const packr = new Packr({ useRecords: false });

/** `spelling`: another one gives other bytes of the same meaning. */
export function encode(event: Event, encoding: Encoding, spelling = 0): Uint8Array {
  return encodeBody(bodyOf(event, spelling), encoding);
}

export function encodeBody(body: object, encoding: Encoding): Uint8Array {
  return encoding === 'json' ? Buffer.from(JSON.stringify(body)) : Buffer.from(packr.pack(body));
}

export function contentType(encoding: Encoding): string {
  return encoding === 'json' ? 'application/json' : 'application/msgpack';
}

/** The native claim of an event; what it says nothing about is left out. */
export function bodyOf(event: Event, spelling: number): Record<string, unknown> {
  const { eventId, kind, institution, patient } = event;
  const region = institution.slice(1, 7);
  const type = institution.startsWith('P') ? 'pharmacy' : 'hospital';
  return {
    eventId,
    kind,
    sentAt: `2026-01-01T00:00:0${spelling}+08:00`,
    institution: { code: institution, level: 2, type, region },
    ...(patient === null ? {} : { patient: patientOf(patient) }),
    ...ownFields(event),
  };
}

function patientOf(id: string) {
  const sex = Number(id.at(-1)) % 2 === 0 ? 'female' : 'male';
  return { id, sex, birthDate: '1962-04-09', insurance: 'resident', region: '350100', pregnancy: 'none' };
}

function ownFields(event: Event): Record<string, unknown> {
  switch (event.kind) {
    case 'fees':
      return {
        encounter: { id: event.encounterId },
        lines: event.lines.map(lineOf),
        ...(event.deletes === null ? {} : { deletes: event.deletes }),
      };
    case 'settlement':
    case 'sale':
      return settlementFields(event);
    case 'reversal':
      return { reverses: { claimId: event.claimId } };
    case 'refund':
    case 'return':
      return { reverses: { claimId: event.claimId }, lines: event.lines.map(lineOf) };
    case 'stock':
      return { stock: event.records.map((record) => ({ ...record, batch: 'B1' })) };
  }
}

function settlementFields(event: Settlement): Record<string, unknown> {
  const { claimId, institution, encounterId, visit, lines, bills } = event;
  const usual = encounterId !== null && claimId === `${institution}/${encounterId}`;
  // Unsaid, a settlement bills all that is held and a sale bills nothing.
  const saysNothingOfFees = bills === 'all' || (event.kind === 'sale' && bills.length === 0);
  const { mainDiagnosis, ...stay } = visit;
  return {
    ...(usual ? {} : { claimId }),
    encounter: { ...(encounterId === null ? {} : { id: encounterId }), ...stay },
    diagnoses: mainDiagnosis === null ? [] : [{ code: mainDiagnosis, main: true }],
    lines: lines.map(lineOf),
    ...(saysNothingOfFees ? {} : { bills }),
  };
}

function lineOf(line: Line): Record<string, unknown> {
  const { amountFen, traceCodes, reverses, chargeBatch, days, quantity } = line;
  const unitFen = quantity === 0 ? 0 : Math.abs(amountFen / quantity);
  return {
    id: line.id,
    itemCode: line.itemCode,
    kind: /^\d/.test(line.itemCode) ? 'service' : 'drug',
    quantity,
    unitPrice: yuan(unitFen),
    amount: yuan(amountFen),
    at: line.at,
    department: 'A04',
    current: true,
    selfPaid: line.selfPaid,
    days,
    ...(traceCodes.length === 0 ? {} : { traceCodes }),
    ...(reverses === null ? {} : { reverses }),
    ...(chargeBatch === null ? {} : { chargeBatch }),
  };
}

function yuan(fen: number): string {
  return (fen / 100).toFixed(2);
}
