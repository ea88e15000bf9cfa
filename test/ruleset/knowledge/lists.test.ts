import { describe, expect, test } from 'vitest';
import { type KnowledgeClass, knowledgeClasses } from '../../../src/ruleset/knowledge/classes.js';
import type { CsvRow } from '../../../src/ruleset/knowledge/csv-text.js';
import { draftLists, pointWords } from '../../../src/ruleset/knowledge/draft-lists.js';
import { readLists, withLists } from '../../../src/ruleset/knowledge/lists.js';
import { readReadings } from '../../../src/ruleset/knowledge/readings.js';

const indication = knowledgeClasses.find(({ table }) => table === 'indication_drugs') as KnowledgeClass;

function readings(...rows: readonly CsvRow[]) {
  const read = readReadings('indication.csv', rows);
  if (!read.ok) throw new Error(read.error.join('; '));
  return read.value;
}

function lists(...rows: readonly CsvRow[]) {
  return readLists('lists/indication.csv', rows, indication, '2026-07-01');
}

const reviewed = { point: 'KP-1', diagnoses: 'E75.2 Q', reviewed_by: '审核乙', reviewed_on: '2026-07-01' };

describe('an authored list', () => {
  test('goes into the reading with its reviewer', () => {
    const read = lists(reviewed, { point: 'KP-2', diagnoses: 'Z51' }, { point: 'KP-3', diagnoses: '' });
    if (!read.ok) throw new Error(read.error.join('; '));
    const [one, two, three] = ['KP-1', 'KP-2', 'KP-3'].map((point) => ({ point, decided: 'stated' }));
    const merged = withLists('lists/indication.csv', readings(one!, two!, three!), read.value);
    if (!merged.ok) throw new Error(merged.error.join('; '));
    const cells = [...merged.value.values()].map(({ cells: c }) => [c['diagnoses'], c['reviewed_on']]);
    expect(cells).toEqual([
      ['E75.2 Q', '2026-07-01'],
      ['Z51', ''],
      [undefined, undefined],
    ]);
  });

  test.each([
    [{ ...reviewed, reviewed_by: '' }, 'reviewed_by is empty'],
    [{ ...reviewed, reviewed_on: '' }, 'reviewed_on: "" is no day'],
    [{ ...reviewed, reviewed_on: '2026-02-30' }, 'is no day'],
    [{ ...reviewed, diagnoses: '' }, 'nothing is listed'],
    [{ ...reviewed, diagnoses: 'E75.2,Q' }, '"E75.2,Q" is no beginning of a code'],
    [{ ...reviewed, reviewed_on: '2026-07-02' }, '2026-07-02 is still to come, so nobody has reviewed it'],
    [{ ...reviewed, point: '' }, 'no point'],
  ])('%j is refused: %s', (row, problem) => {
    const read = lists(row);
    expect(read.ok ? [] : read.error).toEqual([expect.stringContaining(problem)]);
    expect(read.ok ? '' : read.error[0]).toMatch(/^lists\/indication\.csv:2: /);
  });

  test('of a point that nobody has read, or that is left out, is refused', () => {
    const read = lists(reviewed, { ...reviewed, point: 'KP-2' });
    if (!read.ok) throw new Error(read.error.join('; '));
    const left = readings({ point: 'KP-2', decided: 'stated', leave_out: 'no-code' });
    expect(withLists('f', left, read.value)).toEqual({
      ok: false,
      error: ['f: nobody has read KP-1', 'f: KP-2 is left out (no-code)'],
    });
  });
});

test('a draft holds what is missing, with its text, and can be read back', () => {
  const words = pointWords(
    JSON.stringify([
      { kp_id: 'KP-1', item_name: '甲', constraint: '限一' },
      { kp_id: 'KP-2', item_name: '乙', constraint: '限二，\n"三"' },
    ]),
  );
  const read = lists(reviewed);
  if (!read.ok) throw new Error(read.error.join('; '));
  const both = readings(
    { point: 'KP-1', decided: 'stated' },
    { point: 'KP-2', decided: 'stated', joint: 'adult' },
  );
  expect(draftLists(indication, both, read.value, words)).toEqual({
    rows: 1,
    text: 'point,item,limit,also,diagnoses,reviewed_by,reviewed_on,note\nKP-2,乙,"限二， ""三""",adult,,,,\n',
  });
});
