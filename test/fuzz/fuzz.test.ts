import { randomInt } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { describe, expect, it } from 'vitest';
import { Campaign } from './campaign.js';
import { describeFinding, smallest } from './report.js';
import { wireFormats } from './seeds.js';
import { subjects } from './subject.js';

/** Of each format; the four make ten seconds. */
const bound = { executions: 20_000, ms: 2_500 };

describe('readers under fuzzing', () => {
  it.each(wireFormats)(
    '%s: any change of a body leaves every reader well-formed and of one mind',
    (format) => {
      const seed = Number(process.env['CLAIMGATE_FUZZ_SEED'] ?? randomInt(2 ** 31));
      const campaign = new Campaign(format, seed, subjects);
      const end = performance.now() + bound.ms;
      let found = campaign.judgeSeeds();
      // On a busy machine the seeds alone may take that long: one batch there is always.
      do found ??= campaign.batch();
      while (found === null && campaign.executions < bound.executions && performance.now() < end);
      const report = found === null ? '' : describeFinding(smallest(found, subjects));
      expect(report, `CLAIMGATE_FUZZ_SEED=${seed}, ${campaign.executions} executions`).toBe('');
      expect(campaign.executions).toBeGreaterThan(0);
    },
  );
});
