import { describe, expect, it } from 'vitest';
import { ClaimGenerator, type GeneratorOptions, usualOptions } from '../../../bench/claims/generate.js';
import { usualShares } from '../../../bench/claims/imperfections.js';
import { permits } from '../../../bench/claims/limits.js';
import { amountFenOf } from '../../../bench/claims/simulated-claim.js';
import { violationKinds } from '../../../bench/claims/violations.js';

function generator(options: Partial<GeneratorOptions> = {}): ClaimGenerator {
  return new ClaimGenerator({ ...usualOptions, tablesDir: 'rules/tables', ...options });
}

const itemCode = /^(X[A-Z]\d{2}[A-Z]{3}\d{3}[A-Z]\d{12}|Z[A-Z]\d{2}[A-Z]{3}\d{13}|T\d{9}|\d{15}|C\d{19})$/;
const diagnosisCode = /^[A-Z]\d{2}(\.[0-9x]{1,3}(x\d{3})?)?$/;
const many = 1_500;
const usual = generator();
const claims = Array.from({ length: many }, (_, i) => usual.claim(i));

describe('the simulated hospital', () => {
  it('makes the same claim for the same seed and number, in whatever order they are drawn', () => {
    const [one, other] = [generator({ seed: 77 }), generator({ seed: 77 })];
    const forward = [0, 1, 2, 3].map((i) => one.claim(i));
    const backward = [3, 2, 1, 0].map((i) => other.claim(i)).reverse();
    expect(backward).toEqual(forward);
  });

  it('makes other claims for another seed', () => {
    expect(generator({ seed: 78 }).claim(0)).not.toEqual(generator({ seed: 79 }).claim(0));
  });

  it('uses codes in their national shapes only', () => {
    const odd = claims.flatMap(({ claim }) => [
      ...[claim.institution.code].filter((code) => !/^H\d{11}$/.test(code)),
      ...[claim.encounter.practitioner].filter((code) => !/^D\d{12}$/.test(code)),
      ...claim.diagnoses.map(({ code }) => code).filter((code) => !diagnosisCode.test(code)),
      ...claim.lines.map(({ itemCode: code }) => code).filter((code) => !itemCode.test(code)),
    ]);
    expect(odd).toEqual([]);
  });

  it('gives visits 3 to 25 lines and stays 20 to 200, refunds and planted lines apart', () => {
    for (const { claim, violation } of claims) {
      const own = claim.lines.filter(
        ({ id, reverses }) => reverses === null && violation?.lineIds.includes(id) !== true,
      );
      const [least, most] = claim.encounter.type === 'inpatient' ? [6, 200] : [3, 25];
      expect(own.length).toBeGreaterThanOrEqual(least);
      expect(own.length).toBeLessThanOrEqual(most);
    }
  });

  it('plants a violation in the share of claims that was asked for', () => {
    const planted = claims.filter(({ violation }) => violation !== null).length / many;
    expect(planted).toBeGreaterThan(usualOptions.violationShare - 0.05);
    expect(planted).toBeLessThan(usualOptions.violationShare + 0.05);
  });

  it('plants every kind of violation, on lines that are there, current and payable', () => {
    const kinds = violationKinds.map((kind) => {
      const one = generator({ violationShare: 1, violation: kind });
      const made = Array.from({ length: 20 }, (_, i) => one.claim(i)).filter(
        ({ violation }) => violation !== null,
      );
      for (const { claim, violation } of made) {
        const lines = claim.lines.filter(({ id }) => violation?.lineIds.includes(id));
        expect(lines).toHaveLength(violation?.lineIds.length ?? -1);
        expect(lines.every(({ current, selfPaid }) => current && !selfPaid)).toBe(true);
      }
      return { kind, plants: made.length > 10 };
    });
    expect(kinds).toEqual(violationKinds.map((kind) => ({ kind, plants: true })));
  });

  it('keeps every limit of every line in a clean claim', () => {
    const breaches = claims
      .filter(({ violation }) => violation === null)
      .flatMap(({ claim }) => {
        const { patient, institution, encounter } = claim;
        // What is unknown in the claim was known to the generator; only known facts can be judged here.
        if (patient.sex === null || patient.birthDate === null) return [];
        const setting = {
          sex: patient.sex,
          ageYears: Math.floor((Date.UTC(2026, 9, 12) - Date.parse(patient.birthDate)) / 86_400_000 / 365.25),
          insurance: patient.insurance,
          level: institution.level,
          inpatient: encounter.type === 'inpatient',
        };
        return claim.lines.flatMap(({ itemCode: code }) =>
          usual.catalogue.limits(code).filter((limit) => !permits(limit, setting)),
        );
      });
    expect(breaches).toEqual([]);
  });

  it('never puts both halves of a pair on a clean claim', () => {
    const both = claims.flatMap(({ claim, violation }) => {
      const codes = new Set(claim.lines.map(({ itemCode: code }) => code));
      const pairs = [...codes].flatMap((code) =>
        [...usual.catalogue.rivals(code)].filter((r) => codes.has(r)),
      );
      return violation === null ? pairs : [];
    });
    expect(both).toEqual([]);
  });

  it('charges quantity times price, to the fen', () => {
    const wrong = claims.flatMap(({ claim }) =>
      claim.lines.filter((line) => line.amountFen !== amountFenOf(line.quantity, line.priceE4)),
    );
    expect(wrong).toEqual([]);
  });

  it('takes back no more than was charged, and never a planted line', () => {
    const refunds = claims.flatMap(({ claim, violation }) =>
      claim.lines
        .filter(({ reverses }) => reverses !== null)
        .map((refund) => ({
          refund,
          original: claim.lines.find(({ id }) => id === refund.reverses),
          planted: violation?.lineIds.includes(refund.reverses ?? '') === true,
        })),
    );
    expect(refunds.length).toBeGreaterThan(20);
    for (const { refund, original, planted } of refunds) {
      expect(planted).toBe(false);
      expect(refund.quantity).toBeLessThan(0);
      expect(-refund.quantity).toBeLessThanOrEqual(original?.quantity ?? 0);
    }
  });

  it('forgets facts at about the share that was asked for', () => {
    const forgetful = generator({ violationShare: 0, shares: { ...usualShares, unknownSex: 0.5 } });
    const unknown = Array.from({ length: 400 }, (_, i) => forgetful.claim(i)).filter(
      ({ claim }) => claim.patient.sex === null,
    );
    expect(unknown.length).toBeGreaterThan(140);
    expect(unknown.length).toBeLessThan(260);
  });

  it('charges a few items often and most of them seldom', () => {
    const uses = new Map<string, number>();
    for (const { claim } of claims) {
      for (const { itemCode: code } of claim.lines) uses.set(code, (uses.get(code) ?? 0) + 1);
    }
    const sorted = [...uses.values()].sort((a, b) => b - a);
    const total = sorted.reduce((sum, n) => sum + n, 0);
    const top = sorted.slice(0, Math.ceil(sorted.length / 20)).reduce((sum, n) => sum + n, 0);
    expect(uses.size).toBeGreaterThan(300);
    expect(top / total).toBeGreaterThan(0.5);
  });

  it('gives every event of a seed an identity of its own', () => {
    const ids = claims.map(({ claim }) => claim.eventId);
    expect(new Set(ids).size).toBe(many);
    expect(ids.every((id) => id.length === 30)).toBe(true);
  });
});
