import { describe, expect, test } from 'vitest';
import { isInstitutionCode } from '../../src/base/institution-code.js';

describe('an institution code', () => {
  test.each(['H35010200417', 'P35010200009', 'local_7', 'a-b', 'H'.repeat(30)])('can be %s', (text) => {
    expect(isInstitutionCode(text)).toBe(true);
  });

  test.each(['', '*', '>', 'H1.H2', 'H1 H2', 'H1\r\nPUB x 0', 'H1\n', 'ＨＯ', 'H'.repeat(31)])(
    'cannot be %j',
    (text) => {
      expect(isInstitutionCode(text)).toBe(false);
    },
  );
});
