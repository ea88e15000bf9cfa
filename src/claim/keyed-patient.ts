/**
 * A patient whose key is made only when somebody asks for it: it takes longer than reading all other facts of a
 * claim's head, and screening alone does not need it.
 */
import type { Patient } from './claim.js';

export class KeyedPatient implements Patient {
  readonly sex: Patient['sex'];
  readonly birthDate: Patient['birthDate'];
  readonly insurance: Patient['insurance'];
  readonly region: Patient['region'];
  readonly pregnancy: Patient['pregnancy'];
  /** Holds the person number, and lets go of it when the key is made; no one else sees it. */
  #makeKey: (() => string) | null;
  #key: string | null = null;

  /** `makeKey` null: without a person number. */
  constructor(makeKey: (() => string) | null, facts: Omit<Patient, 'key'>) {
    this.sex = facts.sex;
    this.birthDate = facts.birthDate;
    this.insurance = facts.insurance;
    this.region = facts.region;
    this.pregnancy = facts.pregnancy;
    this.#makeKey = makeKey;
  }

  get key(): string | null {
    if (this.#makeKey !== null) {
      this.#key = this.#makeKey();
      this.#makeKey = null;
    }
    return this.#key;
  }
}

/** The same as plain data, key and all. */
export function plainPatient({ key, sex, birthDate, insurance, region, pregnancy }: Patient): Patient {
  return { key, sex, birthDate, insurance, region, pregnancy };
}
