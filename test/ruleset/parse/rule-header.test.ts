/** The keys of a rule's header that say what stands behind it, who answers, and how it is switched off. */
import { describe, expect, it } from 'vitest';
import { Problems } from '../../../src/ruleset/diagnostics/diagnostic.js';
import { SourceText } from '../../../src/ruleset/diagnostics/source-text.js';
import { parseRule } from '../../../src/ruleset/parse/rule-text.js';
import { readYaml } from '../../../src/ruleset/parse/yaml.js';

function parsed(more: string) {
  const text = `id: a-rule
title: 示例
severity: suspicious
effect: remind
scenes: [9]
for: line
when: "true"
say: 示例
${more}
`;
  const problems = new Problems();
  const file = new SourceText('packs/pack/a-rule.yaml', text);
  const root = readYaml(file, problems);
  const rule = root === null ? null : parseRule(file, problems, root);
  return { rule, codes: problems.sorted().map((d) => d.code) };
}

describe('a header', () => {
  it('names document, number, level, area and points', () => {
    const { rule } = parsed(
      'basis: { document: 某办法, number: 闽医保〔2026〕1号, level: province, region: 35, points: [KP-1, KP-2] }',
    );
    expect(rule?.basis).toEqual({
      number: '闽医保〔2026〕1号',
      level: 'province',
      region: '35',
      points: ['KP-1', 'KP-2'],
    });
  });

  it('may leave out what it does not know', () => {
    const { rule } = parsed('basis: { document: 某办法 }');
    expect(rule?.basis).toEqual({ number: null, level: null, region: null, points: [] });
    expect(rule?.appeal).toBe('');
  });

  it('switches off by its id, or together with others', () => {
    const basis = 'basis: { document: 某办法 }';
    expect(parsed(basis).rule?.killSwitch).toBe('a-rule');
    expect(parsed(`${basis}\nkillSwitch: visit-frequency`).rule?.killSwitch).toBe('visit-frequency');
  });

  it.each<[string, string]>([
    ['basis: { document: 某办法, level: village }', 'CG-E106'],
    ['basis: { document: 某办法, region: 福建 }', 'CG-E105'],
    ['basis: { document: 某办法 }\nkillSwitch: All Of Them', 'CG-E105'],
    ['basis: { document: 某办法, issuer: x }', 'CG-E103'],
  ])('refuses %s', (more, code) => {
    expect(parsed(more).codes).toEqual([code]);
  });

  it('knows where each of its keys stands', () => {
    const { rule } = parsed('basis: { document: 某办法 }\nowner: 医保办');
    const place = rule?.placeOf('owner');
    expect(place?.file.text.slice(place.offset, place.offset + 3)).toBe('医保办');
  });
});
