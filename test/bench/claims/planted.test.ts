/** The generator keeps its word against the real rules: what it plants is found, what it calls clean is clean. */
import { beforeAll, describe, expect, it } from 'vitest';
import { ClaimGenerator, usualOptions } from '../../../bench/claims/generate.js';
import { render } from '../../../bench/claims/render.js';
import { violationKinds } from '../../../bench/claims/violations.js';
import { type Explain, explainer } from '../../../src/cli/screen.js';
import { compileFolder } from '../../../src/compile-folder.js';
import type { Decision } from '../../../src/decision/decision.js';

let explain: Explain;
beforeAll(async () => {
  const built = await compileFolder('rules');
  if (!built.ok) throw new Error(built.error);
  const made = explainer(built.value);
  if (!made.ok) throw new Error(made.error);
  explain = made.value;
});

function screen(body: Uint8Array): Decision {
  return explain(body).decision;
}

describe('a planted violation', () => {
  it.each(violationKinds)('of kind %s is found on its lines', (violation) => {
    const generator = new ClaimGenerator({
      ...usualOptions,
      seed: 31,
      tablesDir: 'rules/tables',
      violationShare: 1,
      violation,
    });
    const missed = Array.from({ length: 25 }, (_, i) => generator.claim(i)).filter((made) => {
      const { findings } = screen(render(made.claim, 'native-msgpack').body);
      const lines = new Set(findings.flatMap((finding) => finding.lines.map(({ id }) => id)));
      return !(made.violation?.lineIds ?? []).some((id) => lines.has(id));
    });
    expect(missed.map(({ claim, violation: planted }) => [claim.eventId, planted?.code])).toEqual([]);
  });
});

describe('a clean claim', () => {
  it('has no finding, and most of the time nothing undecided', () => {
    const generator = new ClaimGenerator({
      ...usualOptions,
      seed: 32,
      tablesDir: 'rules/tables',
      violationShare: 0,
    });
    const decisions = Array.from({ length: 300 }, (_, i) =>
      screen(render(generator.claim(i).claim, 'native-msgpack').body),
    );
    const found = decisions.flatMap(({ findings }) =>
      findings.map(({ rule, message }) => `${rule}: ${message}`),
    );
    expect(found).toEqual([]);
    const passed = decisions.filter(({ status }) => status === 'pass').length;
    expect(passed).toBeGreaterThan(150);
  });
});
