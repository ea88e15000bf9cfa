/** Which messages of the streams are of one person: their bodies say so, nothing else does. */

import { assert } from '../base/assert.js';
import { buildDictionaries } from '../claim/dictionaries.js';
import type { DurableEvent } from '../claim/durable/durable-event.js';
import { readEvent } from '../claim/durable/read-event.js';
import { splitSales } from '../claim/durable/split-sales.js';
import type { WireFormat } from '../claim/formats/wire-format.js';
import { encounterKey } from '../history/events/encounter-record.js';
import type { NatsLink } from '../nats/connection.js';
import type { LogMessage } from '../nats/ordered-log.js';
import { type StreamSize, streams } from '../nats/streams.js';
import { formatOf, header } from '../screening/terms.js';
import { scan } from './history-scan.js';

export interface PersonMessages {
  readonly stream: StreamSize['name'];
  readonly sequences: readonly number[];
}

export interface FoundOfPerson {
  readonly messages: readonly PersonMessages[];
  /** Where the state keeps the visits that these messages name. */
  readonly visits: readonly Uint8Array[];
}

export interface Person {
  readonly number: string;
  /** Only claims of institutions in this province (two digits); null: wherever. */
  readonly province: string | null;
}

/** `silent`: of nobody's number, though perhaps of the person's visit. */
type Belongs = 'yes' | 'no' | 'silent';

/**
 * Looks through CLAIMS, DEADLETTER and FEEDBACK. A message that can be read is the person's where it names
 * the number as its patient, or names no patient and a visit or claim of the person; one that cannot be read,
 * where the number stands in its bytes.
 */
export async function messagesOf(
  person: Person,
  link: NatsLink,
  sizes: readonly StreamSize[],
): Promise<FoundOfPerson> {
  const finder = new PersonFinder(person);
  const found: PersonMessages[] = [];
  for (const { name, subject } of [streams.claims, streams.deadLetter, streams.feedback]) {
    const stream = sizes.find((size) => size.name === name);
    if (stream === undefined) continue;
    const sequences = new Set<number>();
    let isSilentOne = false;
    const look = (what: string) =>
      scan(link, {
        stream,
        subject,
        what,
        each: (message) => {
          const belongs = name === 'FEEDBACK' ? finder.mentions(message) : finder.belongs(message);
          isSilentOne ||= belongs === 'silent';
          if (belongs === 'yes') sequences.add(message.seq);
          return true;
        },
      });
    await look(`reading ${name}`);
    // A message without a patient may have come before the first that tells whose visit it is.
    if (isSilentOne && finder.knowsVisits) await look(`reading ${name} again`);
    found.push({ stream: name, sequences: [...sequences] });
  }
  return { messages: found, visits: finder.encounterKeys() };
}

const theirs = 'the person';

export class PersonFinder {
  readonly #person: Person;
  readonly #bytes: Buffer;
  readonly #settings;
  /** Visits and claims of the person's messages, by institution. */
  readonly #visits = new Set<string>();
  readonly #encounters = new Map<string, Uint8Array>();

  constructor(person: Person) {
    this.#person = person;
    this.#bytes = Buffer.from(person.number);
    // Regional meanings of codes say nothing about who a message is of.
    const dictionaries = buildDictionaries({});
    assert(dictionaries.ok, 'no overlay, no problem');
    this.#settings = {
      dictionaries: dictionaries.value,
      patientKey: (number: string, region: string | null) =>
        this.#isPerson(number, region) ? theirs : 'another',
    };
  }

  get knowsVisits(): boolean {
    return this.#visits.size > 0;
  }

  encounterKeys(): readonly Uint8Array[] {
    return [...this.#encounters.values()];
  }

  belongs(message: LogMessage): Belongs {
    const format = formatOf(message.header(header.contentType));
    return this.#belongs(message.data, format.ok ? format.value : null) ?? this.mentions(message);
  }

  /** Null: nobody can read it. A message of several sales is of everybody whom one of them is of. */
  #belongs(body: Uint8Array, format: WireFormat | null): Belongs | null {
    const read = readEvent(body, format, this.#settings);
    if (!read.ok) return read.error.code === 'several-sales' ? this.#oneBelongs(body, format) : null;
    const { key } = read.value.claim.patient;
    if (key === null) return visitsOf(read.value).some((visit) => this.#visits.has(visit)) ? 'yes' : 'silent';
    if (key !== theirs) return 'no';
    for (const visit of visitsOf(read.value)) this.#visits.add(visit);
    const { institution, encounter } = read.value.claim;
    if (institution.code !== null && encounter.id !== null) {
      this.#encounters.set(
        `${institution.code} ${encounter.id}`,
        encounterKey(institution.code, encounter.id),
      );
    }
    return 'yes';
  }

  #oneBelongs(body: Uint8Array, format: WireFormat | null): Belongs | null {
    const split = splitSales(body, format);
    if (!split.ok) return null;
    const sales = split.value.parts.map(({ bytes }) => this.#belongs(bytes, 'nhsa-json'));
    if (sales.includes('yes')) return 'yes';
    // One that nobody can read says nothing, and what it stands in is looked through as a whole.
    return sales.includes(null) ? null : sales.includes('silent') ? 'silent' : 'no';
  }

  /**
   * Whether the number stands in the bytes: digits and letters are the same in every encoding that is sent.
   * What nobody can read is of no province.
   */
  mentions({ data }: LogMessage): 'yes' | 'no' {
    if (this.#person.province !== null) return 'no';
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    return bytes.includes(this.#bytes) ? 'yes' : 'no';
  }

  #isPerson(number: string, region: string | null): boolean {
    const { number: wanted, province } = this.#person;
    return number === wanted && (province === null || (region?.slice(0, 2) ?? '') === province);
  }
}

function visitsOf({ claim }: DurableEvent): readonly string[] {
  const institution = claim.institution.code ?? '';
  const claims = [claim.claimId, claim.reverses ?? null].filter((id) => id !== null);
  const { id } = claim.encounter;
  return [
    ...claims.map((claimId) => `${institution} claim ${claimId}`),
    ...(id === null ? [] : [`${institution} visit ${id}`]),
  ];
}
