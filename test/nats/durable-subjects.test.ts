import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  adviceSubject,
  deadLetterSubject,
  decisionsSubject,
  feedbackSubject,
  settleSubject,
  settlingInstitution,
} from '../../src/nats/subjects.js';

describe('subjects of the streams', () => {
  test('one of CLAIMS carries its institution there and back', () => {
    const code = fc.stringMatching(/^[A-Za-z0-9_-]{1,30}$/);
    fc.assert(
      fc.property(code, (institution) => {
        const subject = settleSubject(institution);
        expect(subject.ok && settlingInstitution(subject.value)).toBe(institution);
      }),
    );
    expect(settlingInstitution('claimgate.screen.H1')).toBeNull();
    expect(settlingInstitution('claimgate.settle.H1.H2')).toBeNull();
  });

  test('they are what the contract says', () => {
    const subjects = [
      settleSubject('H1'),
      feedbackSubject('H1'),
      decisionsSubject('H1', 'not_screened'),
      adviceSubject('H1', 'pass'),
      deadLetterSubject('wrong-institution'),
    ];
    expect(subjects.map((subject) => subject.ok && subject.value)).toEqual([
      'claimgate.settle.H1',
      'claimgate.feedback.H1',
      'claimgate.decisions.H1.not_screened',
      'claimgate.advice.H1.pass',
      'claimgate.deadletter.wrong-institution',
    ]);
  });

  test('no text that means something in a subject becomes part of one', () => {
    for (const hostile of ['', '*', '>', 'a.b', 'a b', 'a\r\nPUB x 0', 'Ａ', 'a'.repeat(41)]) {
      expect(settleSubject(hostile).ok && hostile.length < 31, hostile).toBe(false);
      expect(decisionsSubject('H1', hostile).ok, hostile).toBe(false);
      expect(decisionsSubject(hostile, 'pass').ok, hostile).toBe(false);
      expect(deadLetterSubject(hostile).ok, hostile).toBe(false);
    }
  });
});
