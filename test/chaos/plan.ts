/** What the events of a run are made of: people, places, times, ids that occur once, and the plan they go into. */
import { Random } from '../judge/random.js';
import type { Event, Line, Meaning, Visit } from './meaning.js';
import { contentType, type Encoding, encode } from './wire.js';

/** One body on its way to the service. */
export interface Planned {
  /** Same key: same event, perhaps with other content. */
  readonly key: string;
  /** Of the subject. */
  readonly institution: string;
  readonly body: Uint8Array;
  readonly contentType: string | null;
  readonly meaning: Meaning;
  /** When it is about to be sent, in events. */
  readonly at: number;
  /** Keys of which something must have been sent before, since the contract says nothing of the other order. */
  readonly after: readonly string[];
}

export const hospitals = ['H35010200417', 'H35010300522', 'H35020100088'] as const;
export const pharmacies = ['P35010200931', 'P35020100764'] as const;

const minuteMs = 60_000;
const chinaMs = 8 * 3_600_000;

export class Plan {
  readonly random: Random;
  readonly planned: Planned[] = [];
  /** How far the run has come, in events. */
  now = 0;
  /** Messages that the service makes of those that are planned. */
  parts = 0;
  readonly #firstDayMs: number;
  readonly #people: number;
  #last = 0;

  /** `todayMs`: services happened in the hundred days before. */
  constructor(seed: number, people: number, todayMs: number) {
    this.random = new Random(seed);
    this.#people = people;
    this.#firstDayMs = Math.floor(todayMs / 86_400_000) * 86_400_000 - 100 * 86_400_000;
  }

  id(prefix: string): string {
    this.#last++;
    return `${prefix}${this.#last}`;
  }

  patient(): string {
    return `35010019620409${String(this.random.whole(1, this.#people)).padStart(4, '0')}`;
  }

  /** Minutes after the first day, as a hospital writes times. */
  time(minutes: number): string {
    const local = new Date(this.#firstDayMs + minutes * minuteMs + chinaMs);
    return `${local.toISOString().slice(0, 19)}+08:00`;
  }

  anyMinute(): number {
    return this.random.whole(0, 95 * 24 * 60);
  }

  visit(type: Visit['type'], minute: number): Visit {
    const { random } = this;
    const stays = type === 'inpatient';
    return {
      type,
      admittedAt: stays || random.chance(0.8) ? this.time(minute) : null,
      dischargedAt: stays ? this.time(minute + random.whole(1, 5) * 24 * 60) : null,
      emergency: random.chance(0.2),
      mainDiagnosis: random.chance(0.8) ? random.pick(['I10.x00', 'E11.900', 'J18.900']) : null,
    };
  }

  /** A line of a patient's own items, so that a line at the wrong patient is seen. */
  line(prefix: string, patient: string, minute: number, more: Partial<Line> = {}): Line {
    const { random } = this;
    const quantity = random.whole(2, 12) / 2;
    const item = `${patient.slice(-4)}${random.whole(100, 119)}`;
    // Days of supply are said of drugs; what they would mean for a service, the contract does not say.
    const service = random.chance(0.5);
    return {
      id: this.id(prefix),
      itemCode: service ? `00${item}00000000`.slice(0, 15) : `T99${item}`,
      at: this.time(minute + random.whole(0, 600)),
      days: !service && random.chance(0.5) ? random.whole(1, 14) : null,
      quantity,
      amountFen: quantity * 2 * random.whole(1, 5000),
      selfPaid: false,
      traceCodes: [],
      reverses: null,
      chargeBatch: null,
      ...more,
    };
  }

  /** Takes back so much of a line, at the line's price. */
  takingBack(line: Line, quantity: number): Line {
    const amountFen = -Math.round((line.amountFen / line.quantity) * quantity);
    return {
      ...line,
      id: this.id('R'),
      quantity: -quantity,
      amountFen,
      reverses: line.id,
      traceCodes: quantity === line.quantity ? line.traceCodes : [],
    };
  }

  /** Puts an event into the plan `delay` events from now; returns its key. */
  send(event: Event, delay: number, after: readonly string[] = []): string {
    const encoding: Encoding = this.random.chance(0.5) ? 'json' : 'messagepack';
    const key = `${event.institution} ${event.eventId}`;
    this.planned.push({
      key,
      institution: event.institution,
      body: encode(event, encoding),
      contentType: this.random.chance(0.5) ? contentType(encoding) : null,
      meaning: { dead: null, event },
      at: this.now + delay,
      after,
    });
    return key;
  }

  /** Some other content under an id that was used: whichever comes first counts. */
  contradict(event: Event, delay: number, after: readonly string[] = []): void {
    const encoding: Encoding = this.random.chance(0.5) ? 'json' : 'messagepack';
    const { institution } = event;
    this.planned.push({
      key: `${institution} ${event.eventId}`,
      institution,
      body: encode(event, encoding, 1 + this.random.whole(0, 8)),
      contentType: null,
      meaning: { dead: null, event },
      at: this.now + delay,
      after,
    });
  }
}
