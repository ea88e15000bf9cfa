import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitted, padded, textWidth, uncoloured, wrapped } from '../../src/cli/text-width.js';

const text = fc.string({
  unit: fc.constantFrom('a', 'Z', '9', ' ', '医', '保', '（', '，', 'é', '•'),
  maxLength: 60,
});

describe('the width of text', () => {
  it('counts a Chinese character as two columns and colour as none', () => {
    expect(textWidth('医保ab')).toBe(6);
    expect(textWidth('\u001b[31m医保\u001b[39m')).toBe(4);
    expect(textWidth('Ⅱ级护理，')).toBe(9);
    expect(textWidth('e\u0301')).toBe(1);
    expect(uncoloured('\u001b[1mab\u001b[22m')).toBe('ab');
  });

  it('pads to a column', () => {
    expect(padded('医保', 6)).toBe('医保  ');
    expect(padded('toolong', 3)).toBe('toolong');
  });

  it('never exceeds the columns it is cut to', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 2, max: 40 }), (line, columns) => {
        const cut = fitted(line, columns);
        expect(textWidth(cut)).toBeLessThanOrEqual(columns);
        if (textWidth(line) <= columns) expect(cut).toBe(line);
        else expect(cut.endsWith('…')).toBe(true);
      }),
    );
  });
});

describe('wrapping', () => {
  it('keeps every character that is not a blank, in order', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 2, max: 40 }), (line, columns) => {
        const together = wrapped(line, columns).join('').replaceAll(' ', '');
        expect(together).toBe(line.replaceAll(' ', ''));
      }),
    );
  });

  it('exceeds the columns by a closing mark at most', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 4, max: 40 }), (line, columns) => {
        for (const part of wrapped(line, columns)) {
          const marks = /[，]+$/.exec(part)?.[0] ?? '';
          expect(textWidth(part) - textWidth(marks)).toBeLessThanOrEqual(columns);
        }
      }),
    );
  });

  it('breaks at blanks where there are some and anywhere in Chinese', () => {
    expect(wrapped('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrapped('重复部分医保不予支付', 8)).toEqual(['重复部分', '医保不予', '支付']);
    expect(wrapped('一\n二', 8)).toEqual(['一', '二']);
  });

  it('does not begin a line with a closing mark', () => {
    expect(wrapped('已包含在内，重复', 10)).toEqual(['已包含在内，', '重复']);
    expect(wrapped('保医a ，', 5)).toEqual(['保医a，']);
  });
});
