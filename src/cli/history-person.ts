/**
 * A person number as the history knows it: one key in every province, since claims name the region, not the
 * person.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fail, type Result } from '../base/result.js';
import { patientKeyer } from '../claim/patient-key.js';
import { patientSecret } from '../config/patient-secret.js';
import type { Settings } from '../config/settings.js';
import { patientKey } from '../history/source.js';

export interface PersonKey {
  /** First two digits of the region; empty: of claims that name none. */
  readonly province: string;
  /** As claims hold it. */
  readonly patient: string;
  /** Of the patient's record. */
  readonly key: Uint8Array;
}

/** The keys of a person; `region` null: in every province. `secret`: the one in force. */
export function keysOf(person: string, region: string | null, secret: string): readonly PersonKey[] {
  const keyer = patientKeyer(secret);
  const provinces = region === null ? everyProvince : [region.slice(0, 2)];
  return provinces.map((province) => {
    const patient = keyer(person, province);
    return { province, patient, key: patientKey(patient) };
  });
}

const everyProvince = ['', ...Array.from({ length: 100 }, (_, i) => String(i).padStart(2, '0'))];

/**
 * The secret that keys were made with. Fails with a sentence where there is none: a new one would find
 * nobody.
 */
export async function knownSecret(settings: Settings): Promise<Result<string, string>> {
  const { CLAIMGATE_PATIENT_SECRET: given, CLAIMGATE_DATA_DIR: folder } = settings;
  if (given === null && !existsSync(join(folder, 'patient-secret'))) {
    return fail(
      `there is no patient secret in ${folder}; set CLAIMGATE_PATIENT_SECRET to that of the service`,
    );
  }
  return await patientSecret(given, folder);
}
