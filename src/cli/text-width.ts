/** How wide text is on a terminal: a Chinese character takes two columns. Tables are wrapped by this, not by length. */

/** East Asian wide and fullwidth blocks, and emoji; first and last code point of each. */
const wide: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x20000, 0x3fffd],
];
const combining = /^\p{Mark}$/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: colour sequences begin with the escape character.
const colour = /\u001b\[[0-9;]*m/g;

/** The text without colour sequences. */
export function uncoloured(text: string): string {
  return text.replace(colour, '');
}

/** Columns that the text takes; colour sequences take none. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of uncoloured(text)) width += characterWidth(character);
  return width;
}

function characterWidth(character: string): number {
  const point = character.codePointAt(0) ?? 0;
  if (point < 0x300) return 1;
  if (combining.test(character)) return 0;
  return wide.some(([first, last]) => point >= first && point <= last) ? 2 : 1;
}

/** The text cut to `columns`, an ellipsis in place of what is missing. Plain text only. */
export function fitted(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  let kept = '';
  let width = 0;
  for (const character of text) {
    width += characterWidth(character);
    if (width > columns - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

/** The text filled with blanks up to `columns`. */
export function padded(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - textWidth(text)));
}

/**
 * Lines of at most `columns`. Breaks at blanks where it can, between any two characters where it cannot: Chinese has
 * no blanks, and a closing mark never begins a line.
 */
export function wrapped(text: string, columns: number): string[] {
  return text.split('\n').flatMap((line) => wrapLine(line, Math.max(2, columns)));
}

const closing = /^[，。；：、！？）》”’,.;:)]/;

function wrapLine(line: string, columns: number): string[] {
  const lines: string[] = [];
  let current = '';
  for (const piece of piecesOf(line, columns)) {
    const full = textWidth(current) + textWidth(piece.trimEnd()) > columns;
    if (full && current !== '' && !closing.test(piece)) {
      lines.push(current.trimEnd());
      current = piece.trimStart();
    } else {
      // A mark that hangs over the edge hangs on the last character, not on the blank behind it.
      current = (full ? current.trimEnd() : current) + piece;
    }
  }
  lines.push(current.trimEnd());
  return lines;
}

/** Words with the blank behind them, and single wide characters; words longer than a line are cut. */
function piecesOf(line: string, columns: number): string[] {
  const pieces: string[] = [];
  let word = '';
  const flush = (): void => {
    if (word !== '') pieces.push(word);
    word = '';
  };
  for (const character of line) {
    if (characterWidth(character) === 2) {
      flush();
      pieces.push(character);
    } else {
      word += character;
      if (character === ' ' || textWidth(word) >= columns) flush();
    }
  }
  flush();
  return pieces;
}
