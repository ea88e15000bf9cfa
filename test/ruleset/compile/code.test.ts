/** Text of a rule file never becomes syntax of generated code. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comment, identifier, js, jsList } from '../../../src/base/code.js';
import { showRule } from '../../../src/ruleset/build-ruleset.js';
import { compileExpression } from '../../../src/ruleset/compile-expression.js';
import { makeClaim, screenPlainly, unhurried } from '../claims.js';
import { rulesSource, runnable } from '../rule-sources.js';
import { buildUnguarded } from '../unguarded.js';

const nasty = [
  '"; process.exit(1); "',
  "'; process.exit(1); '",
  `\`$\{process.exit(1)}\``,
  '$'.concat('{process.exit(1)}'),
  '\\',
  '\\"',
  '\u2028process.exit(1)\u2029',
  '*/ process.exit(1) /*',
  '// process.exit(1)',
  '</script>',
  '__proto__',
  'constructor',
  '\n\r\0',
  '\ud800',
];

const hostile = fc.oneof(fc.constantFrom(...nasty), fc.string({ unit: 'binary' }), fc.string());

/** What a literal evaluates to; the only other use of a function made from text, and only on literals. */
const evaluate = (text: string): unknown => new Function(`'use strict'; return (${text});`)();

describe('js', () => {
  it('turns every text into a literal of itself', () => {
    fc.assert(
      fc.property(hostile, hostile, (a, b) => {
        expect(evaluate(js`${a}`.toString())).toBe(a);
        expect(evaluate(js`[${a}, ${b}].length`.toString())).toBe(2);
        expect(evaluate(jsList([a, b]).toString())).toEqual([a, b]);
      }),
    );
  });

  it('turns every number and flag into itself', () => {
    const numbers = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer());
    fc.assert(
      fc.property(numbers, fc.boolean(), (number, flag) => {
        expect(evaluate(js`1 - ${number}`.toString())).toBe(1 - number);
        expect(evaluate(js`-${number}`.toString())).toBe(-number);
        expect(evaluate(js`!${flag}`.toString())).toBe(!flag);
      }),
    );
  });

  it('has no line separators and no "<" in literals', () => {
    expect(js`${'a\u2028b\u2029<'}`.toString()).toBe('"a\\u2028b\\u2029\\u003c"');
  });

  it('lets no text pass as a name or comment', () => {
    for (const text of nasty) {
      if (text !== '__proto__' && text !== 'constructor')
        expect(() => identifier(text)).toThrow('no identifier');
      if (/[^A-Za-z0-9 .:-]/.test(text)) expect(() => comment(text)).toThrow('no comment');
    }
    expect(() => identifier('a b')).toThrow('no identifier');
  });
});

describe('hostile text in rules stays data', () => {
  it('in string literals of conditions', () => {
    fc.assert(
      fc.property(hostile, hostile, (a, b) => {
        // What CEL can write; lone surrogates it cannot.
        fc.pre(![...a, ...b].some((c) => /\p{Surrogate}/u.test(c)));
        const quote = (text: string) =>
          `'${[...text].map((c) => `\\U${(c.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`).join('')}'`;
        const compiled = compileExpression(`value == ${quote(a)} || value in [${quote(b)}]`, {
          variables: { value: { kind: 'string' } },
        });
        expect(compiled.ok).toBe(true);
        if (!compiled.ok) return;
        for (const value of [a, b])
          expect(compiled.value.evaluate({ variables: { value } })).toEqual({ value: true });
        const other = { variables: { value: `${a}${b}x` } };
        expect(compiled.value.evaluate(other)).toEqual({ value: false });
        expect(compiled.value.evaluateFast(other)).toEqual({ value: false });
      }),
    );
  });

  it.each(nasty.filter((t) => t !== '\ud800'))('in titles, messages and table cells: %j', (text) => {
    const cell = `"${text.replaceAll('"', '""')}"`;
    const written = JSON.stringify(text).replaceAll('{', '{{').replaceAll('}', '}}');
    const ruleset = runnable({
      rules: {
        'hostile-rule': {
          title: JSON.stringify(text),
          join: '{ table: texts, as: row, on: line.itemCode }',
          when: '"row.note != line.itemCode"',
          say: `${written.slice(0, -1)} {row.note}"`,
          basis: `{ document: ${JSON.stringify(text)} }`,
        },
      },
      tables: {
        texts: {
          schema: 'codes: { type: codes }\nnote: { type: text }',
          rows: [`K1,1,1,,,,,stated,A,${cell}`],
        },
      },
    });
    const [finding] = screenPlainly(ruleset, makeClaim({ lines: [{ itemCode: 'A' }] }), unhurried).findings;
    expect(finding?.title).toBe(text);
    expect(finding?.message).toBe(`${text} ${text}`);
    expect(finding?.basis.document).toBe(text);
    expect(finding?.facts['row.note']).toBe(text);
  });

  it.each(['a"b', 'a;b', 'constructor', 'a\u2028b', 'Ä'])('in names, which are refused: %j', (name) => {
    const source = rulesSource({ rules: { [name]: { id: JSON.stringify(name) } } });
    const built = buildUnguarded(source);
    // `constructor` is a fine kebab-case id, and only an id.
    if (name === 'constructor') expect(built.ok && showRule(built.value, name).ok).toBe(true);
    else expect(built.ok).toBe(false);
  });
});
