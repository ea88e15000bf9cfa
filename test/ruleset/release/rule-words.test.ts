import { expect, test } from 'vitest';
import { ruleWords } from '../../../src/ruleset/release/rule-words.js';
import { smallRules } from '../../releases/small-rules.js';

test('a rule is told in the words of its author, with how to appeal and what stands behind it', async () => {
  const source = await smallRules(3);
  const told = ruleWords(source, 'sex-drug');
  if (!told.ok) throw new Error('there is such a rule');
  const [path, text] = [...source.files].find(([name]) => name.endsWith('/sex-drug.yaml')) ?? [];
  expect(told.value).toMatchObject({ id: 'sex-drug', version: 3, file: path, text });
  expect(text).toContain(told.value.appeal);
  expect(told.value.appeal).not.toBe('');
  expect(text).toContain(told.value.document);
});

test.each([
  ['sex-drugs', 'sex-drug'],
  ['sex-drug.examples', null],
  ['nothing-like-it', null],
])('%s is none', async (id, near) => {
  expect(ruleWords(await smallRules(3), id)).toEqual({ ok: false, error: near });
});

test('a rule that says nothing of appeals says that; one that cannot be read is none', async () => {
  const without = (text: string) => text.replace(/^appeal:.*$/m, '');
  const silent = await smallRules(1, (path, text) =>
    path.endsWith('/sex-drug.yaml') ? without(text) : text,
  );
  expect(ruleWords(silent, 'sex-drug')).toMatchObject({ ok: true, value: { appeal: '' } });
  const broken = await smallRules(1, (path, text) =>
    path.endsWith('/sex-drug.yaml') ? `${text}\n- x` : text,
  );
  expect(ruleWords(broken, 'sex-drug').ok).toBe(false);
});
