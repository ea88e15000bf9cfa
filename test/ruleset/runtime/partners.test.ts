/**
 * Partners of lines without an item code. Goal: a claim full of them costs a few questions a line, not one for each
 * other line, and what is left open is the same as when all are asked.
 */
import { describe, expect, it } from 'vitest';
import type { Line } from '../../../src/claim/claim.js';
import { columnsOf } from '../../../src/claim/columns/fill-columns.js';
import { ClaimView } from '../../../src/ruleset/runtime/claim-view.js';
import { instantiate } from '../../../src/ruleset/runtime/instantiate.js';
import { Partners } from '../../../src/ruleset/runtime/partners.js';
import type { CompiledRule } from '../../../src/ruleset/runtime/rule-matcher.js';
import { Unknown } from '../../../src/ruleset/runtime/unknown.js';
import { dayLength, makeClaim, morning, scanPlainly, screenPlainly } from '../claims.js';
import { shippedArtifact } from './tables/fixtures/shipped-artifact.js';

const artifact = await shippedArtifact;
const ruleset = instantiate(artifact);

function linesOf(count: number, line: (i: number) => Partial<Line>): readonly Partial<Line>[] {
  return Array.from({ length: count }, (_, i) => line(i));
}

/** The shipped rule that asks for an item code, with its questions counted. */
function counting(): { readonly compiled: CompiledRule; readonly asked: () => number } {
  const rule = artifact.rules.find(({ id }) => id === 'duplicate-item-charge');
  let asked = 0;
  const itemCode = new Unknown(2);
  const pair = (view: ClaimView, anchor: number, _row0: number, _row1: number, partner: number) => {
    asked++;
    return view.lines.at[anchor] === view.lines.at[partner] ? itemCode : false;
  };
  const generated = { pairFast: pair, pairFull: pair, probe: () => itemCode };
  const compiled = { rule, generated, partnerTable: null } as unknown as CompiledRule;
  return { compiled, asked: () => asked };
}

function ask(count: number, listsUndecided: boolean): number {
  const { items } = ruleset;
  items.beginClaim();
  const lines = linesOf(count, (i) => ({
    itemCode: null,
    at: morning + Math.floor((i * 10) / count) * dayLength,
  }));
  const view = new ClaimView(items).open(
    columnsOf(makeClaim({ kind: 'settlement', scene: null, lines }), items),
  );
  const partners = new Partners(false);
  const { compiled, asked } = counting();
  const known = -1 & ~(1 << artifact.knownFacts.indexOf('line.itemCode'));
  partners.begin(artifact, compiled, known, listsUndecided);
  for (const line of view.allLines) {
    const truth = partners.ask(compiled, view, line, -1, -1, false, true);
    expect(truth).toBeInstanceOf(Unknown);
    expect((truth as Unknown).mask).toBe(2);
  }
  return asked();
}

describe('partners of lines without an item code', () => {
  it('are asked until they can leave nothing more open', () => {
    const most = 8;
    for (const count of [200, 400, 800]) {
      expect(ask(count, false)).toBeGreaterThanOrEqual(count);
      expect(ask(count, false)).toBeLessThan(most * count);
    }
  });

  it('are asked day by day where it matters who they are', () => {
    const most = 20;
    for (const count of [200, 400, 800]) expect(ask(count, true)).toBeLessThan(most * count);
  });

  it.each([
    ['of one day', () => ({ itemCode: null })],
    ['of many days', (i: number) => ({ itemCode: null, at: morning + ((i * 7) % 12) * dayLength })],
    ['some without a time', (i: number) => ({ itemCode: null, at: i % 9 === 4 ? null : morning })],
    ['some without a price', (i: number) => ({ itemCode: null, unitPriceE4Fen: i % 3 ? 1_000 : null })],
    [
      'beside a pair',
      (i: number) => ({ itemCode: [null, '001103000010000', '001102000030000'][i % 3] ?? null }),
    ],
    ['beside operations', (i: number) => ({ itemCode: i % 2 ? null : '003310010140000' })],
  ])('leave the same open as by asking everything: %s', (_, line) => {
    for (const kind of ['settlement', 'sale'] as const) {
      const claim = makeClaim({ kind, scene: null, lines: linesOf(40, line) });
      const screened = screenPlainly(ruleset, claim);
      expect(screened.notEvaluated.length).toBeGreaterThan(3);
      expect(screened).toEqual(scanPlainly(ruleset, claim));
    }
  });
});
