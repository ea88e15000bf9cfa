/** What cannot be screened, each kind with the reason that the contract names. */
import type { DeadReason } from './meaning.js';
import { hospitals, type Plan } from './plan.js';
import { bodyOf, type Encoding, encodeBody } from './wire.js';

type Reason = Exclude<DeadReason, 'conflicting-content' | 'unreadable'>;

export function garbage(plan: Plan): void {
  const { random } = plan;
  if (random.chance(0.4)) {
    push(plan, 'unreadable', unreadable(plan), null);
    return;
  }
  const reason = random.pick<Reason>([
    'wrong-institution',
    'no-event-id',
    'no-encounter',
    'no-claim-id',
    'not-durable',
  ]);
  const encoding: Encoding = random.chance(0.5) ? 'json' : 'messagepack';
  const { body, eventId } = faulty(plan, reason);
  push(plan, reason, encodeBody(body, encoding), eventId);
}

function push(plan: Plan, dead: Reason | 'unreadable', body: Uint8Array, eventId: string | null): void {
  const institution = hospitals[0];
  const key = plan.id('garbage ');
  const at = plan.now + plan.random.whole(0, 30);
  plan.planned.push({
    key,
    institution,
    body,
    contentType: null,
    meaning: { dead, eventId },
    at,
    after: [],
  });
}

function unreadable(plan: Plan): Uint8Array {
  const { random } = plan;
  const id = plan.id('U');
  const whole = `{"eventId":"${id}","kind":"fees","lines":[{"id":"L1","quantity":1}],"institution":{}}`;
  return random.pick([
    Buffer.from(whole.slice(0, random.whole(1, whole.length - 1))),
    Buffer.from(`${id}: 患者`.repeat(random.whole(1, 50))),
    Buffer.from([0xc1, ...Array.from({ length: 40 }, () => random.whole(0, 255))]),
    Buffer.alloc(0),
  ]);
}

function faulty(plan: Plan, reason: Reason): { body: Record<string, unknown>; eventId: string | null } {
  const patient = plan.patient();
  const minute = plan.anyMinute();
  const eventId = plan.id('G');
  const institution = reason === 'wrong-institution' ? hospitals[1] : hospitals[0];
  const lines = [plan.line('L', patient, minute, { chargeBatch: 'B0' })];
  const identity = { institution, eventId, patient };
  const encounterId = plan.id('OP');
  const fees = bodyOf({ ...identity, kind: 'fees', encounterId, lines, deletes: null }, 0);
  switch (reason) {
    case 'wrong-institution':
      return { body: fees, eventId };
    case 'no-event-id':
      return {
        body: plan.random.chance(0.5) ? { ...fees, eventId: null } : without(fees, 'eventId'),
        eventId: null,
      };
    case 'no-encounter':
      return { body: without(fees, 'encounter'), eventId };
    case 'no-claim-id':
      return { body: { ...without(fees, 'encounter'), kind: 'settlement' }, eventId };
    case 'not-durable':
      return { body: { ...fees, kind: 'screening', scene: 9 }, eventId };
  }
}

function without(body: Record<string, unknown>, name: string): Record<string, unknown> {
  const { [name]: _, ...others } = body;
  return others;
}
