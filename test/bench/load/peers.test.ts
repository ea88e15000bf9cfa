import { unpack } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import { makeBodies } from '../../../bench/load/bodies.js';
import { type Concern, readConcerns } from '../../../bench/peers/concerns.js';
import { openJsonRules } from '../../../bench/peers/json-rules.js';
import type { Hit, Judge, NativeClaim, NativeLine } from '../../../bench/peers/suspects.js';
import { openZen } from '../../../bench/peers/zen.js';

const row: Concern['row'] = {
  sex: null,
  minAgeYears: null,
  maxAgeYears: null,
  maxAgeDays: null,
  minLevel: null,
  encounterTypes: [],
  insurance: null,
  firstOnly: false,
  includedItem: null,
  unit: null,
  cap: null,
};
const index = new Map<string, readonly Concern[]>([
  ['female-only', [{ rule: 'sex-drug', row: { ...row, sex: 'female' } }]],
  ['under-12', [{ rule: 'child-only-drug', row: { ...row, maxAgeYears: 12 } }]],
  ['newborn', [{ rule: 'child-only-item', row: { ...row, maxAgeDays: 28 } }]],
  ['16-up', [{ rule: 'age-item', row: { ...row, minAgeYears: 16 } }]],
  ['level-2', [{ rule: 'level-drug', row: { ...row, minLevel: 2 } }]],
  ['level-2-first', [{ rule: 'level-drug', row: { ...row, minLevel: 2, firstOnly: true } }]],
  ['ward', [{ rule: 'visit-type-drug', row: { ...row, encounterTypes: ['inpatient'] } }]],
  ['rescue', [{ rule: 'visit-type-drug', row: { ...row, encounterTypes: ['inpatient', 'emergency'] } }]],
  ['injury', [{ rule: 'work-injury-drug', row: { ...row, insurance: 'work_injury' } }]],
  ['birth', [{ rule: 'maternity-drug', row: { ...row, insurance: 'maternity' } }]],
  ['never', [{ rule: 'piece-never', row }]],
  ['daily', [{ rule: 'item-frequency', row: { ...row, unit: 'day', cap: 1 } }]],
  ['hourly', [{ rule: 'item-frequency', row: { ...row, unit: 'hour', cap: 1 } }]],
  ['whole', [{ rule: 'duplicate-item-charge', row: { ...row, includedItem: 'part' } }]],
]);

function line(itemCode: string, more: Partial<NativeLine> = {}): NativeLine {
  const at = '2026-10-12T09:00:00+08:00';
  return { id: itemCode, itemCode, quantity: 1, at, current: true, selfPaid: false, reverses: null, ...more };
}

const visit = { emergency: false, admittedAt: '2026-10-12T08:30:00+08:00', dischargedAt: null };

function claim(lines: readonly NativeLine[], more: Partial<NativeClaim> = {}): NativeClaim {
  return {
    scene: 7,
    sentAt: '2026-10-12T18:00:00+08:00',
    institution: { level: 1, type: 'hospital' },
    patient: { sex: 'male', birthDate: '2014-10-13', insurance: 'employee' },
    encounter: { ...visit, type: 'outpatient', medType: '11' },
    diagnoses: [{ code: 'J06.900' }],
    lines,
    ...more,
  };
}

const engines: readonly (readonly [string, (index: ReadonlyMap<string, readonly Concern[]>) => Judge])[] = [
  ['ZEN', openZen],
  ['json-rules-engine', openJsonRules],
];

