/** A seeded run: stories woven into each other, then sent with repetitions and out of order. */
import { createHash } from 'node:crypto';
import { Random } from '../judge/random.js';
import { dayOfSales, someSales } from './batches.js';
import { garbage } from './garbage.js';
import { Plan, type Planned, pharmacies } from './plan.js';
import { openingStock, outpatient, sale, stay, stockKeeping } from './scenarios.js';

export interface Delivery extends Planned {
  /** A sender that follows the advice on `Nats-Msg-Id`, and so has the broker swallow quick repetitions. */
  readonly messageId: string | null;
  readonly via: 'nats' | 'http';
}

export interface RunOptions {
  readonly seed: number;
  /** About so many deliveries. */
  readonly events: number;
  readonly todayMs: number;
}

/** The deliveries of a run, in the order of sending. */
export function deliveriesOf({ seed, events, todayMs }: RunOptions): Delivery[] {
  const plan = new Plan(seed, Math.max(6, Math.floor(events / 60)), todayMs);
  const opening = new Map(pharmacies.map((institution) => [institution, openingStock(plan, institution)]));
  const weight = () => plan.planned.length + plan.parts;
  let days = 0;
  while (weight() < events * 0.85) {
    const before = plan.planned.length;
    const dice = plan.random.next();
    if (weight() > days * events * 0.25) dayOfSales(plan, opening, Math.ceil(events / 25), days++);
    else if (dice < 0.28) stay(plan);
    else if (dice < 0.56) outpatient(plan);
    else if (dice < 0.78) sale(plan, opening);
    else if (dice < 0.85) someSales(plan, opening);
    else if (dice < 0.93) stockKeeping(plan, opening);
    else garbage(plan);
    plan.now += plan.planned.length - before;
  }
  return sent(plan.planned, new Random(seed + 1));
}

/** Delays, repeats and reorders; keeps what must come after something else behind it. */
function sent(planned: readonly Planned[], random: Random): Delivery[] {
  const copies = planned.flatMap((one) => {
    const again = random.chance(0.12) ? [{ ...one, at: one.at + random.whole(0, 400) }] : [];
    const atOnce = random.chance(0.05) ? [one] : [];
    return [one, ...again, ...atOnce];
  });
  const waiting = copies
    .map((one) => ({ ...one, at: one.at + random.whole(0, 12) }))
    .sort((a, b) => a.at - b.at)
    .map((one) => delivery(one, random));
  return inOrder(waiting);
}

function delivery(one: Planned, random: Random): Delivery {
  const hash = createHash('sha256').update(one.body).digest('hex').slice(0, 16);
  const messageId =
    one.meaning.dead === null && random.chance(0.1) ? `${one.key.replace(' ', ':')}:${hash}` : null;
  const via = one.meaning.dead === null && messageId === null && random.chance(0.1) ? 'http' : 'nats';
  return { ...one, messageId, via };
}

/** Holds back each delivery until all that it has to come after were sent, and no longer. */
function inOrder(wanted: readonly Delivery[]): Delivery[] {
  const done = new Set<string>();
  const result: Delivery[] = [];
  let held: Delivery[] = [];
  const send = (one: Delivery): void => {
    result.push(one);
    done.add(one.key);
    const free = held.filter((other) => other.after.every((key) => done.has(key)));
    held = held.filter((other) => !free.includes(other));
    free.forEach(send);
  };
  for (const one of wanted) {
    if (one.after.every((key) => done.has(key))) send(one);
    else held.push(one);
  }
  if (held.length > 0) throw new Error(`nothing comes before ${held[0]?.after.join(', ')}`);
  return result;
}
