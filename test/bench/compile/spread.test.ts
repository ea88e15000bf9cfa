import { describe, expect, it } from 'vitest';
import type { Rechecked } from '../../../bench/compile/recheck-run.js';
import { slowestOf, spreadOf } from '../../../bench/compile/spread.js';

function took(name: string, checkMs: number): Rechecked {
  return { kind: 'row', name, id: null, diagnostics: '', checkMs, checkCpuMs: 0, artifactMs: 0 };
}

describe('the times of several runs', () => {
  it('have a middle, a best and a worst', () => {
    expect(spreadOf([5, 1, 9])).toEqual({ median: 5, fastest: 1, worst: 9 });
  });

  it('name the change that is slow in most runs, not the one that was slow once', () => {
    const runs = [
      [took('steady', 4), took('once', 90)],
      [took('steady', 5), took('once', 1)],
      [took('steady', 6), took('once', 2)],
    ];
    expect(slowestOf(runs)).toEqual({ kind: 'row', name: 'steady', checkMs: 5 });
  });
});
