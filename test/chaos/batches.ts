/**
 * Messages of several sales (3505A), as pharmacies upload them: each sale is to come back as a message of its own and
 * to count once, however often the message comes, whole, in part, in another order or together with new sales.
 */
import {
  encodeMessage,
  type Goods,
  type Message as National,
  type Sale,
  salesMessage,
} from '../claim/durable/national-messages.js';
import type { Batch, Line, Part, Settlement } from './meaning.js';
import { partId } from './parts.js';
import { type Plan, pharmacies } from './plan.js';
import { horizon, refunds, stockedItem, traceCode } from './scenarios.js';

/** A sale as its pharmacy has it, before it is in any message. */
interface Sold {
  /** Known by this. */
  readonly name: string;
  readonly by: KnownBy;
  readonly event: Omit<Settlement, 'eventId'>;
  readonly rows: Part['rows'];
}

/** What a message says of itself. */
interface Head {
  readonly institution: string;
  readonly eventId: string;
  readonly second: number;
}

/**
 * What the sales of a message are known by. Alike in one message: a row with nothing but a settlement and a row with
 * nothing but a visit may be one sale.
 */
type KnownBy = 'visit' | 'settlement' | 'document';

type Stocked = ReadonlyMap<string, string>;

/** Some sales together, and all that may become of them. */
export function someSales(plan: Plan, stocked: Stocked): void {
  const { random } = plan;
  const institution = random.pick(pharmacies);
  const after = [stocked.get(institution) ?? ''];
  const by = random.pick<KnownBy>(['visit', 'visit', 'settlement', 'document']);
  const sales = Array.from({ length: random.whole(2, 8) }, () => soldAt(plan, institution, by));
  const head = { institution, eventId: plan.id('M'), second: 0 };
  const faulty = [
    ...(random.chance(0.15) ? [nameless(plan, institution)] : []),
    ...(random.chance(0.15) ? [ofTwoBuyers(plan, institution)] : []),
  ];
  put(plan, head, sales, { after, faulty, delay: random.whole(0, horizon) });
  sentAgain(plan, head, sales, after);
  if (random.chance(0.3)) {
    const further = Array.from({ length: random.whole(1, 3) }, () => soldAt(plan, institution, by));
    put(plan, head, [...some(plan, sales), ...further], { after, delay: random.whole(0, horizon * 3) });
  }
  // What a sale means under the id of one that was undone depends on times; so it is one or the other.
  if (random.chance(0.5)) sentOtherwise(plan, head, sales, after);
  else for (const sold of sales) undone(plan, head, sold);
}

/** All that a pharmacy sold on a day; comes twice, once a little longer. */
export function dayOfSales(plan: Plan, stocked: Stocked, most: number, day: number): void {
  const { random } = plan;
  const institution = pharmacies[day % pharmacies.length] ?? pharmacies[0];
  const after = [stocked.get(institution) ?? ''];
  const sales = Array.from({ length: random.whole(Math.ceil(most / 2), most) }, () => {
    return soldAt(plan, institution, 'visit');
  });
  const head = { institution, eventId: plan.id('M'), second: 0 };
  const first = sales.slice(0, Math.ceil(sales.length * 0.9));
  put(plan, head, first, { after, delay: random.whole(0, horizon) });
  put(plan, head, sales, { after, delay: random.whole(0, horizon * 2) });
  for (const sold of sales.slice(0, 5)) undone(plan, head, sold);
}

/** The same message id again: the same sales, some of them, a sale that changed, all otherwise written. */
function sentAgain(plan: Plan, head: Head, sales: readonly Sold[], after: readonly string[]): void {
  const { random } = plan;
  const delay = () => random.whole(0, horizon * 3);
  if (random.chance(0.4)) put(plan, head, sales, { after, delay: delay() });
  if (random.chance(0.4)) put(plan, head, some(plan, sales), { after, delay: delay() });
  if (random.chance(0.25)) {
    put(plan, head, sales.with(0, changed(sales[0]!)), { after, delay: delay() });
  }
  if (random.chance(0.2)) {
    // Its rows in another order are other content, as they are of any event.
    const turned = sales.map((sold) => ({ ...sold, rows: sold.rows.toReversed() }));
    put(plan, head, turned, { after, delay: delay() });
  }
  if (random.chance(0.1)) put(plan, { ...head, second: 1 }, sales, { after, delay: delay() });
}

