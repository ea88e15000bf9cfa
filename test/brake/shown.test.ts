import { expect, test } from 'vitest';
import { notScreened } from '../../src/decision/decide.js';
import type { Effect, Finding } from '../../src/decision/decision.js';
import { outcomeOf } from '../../workers/screen-claim.js';

const findingOf = (rule: string, effect: Effect) => ({ rule, effect }) as Finding;

test('an outcome tells rules that somebody is shown from those whose findings are only kept', () => {
  const findings = [
    findingOf('kept', 'record'),
    findingOf('both', 'record'),
    findingOf('both', 'remind'),
    findingOf('told', 'justify'),
    findingOf('told', 'hold'),
  ];
  const decision = { ...notScreened('budget', null, {}, null), findings };
  const screened = { format: 'native-json', claim: null, heldBack: [], screenMs: 0 } as const;
  const { rules, shown } = outcomeOf(decision, screened);
  expect([rules, shown]).toEqual([
    ['kept', 'both', 'told'],
    ['both', 'told'],
  ]);
});
