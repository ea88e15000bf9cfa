/** No list reaches a doctor before somebody has reviewed it: held for every shipped rule that asks for one. */
import { beforeAll, expect, test } from 'vitest';
import { type Artifact, buildRuleset, readRulesFolder } from '../../../src/ruleset/build-ruleset.js';
import { knowledgeClasses } from '../../../src/ruleset/knowledge/classes.js';

let artifact: Artifact;

beforeAll(async () => {
  const source = await readRulesFolder('rules');
  const built = source.ok ? buildRuleset(source.value) : source;
  if (!built.ok) throw new Error(built.error.map(({ message }) => message).join('; '));
  artifact = built.value;
});

const authored = knowledgeClasses.filter(({ reviewed }) => reviewed === true);

test.each(authored)('$rule only records what nobody has reviewed', ({ rule: id, table }) => {
  const rule = artifact.rules.find((one) => one.id === id);
  expect(rule?.weaken).toContainEqual({ when: 'unless', to: 'suspicious', effect: 'record' });
  const { reviewedBy = [], reviewedOn = [] } = artifact.tables[table]?.columns ?? {};
  expect(reviewedOn.length).toBeGreaterThan(0);
  expect(reviewedOn.map((day) => day === null)).toEqual(reviewedBy.map((name) => name === null));
});