/** The sales come to stand in other messages too: alone, or under another message id. */
function sentOtherwise(plan: Plan, head: Head, sales: readonly Sold[], after: readonly string[]): void {
  const { random } = plan;
  const delay = () => random.whole(0, horizon * 3);
  if (random.chance(0.4)) put(plan, head, sales.slice(0, 1), { after, delay: delay() });
  if (!random.chance(0.4)) return;
  put(plan, { ...head, eventId: plan.id('M') }, some(plan, sales), { after, delay: delay() });
}

/** Goods come back, or the sale is reversed; before it, after it, and twice. */
function undone(plan: Plan, { institution }: Head, { event }: Sold): void {
  const { random } = plan;
  const { claimId, patient } = event;
  const fate = random.pick(['refunded', 'kept', 'kept', 'reversed'] as const);
  if (fate === 'refunded') refunds(plan, event, patient);
  if (fate !== 'reversed') return;
  const times = random.chance(0.3) ? 2 : 1;
  for (let i = 0; i < times; i++) {
    const eventId = plan.id('X');
    plan.send({ institution, patient, kind: 'reversal', eventId, claimId }, random.whole(0, horizon * 2));
  }
}

/** Two at least, so that it is still a message of several. */
function some(plan: Plan, sales: readonly Sold[]): Sold[] {
  const two = sales.slice(-2);
  return [...sales.slice(0, -2).filter(() => plan.random.chance(0.5)), ...two];
}

type Faulty = Pick<Part, 'name' | 'rows'> & { readonly dead: 'no-claim-id' | 'unreadable' };

interface Sending {
  readonly after: readonly string[];
  readonly delay: number;
  /** Rows that come with them and cannot be a sale. */
  readonly faulty?: readonly Faulty[];
}

/** Puts a message with all rows of these sales into the plan; of a single sale the message is the sale. */
function put(plan: Plan, head: Head, sales: readonly Sold[], { after, delay, faulty = [] }: Sending): void {
  const { institution, eventId } = head;
  const rows = mixed(
    plan,
    [...sales, ...faulty].map((one) => one.rows),
  );
  const message = national(head, rows);
  const { msgid: _, input: __, ...said } = message;
  const parts: Part[] = [
    ...sales.map(({ name, event, rows: own }) => {
      return {
        name,
        rows: own,
        meaning: { dead: null, event: { ...event, eventId: partId(eventId, name) } },
      };
    }),
    ...faulty.map(({ dead, ...one }) => ({ ...one, meaning: { dead, eventId: null } })),
  ];
  const batch: Batch = { institution, eventId, head: said, parts };
  const [only] = sales;
  const alone = only !== undefined && parts.length === 1 ? { ...only.event, eventId } : null;
  plan.planned.push({
    key: `${institution} ${eventId}`,
    institution,
    body: encodeMessage(message),
    contentType: null,
    meaning: alone === null ? { dead: null, event: null, batch } : { dead: null, event: alone },
    at: plan.now + delay,
    after,
  });
  plan.parts += alone === null ? parts.length : 0;
}

/** Rows of all in any order, those of one in their own. */
function mixed(plan: Plan, sales: readonly Part['rows'][]): Part['rows'] {
  const left = sales.map((rows) => [...rows]);
  const order = sales.flatMap((rows, i) => rows.map(() => ({ i, place: plan.random.next() })));
  return order.sort((a, b) => a.place - b.place).flatMap(({ i }) => left[i]?.splice(0, 1) ?? []);
}

