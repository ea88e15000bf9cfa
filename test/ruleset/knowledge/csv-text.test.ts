import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCsv, writeCsv } from '../../../src/ruleset/knowledge/csv-text.js';

describe('CSV', () => {
  it('reads back what it wrote, commas, quotes and line breaks included', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '，', ',', '"', '\n', '\r', ' ') });
    const rows = fc.array(fc.record({ one: cell.map((text) => `x${text}`), two: cell }));
    fc.assert(
      fc.property(rows, (given) => {
        expect(readCsv('any', writeCsv(['one', 'two'], given))).toEqual({ ok: true, value: given });
      }),
    );
  });

  it('says where a file is no CSV', () => {
    const torn = readCsv('torn', 'one,two\n1,2\n3\n');
    const open = readCsv('open', 'one\n"1\n');
    expect([torn, open].map((result) => (result.ok ? '' : result.error))).toEqual([
      'torn.csv:3: 1 cells',
      expect.stringContaining('open.csv:'),
    ]);
  });

  it('writes plain cells plainly and ends with a line feed', () => {
    expect(writeCsv(['a', 'b'], [{ a: '1', b: '' }, { a: '2' }])).toBe('a,b\n1,\n2,\n');
  });
});