describe.each(engines)('an afternoon service with %s', (_, open) => {
  const judge = open(index);
  const hitCodes = async (asked: NativeClaim): Promise<string[]> =>
    (await judge(asked)).map((hit) => hit.line).sort();

  it('finds what each rule forbids and leaves the rest alone', async () => {
    const codes = [...index.keys(), 'unheard-of'];
    // Eleven years old, a boy, an outpatient at a hospital of the first level.
    expect(await hitCodes(claim(codes.map((code) => line(code))))).toEqual(
      ['female-only', 'newborn', '16-up', 'level-2', 'ward', 'rescue', 'injury', 'birth', 'never'].sort(),
    );
    const fits: Partial<NativeClaim> = {
      institution: { level: 2, type: 'hospital' },
      patient: { sex: 'female', birthDate: '2010-10-12', insurance: 'work_injury' },
      encounter: { ...visit, type: 'inpatient', medType: '52' },
    };
    // Sixteen today, and a birth: the newborn's item may be hers to carry.
    expect(
      await hitCodes(
        claim(
          codes.map((code) => line(code)),
          fits,
        ),
      ),
    ).toEqual(['never', 'under-12']);
  });

  it('knows nothing of a patient whose sex and age are unknown', async () => {
    const patient = { sex: null, birthDate: null, insurance: null };
    const lines = ['female-only', 'under-12', '16-up', 'newborn', 'injury', 'birth'].map((code) =>
      line(code),
    );
    expect(await hitCodes(claim(lines, { patient }))).toEqual([]);
  });

  it('blames what is contained in another item of the same day', async () => {
    const before = line('part', { id: 'day before', at: '2026-10-11T09:00:00+08:00' });
    const lines = [line('whole'), line('part', { id: 'a' }), line('part', { id: 'b' }), before];
    expect(await hitCodes(claim(lines))).toEqual(['a', 'b']);
    const ordering = [line('whole'), line('part', { id: 'a', current: false })];
    expect(await hitCodes(claim(ordering, { scene: 2 }))).toEqual(['whole']);
  });

  it('counts an item over the days of a visit, and over the whole of a stay', async () => {
    const next = { at: '2026-10-13T09:00:00+08:00' };
    const once = [line('daily'), line('daily', { id: 'second', ...next })];
    expect(await hitCodes(claim(once))).toEqual([]);
    const much = [line('daily', { quantity: 2 }), line('daily', { id: 'second', ...next })];
    expect(await hitCodes(claim(much))).toEqual(['daily', 'second']);
    expect(await hitCodes(claim(much, { scene: 2 }))).toEqual([]);
    // From half past eight on the twelfth to six on the fourteenth: three days, 58 hours begun.
    const encounter = { ...visit, type: 'inpatient', medType: '21' };
    const stay = { encounter, sentAt: '2026-10-14T18:00:00+08:00' };
    expect(await hitCodes(claim(much, stay))).toEqual([]);
    expect(await hitCodes(claim([line('hourly', { quantity: 58 })], stay))).toEqual([]);
    expect(await hitCodes(claim([line('hourly', { quantity: 59 })], stay))).toEqual(['hourly']);
  });

  it('judges neither what the patient pays nor what was taken back', async () => {
    const refund = { id: 'r', quantity: -1, reverses: 'back' };
    const lines = [
      line('never', { id: 'own', selfPaid: true }),
      line('never', { id: 'back' }),
      line('never', refund),
      line('never', { id: 'kept', quantity: 2 }),
      line('never', { id: 'r2', quantity: -1, reverses: 'kept' }),
    ];
    expect(await hitCodes(claim(lines))).toEqual(['kept']);
  });
});

describe('the two afternoon services', () => {
  it('find the same in claims of the simulated town', async () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const bodies = makeBodies({ format: 'native-msgpack', count: 300, seed, lines: 30 });
    const concerns = readConcerns('rules/tables', '2026-10-12');
    const [zen, jsonRules] = [openZen(concerns), openJsonRules(concerns)];
    const texts = (hits: readonly Hit[]): string[] =>
      hits.map(({ rule, line: id }) => `${rule} ${id}`).sort();
    let found = 0;
    for (const [i, { body }] of bodies.entries()) {
      const one = unpack(body) as NativeClaim;
      const hits = texts(await zen(one));
      expect(texts(await jsonRules(one)), `claim ${i} of seed ${seed}`).toEqual(hits);
      found += hits.length;
    }
    expect(found, `seed ${seed}`).toBeGreaterThan(5);
  });
});