function soldAt(plan: Plan, institution: string, by: KnownBy): Sold {
  const { random } = plan;
  const patient = plan.patient();
  const minute = plan.anyMinute();
  const lines = [
    plan.line('P', patient, minute, { days: null }),
    ...(random.chance(0.4) ? [plan.line('P', patient, minute, traced(plan))] : []),
    ...(random.chance(0.3) ? [plan.line('P', patient, minute, inStock(plan))] : []),
  ];
  const visit = by === 'visit' ? plan.id('MV') : null;
  const settlement = by === 'settlement' || (by === 'visit' && random.chance(0.6)) ? plan.id('MS') : null;
  const name = settlement ?? visit ?? plan.id('MD');
  const event: Sold['event'] = {
    institution,
    patient: random.chance(0.9) ? patient : null,
    kind: 'sale',
    encounterId: visit,
    claimId: `${institution}/${name}`,
    visit: nothingKnown,
    lines,
    bills: [],
  };
  return soldOf({ name, by, event }, lines);
}

const nothingKnown = {
  type: 'pharmacy',
  admittedAt: null,
  dischargedAt: null,
  emergency: false,
  mainDiagnosis: null,
} as const;

function traced(plan: Plan): Partial<Line> {
  return { days: null, traceCodes: [traceCode(plan)] };
}

function inStock(plan: Plan): Partial<Line> {
  return { days: null, itemCode: stockedItem(plan.random.whole(1, 4)) };
}

/** With another price of its first line, which is never refunded. */
function changed(sold: Sold): Sold {
  const lines = sold.event.lines.map((line, i) => {
    return i === 0 ? { ...line, amountFen: line.amountFen + line.quantity * 200 } : line;
  });
  return soldOf(sold, lines);
}

function soldOf({ name, by, event }: Omit<Sold, 'rows'>, lines: readonly Line[]): Sold {
  const { institution, patient, encounterId } = event;
  const sale: Sale = {
    institution,
    ...(by === 'document' ? { document: name } : {}),
    ...(by === 'document' || name === encounterId ? {} : { settlement: name }),
    ...(encounterId === null ? {} : { visit: encounterId }),
    ...(patient === null ? {} : { person: patient }),
  };
  return { name, by, event: { ...event, lines }, rows: rowsOf(sale, lines) };
}

function rowsOf(sale: Sale, lines: readonly Line[]): Part['rows'] {
  const message = salesMessage(sale.institution, { eventId: '', at: '' }, [[sale, lines.map(goodsOf)]]);
  return (message['input'] as { readonly selinfoDetail: Part['rows'] }).selinfoDetail;
}

function goodsOf(line: Line): Goods {
  return {
    record: line.id,
    itemCode: line.itemCode,
    name: '示范药品',
    quantity: line.quantity,
    price: (line.amountFen / line.quantity / 100).toFixed(2),
    at: line.at.slice(0, 19).replace('T', ' '),
    codes: line.traceCodes,
  };
}

function nameless(plan: Plan, institution: string): Faulty {
  const line = plan.line('P', plan.patient(), plan.anyMinute(), { days: null });
  return { name: null, rows: rowsOf({ institution }, [line]), dead: 'no-claim-id' };
}

/** Rows of one sale that are of two people: nobody can say who bought. */
function ofTwoBuyers(plan: Plan, institution: string): Faulty {
  const settlement = plan.id('MS');
  const rows = ['35010019620409A', '35010019620409B'].flatMap((person) => {
    const line = plan.line('P', plan.patient(), plan.anyMinute(), { days: null });
    return rowsOf({ institution, settlement, person }, [line]);
  });
  return { name: settlement, rows, dead: 'unreadable' };
}

function national({ institution, eventId, second }: Head, rows: Part['rows']): National {
  const message = salesMessage(institution, { eventId, at: `2026-01-01 00:00:0${second}` }, []);
  return { ...message, input: { selinfoDetail: rows } };
}
