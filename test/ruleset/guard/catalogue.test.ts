/** The catalogue in rules/README.md is true: every example in it is compiled, and judged as it says. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { guardCodes } from '../../../src/ruleset/diagnostics/codes.js';
import { sampleExceptions, sampleTables } from './sample-tables.js';
import { judge } from './verdicts.js';

const readme = readFileSync(new URL('../../../rules/README.md', import.meta.url), 'utf8');
const [, chapter = ''] = readme.split(/^## 政策守卫/m);
const sections = (chapter.split(/^## /m)[0] ?? '').split(/^### /m).slice(1);

interface Example {
  readonly check: string;
  readonly code: string;
  readonly verdict: string;
  readonly keys: Readonly<Record<string, string>>;
}

const examples = sections.flatMap((section): readonly Example[] => {
  const check = section.split('\n')[0] ?? '';
  const code = /CG-P\d+/.exec(check)?.[0] ?? '';
  const blocks = [...section.matchAll(/```yaml\n# (\S+)\n([\s\S]*?)```/g)];
  return blocks.map(([, verdict = '', text = '']) => ({ check, code, verdict, keys: keysOf(text) }));
});

/** Top-level keys of a block with their text. */
function keysOf(text: string): Record<string, string> {
  const parts = text.split(/^(?=[a-zA-Z]+:)/m);
  return Object.fromEntries(
    parts.map((part) => {
      const colon = part.indexOf(':');
      return [part.slice(0, colon), part.slice(colon + 1).trim()];
    }),
  );
}

function judged(keys: Example['keys']) {
  const heads = Object.fromEntries(Object.entries(sampleTables).map(([name, { head }]) => [name, head]));
  return judge({ keys, tables: sampleTables, heads, exceptions: sampleExceptions });
}

describe.each(examples)('$check: $verdict', ({ code, verdict, keys }) => {
  it('is judged so', () => {
    const { refused, warned } = judged(keys);
    expect({ refused, warned }).toEqual(
      {
        拒绝: { refused: [code], warned: [] },
        降低: { refused: [], warned: [code] },
        提示: { refused: [], warned: [code] },
        通过: { refused: [], warned: [] },
      }[verdict],
    );
  });
});

describe('the catalogue', () => {
  it('shows for every check what does not pass, and a neighbour that does', () => {
    const verdicts = (code: string) => examples.filter((e) => e.code === code).map((e) => e.verdict);
    const shown = Object.keys(guardCodes).filter((code) => {
      return verdicts(code).includes('通过') && verdicts(code).some((verdict) => verdict !== '通过');
    });
    const missing = Object.keys(guardCodes).filter((code) => !shown.includes(code));
    // A tangle has no small example; the gate at activation is no stage of the compiler.
    expect(missing).toEqual(['CG-P100', 'CG-P116']);
  });
});
