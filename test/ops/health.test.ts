import { describe, expect, test } from 'vitest';
import { Readiness } from '../../src/ops/health.js';

describe('readiness', () => {
  test('begins as starting, and is ready when no reason is left', () => {
    const readiness = new Readiness();
    readiness.hold('broker');
    expect([readiness.ready, readiness.reasons]).toEqual([false, ['starting', 'broker']]);
    readiness.clear('starting');
    expect(readiness.ready).toBe(false);
    readiness.clear('broker');
    expect([readiness.ready, readiness.reasons]).toEqual([true, []]);
  });

  test('tells of changes and only of changes', () => {
    const told: string[] = [];
    const readiness = new Readiness((reasons) => told.push(reasons.join()));
    readiness.hold('starting');
    readiness.clear('broker');
    readiness.hold('stopping');
    readiness.clear('starting');
    readiness.clear('starting');
    expect(told).toEqual(['starting', 'starting,stopping', 'stopping']);
  });

  test('waits until single reasons are gone, whatever else holds', async () => {
    const readiness = new Readiness();
    readiness.hold('release');
    readiness.hold('overlay');
    const seen: string[] = [];
    const waiting = [
      readiness.without(['release', 'overlay']).then(() => seen.push('both')),
      readiness.without(['release']).then(() => seen.push('release')),
      readiness.without(['streams']).then(() => seen.push('streams')),
    ];
    await waiting[2];
    expect(seen).toEqual(['streams']);
    readiness.clear('release');
    await waiting[1];
    expect(seen).toEqual(['streams', 'release']);
    readiness.clear('overlay');
    await waiting[0];
    expect([seen.at(-1), readiness.ready]).toEqual(['both', false]);
  });
});
