/** Places inside YAML scalars: whatever the style, a character of the content is found where it stands in the file. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Problems } from '../../../src/ruleset/diagnostics/diagnostic.js';
import { SourceText } from '../../../src/ruleset/diagnostics/source-text.js';
import { plainData, readYaml, type YamlScalar } from '../../../src/ruleset/parse/yaml.js';

function scalarOf(text: string): YamlScalar {
  const problems = new Problems();
  const root = readYaml(new SourceText('a.yaml', text), problems);
  expect(problems.sorted()).toEqual([]);
  const value = root?.kind === 'map' ? root.entries.at(-1)?.value : undefined;
  if (value?.kind !== 'scalar') throw new Error(`no scalar in ${text}`);
  return value;
}

/** Words of a condition, none of which YAML would read as something else. */
const words = fc.array(fc.constantFrom('line.at', '&&', "'a'", '男性', '𠮷', '(x', '>=', '"b"', '\\', 'c)'), {
  minLength: 1,
  maxLength: 12,
});

const styles: Readonly<Record<string, (list: readonly string[]) => string>> = {
  plain: (list) => `when: w ${list.join(' ')}\n`,
  'single quotes': (list) => `when: '${list.join(' ').replaceAll("'", "''")}'\n`,
  'double quotes': (list) => `when: ${JSON.stringify(list.join(' '))}\n`,
  'folded over lines': (list) => `other: 1\nwhen: >-\n  ${list.join('\n  ')}\n`,
  'literal over lines': (list) => `when: |\n    ${list.join('\n    ')}\n`,
  'plain over lines': (list) => `a:\n  when: w\n    ${list.join('\n    ')}\n`.replace('a:\n  ', ''),
};

describe.each(Object.keys(styles))('%s', (style) => {
  it('every visible character is found where it stands', () => {
    fc.assert(
      fc.property(words, (list) => {
        const text = styles[style]?.(list) ?? '';
        const scalar = scalarOf(text);
        for (const [i, character] of [...scalar.text].entries()) {
          if (/\s/.test(character)) continue;
          const index = [...scalar.text].slice(0, i).join('').length;
          expect(text.startsWith(character, scalar.offsetOf(index)), `${character} of ${text}`).toBe(true);
        }
      }),
    );
  });
});

describe('documents', () => {
  const codes = (text: string) => {
    const problems = new Problems();
    readYaml(new SourceText('a.yaml', text), problems);
    return problems.sorted().map((d) => d.code);
  };

  it.each([
    ['an alias', 'a: &x 1\nb: *x\n'],
    ['a key twice', 'a: 1\na: 2\n'],
    ['a tag', 'a: !secret 1\n'],
    ['a list as key', '? [a]\n: 1\n'],
    ['a bottomless nest', `a: ${'['.repeat(40)}${']'.repeat(40)}\n`],
  ])('refuses %s', (_, text) => {
    expect(new Set(codes(text))).toEqual(new Set(['CG-E102']));
  });

  it('keeps a key called __proto__ a key', () => {
    const root = readYaml(new SourceText('a.yaml', '__proto__: { polluted: true }\n'), new Problems());
    const data = root === null ? null : plainData(root);
    expect(Object.keys(data as object)).toEqual(['__proto__']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});
