import { describe, expect, it } from 'vitest';
import { ClaimGenerator, usualOptions } from '../../../bench/claims/generate.js';
import { render, type SimulatedFormat } from '../../../bench/claims/render.js';
import type { Claim } from '../../../src/claim/claim.js';
import { buildDictionaries } from '../../../src/claim/dictionaries.js';
import { patientKeyer } from '../../../src/claim/patient-key.js';
import { readClaim } from '../../../src/claim/read-claim.js';

const dictionaries = buildDictionaries({});
if (!dictionaries.ok) throw new Error(dictionaries.error.join('\n'));
const settings = { dictionaries: dictionaries.value, patientKey: patientKeyer('0'.repeat(64)) };
const generator = new ClaimGenerator({
  ...usualOptions,
  seed: 9,
  tablesDir: 'rules/tables',
  violationShare: 0.3,
});
const simulated = Array.from({ length: 200 }, (_, i) => generator.claim(i).claim);

function read(index: number, format: SimulatedFormat): Claim {
  const claim = simulated[index];
  if (claim === undefined) throw new Error('no such claim');
  const result = readClaim(render(claim, format).body, null, settings);
  if (!result.ok) throw new Error(result.error.message);
  return result.value.claim;
}

describe('a rendered claim', () => {
  it('is the same claim in JSON and in MessagePack', () => {
    simulated.forEach((_, i) => {
      expect(read(i, 'native-msgpack')).toEqual(read(i, 'native-json'));
    });
  });

  it('says the same in the national message, as far as that has fields for it', () => {
    simulated.forEach((_, i) => {
      expect(comparable(read(i, 'nhsa'))).toEqual(comparable(read(i, 'native-json')));
    });
  });

  it('is read without a note on anything that was known', () => {
    const fields = simulated.flatMap((claim, i) => {
      const known = claim.patient.sex !== null && claim.patient.birthDate !== null;
      const over = claim.encounter.dischargedAt !== null;
      return known && over
        ? read(i, 'native-json').notes.map(({ field, problem }) => `${field} ${problem}`)
        : [];
    });
    expect([...new Set(fields)]).toEqual([]);
  });

  it('goes to the route of its transaction', () => {
    for (const claim of simulated) {
      const { route } = render(claim, 'nhsa');
      expect(route.endsWith(claim.scene <= 5 ? '/beforeAnalyze' : '/courseAnalyze')).toBe(true);
      expect(render(claim, 'native-json').route).toBe('/v1/screenings');
    }
  });
});

/** Without what the national message has no field for, and without what says only how it was sent. */
function comparable(claim: Claim): unknown {
  const { notes: _notes, diagnoses, lines, ...rest } = claim;
  return {
    ...rest,
    diagnoses: diagnoses.map(({ code }) => code),
    lines: lines.map(({ reverses: _reverses, days: _days, listPriceE4Fen: _list, ...line }) => line),
  };
}
