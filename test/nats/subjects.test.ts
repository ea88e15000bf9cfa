import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { institutionOf, screenSubject } from '../../src/nats/subjects.js';

describe('subjects', () => {
  test('an advisory subject carries its institution there and back', () => {
    const code = fc.stringMatching(/^[A-Za-z0-9_-]{1,30}$/);
    fc.assert(
      fc.property(code, (institution) => {
        const subject = screenSubject(institution);
        expect(subject.ok && institutionOf(subject.value)).toBe(institution);
      }),
    );
  });

  test('no text that means something in a subject becomes part of one', () => {
    for (const hostile of ['', '*', '>', 'H1.H2', 'H1 H2', 'H1\r\nPUB x 0', 'ＨＯ', 'H'.repeat(31)]) {
      expect(screenSubject(hostile).ok, hostile).toBe(false);
    }
  });

  test('a subject of another shape names no institution', () => {
    for (const subject of [
      'claimgate.screen.',
      'claimgate.screen.H1.H2',
      'claimgate.settle.H1',
      'screen.H1',
    ]) {
      expect(institutionOf(subject), subject).toBeNull();
    }
  });
});
