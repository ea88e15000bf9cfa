import { join } from 'node:path';
import { expect, it } from 'vitest';
import { missingRulesFolder } from '../../src/config/rules-folder.js';

it('says where the rules were looked for, and how to name others', () => {
  expect(missingRulesFolder('no-rules')).toBe(
    `there is no rules folder ${join(process.cwd(), 'no-rules')}; name the one that is meant with CLAIMGATE_RULES`,
  );
  expect(missingRulesFolder('rules')).toBeNull();
});
