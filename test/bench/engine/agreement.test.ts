import { beforeAll, describe, expect, it } from 'vitest';
import { peerNames, peers } from '../../../bench/engine/engines.js';
import { hitTexts, PlainJudge } from '../../../bench/engine/hits.js';
import { lineFacts } from '../../../bench/engine/line-facts.js';
import { compileOurs, type OurEngine } from '../../../bench/engine/ours.js';
import { rulesSource } from '../../../bench/engine/rules-source.js';
import { makeWorkload } from '../../../bench/engine/workload.js';

const seed = Math.floor(Math.random() * 1e6);

describe(`every engine of the comparison (seed ${seed})`, () => {
  const plan = { rules: 60, rows: 600, lines: 12, claims: 4, proof: 16, seed, popularity: 'zipf' } as const;
  const { library, proof } = makeWorkload(plan);
  const judge = new PlainJudge(library.rules);
  const expected = proof.map(({ native }) => {
    const lines = lineFacts(native);
    return hitTexts(judge.judge(lines), lines, library.rules);
  });
  let engine: OurEngine;

  beforeAll(() => {
    engine = compileOurs(rulesSource(library.rules));
  });

  it('is asked about claims that break several shapes of rule', () => {
    const broken = new Set(expected.flat().map((text) => text.split('|')[0]));
    const shapes = new Set(library.rules.filter(({ id }) => broken.has(id)).map(({ shape }) => shape));
    expect(shapes.size).toBeGreaterThan(2);
  });

  it('claimgate finds what the plain meaning of the rules is', () => {
    expect(proof.map(({ bytes }) => engine.hitTexts(bytes, 'native-msgpack'))).toEqual(expected);
  });

  it.each(peerNames)('%s finds the same', async (name) => {
    const make = await peers[name].load();
    const contender = make(library.rules);
    for (const [i, { native }] of proof.entries()) {
      const lines = lineFacts(native);
      const hits = await contender.screen(contender.prepare(lines));
      expect(hitTexts(hits, lines, library.rules)).toEqual(expected[i]);
    }
  });
});
