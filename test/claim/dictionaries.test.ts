import { describe, expect, it } from 'vitest';
import { buildDictionaries, type Dictionaries } from '../../src/claim/dictionaries.js';
import { shippedRegions } from './settings.js';

function build(raw: Readonly<Record<string, unknown>>): Dictionaries {
  const built = buildDictionaries(raw);
  if (!built.ok) throw new Error(built.error.join('\n'));
  return built.value;
}

const problemsOf = (raw: Readonly<Record<string, unknown>>) => {
  const built = buildDictionaries(raw);
  return built.ok ? [] : built.error;
};

describe('code dictionaries', () => {
  it('the same digit means different things in different regions', () => {
    const shipped = build(shippedRegions());
    const codes = ['0', '1', '2', '3', '4'];
    expect(codes.map(shipped.forRegion('350102').matn_stas)).toEqual([
      'none',
      'pregnant',
      'lactating',
      undefined,
      undefined,
    ]);
    expect(codes.map(shipped.forRegion('110105').matn_stas)).toEqual([
      null,
      'none',
      'planning',
      'pregnant',
      'lactating',
    ]);
    expect(shipped.forRegion(null).matn_stas('1')).toBe('pregnant');
  });

  it('the longest matching region wins, code by code', () => {
    const dictionaries = build({
      '350100': { dictionaries: { gend: { M: 'male', F: 'female' } } },
      '350000': { dictionaries: { gend: { M: null, X: 'female' } } },
      '350102': { dictionaries: { gend: { F: 'male' } } },
    });
    const read = (region: string) => ['1', 'M', 'F', 'X'].map(dictionaries.forRegion(region).gend);
    expect(read('350999')).toEqual(['male', null, undefined, 'female']);
    expect(read('350111')).toEqual(['male', 'male', 'female', 'female']);
    expect(read('350102')).toEqual(['male', 'male', 'male', 'female']);
    expect(read('360000')).toEqual(['male', undefined, undefined, undefined]);
  });

  it('sub-codes mean what their prefix means, where the table says so', () => {
    const national = build({}).forRegion(null);
    expect(national.med_type('140104')).toBe('outpatient');
    expect(national.med_type('2105')).toBe('inpatient');
    expect(national.med_type('99')).toBeUndefined();
    expect(national.medins_type('A1')).toBe('hospital');
    expect(national.insutype('3101')).toBeUndefined();
    expect(national.medins_lv('12')).toBeUndefined();
  });

  it('a code as long as a body is looked up as quickly as a short one', () => {
    // Each of these took two seconds where every prefix was tried.
    const tables = build(shippedRegions()).forRegion(null);
    const long = '9'.repeat(200_000);
    for (let i = 0; i < 200; i++) {
      expect([tables.med_type(`${long}${i}`), tables.medins_type(`x${long}${i}`)]).toEqual([
        undefined,
        undefined,
      ]);
    }
    expect(tables.med_type(`14${long}`)).toBe(tables.med_type('14'));
  });

  it('has no words that objects inherit', () => {
    const national = build({}).forRegion(null);
    expect(national.gend('constructor')).toBeUndefined();
    expect(national.med_type('__proto__')).toBeUndefined();
  });

  it('says everything that is wrong with the files', () => {
    expect(
      problemsOf({
        fujian: { dictionaries: {} },
        '350000': { dictionaries: { sex: {}, gend: { '1': 'man' }, insutype: [] } },
        '360000': null,
      }),
    ).toEqual([
      // Integer-like names come first in an object.
      expect.stringMatching(/^350000: no table "sex"; known are gend, /),
      '350000: gend.1: expected one of female, male, or null',
      '350000: insutype: expected codes and their words',
      '360000: expected an object with "dictionaries"',
      'fujian: a region is six digits',
    ]);
  });
});
