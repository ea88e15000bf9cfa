/** Texts that somebody else wrote, where people read them: on a terminal, in lists with one line for each. */

/** Steers a terminal, ends a line, or turns the order of the letters around it. */
const steering = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/** Whether a text would do more than be read. */
export function steers(text: string): boolean {
  return text.search(steering) >= 0;
}

/** One line, with whatever steers spelled out: `\u001b`. */
export function visible(text: string): string {
  return text.replace(steering, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The same of a text with lines of its own. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n');
}
