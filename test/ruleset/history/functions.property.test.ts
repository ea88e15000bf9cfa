/** Questions about the past = their plain slow twin, over plain records and over the store's packed ones. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HistorySource } from '../../../src/history/patient-history.js';
import { compileExpression } from '../../../src/ruleset/compile-expression.js';
import { recordedHistory } from '../../../src/ruleset/examples/recorded-history.js';
import { packedSource } from './packed-source.js';
import { answer, type TwinAnswer, type World } from './twin.js';
import { questions, textOf, worlds } from './worlds.js';

const compiled = new Map<string, ReturnType<typeof compile>>();

function compile(text: string, isOfLine: boolean) {
  const result = compileExpression(text, { variables: {}, claim: isOfLine ? 'line' : 'facts' });
  expect(result.ok ? [] : result.error, text).toEqual([]);
  if (!result.ok) throw new Error('unreachable: reported above');
  return result.value;
}

function ours(text: string, world: World, line: number, history: HistorySource | null): TwinAnswer[] {
  const key = `${line >= 0} ${text}`;
  const expression = compiled.get(key) ?? compile(text, line >= 0);
  compiled.set(key, expression);
  const bindings = {
    claim: world.claim,
    ...(line >= 0 ? { line } : {}),
    ...(history === null ? {} : { history }),
  };
  return [expression.evaluate(bindings), expression.evaluateFast(bindings)].flatMap(
    (outcome): TwinAnswer[] => {
      if (outcome === null) return [];
      if ('value' in outcome) return [outcome];
      return [outcome.unknown.includes('history') ? 'history' : 'fact'];
    },
  );
}

const sources: Readonly<Record<string, (world: World) => HistorySource | null>> = {
  'plain records': ({ settled, stock }) =>
    settled === null ? null : recordedHistory(settled, { H1: stock, H2: stock }),
  'packed records': ({ settled, stock }) => (settled === null ? null : packedSource(settled, stock)),
};

describe('functions of the past', () => {
  it.each(Object.entries(sources))('answer what the slow twin answers, over %s', (_, sourceOf) => {
    const counts = new Map<string, number>();
    const property = fc.property(
      worlds,
      fc.array(questions, { minLength: 4, maxLength: 8 }),
      (world, all) => {
        const payable = world.claim.lines.flatMap((line, position) => (line.payable ? [position] : []));
        for (const { of, ...question } of all) {
          const line = of >= payable.length || (question.name === 'trace.soldBefore' && of < 0) ? 0 : of;
          if (payable.length === 0) continue;
          const text = textOf(question);
          const anchor = line < 0 ? -1 : (payable[line] as number);
          const theirs = answer(world, { ...question, anchor });
          for (const mine of ours(text, world, line, sourceOf(world))) expect(mine, text).toEqual(theirs);
          const kind = typeof theirs === 'string' ? theirs : theirs.value ? 'some' : 'none';
          counts.set(`${question.name} ${kind}`, (counts.get(`${question.name} ${kind}`) ?? 0) + 1);
        }
      },
    );
    const names = () => new Set([...counts.keys()].map((key) => key.split(' ')[0] as string));
    const barren = () => [...names()].filter((name) => !counts.has(`${name} some`));
    fc.assert(property, { numRuns: 800 });
    // Every function is asked where there is something to find, be it in the next draws: for some that is rare.
    for (let more = 0; more < 10 && barren().length > 0; more++) fc.assert(property, { numRuns: 800 });
    expect(barren()).toEqual([]);
  });
});
