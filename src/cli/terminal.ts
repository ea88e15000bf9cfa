/** What a command knows of the terminal it talks to: colour, width, a line that is rewritten in place. */
import { styleText } from 'node:util';
import { fitted, textWidth, uncoloured } from './text-width.js';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan' | 'magenta';

export interface Screen {
  /** False where the output is a file or a pipe: no colour then, and no rewriting. */
  readonly interactive: boolean;
  readonly columns: number;
  /** Writes a line; a live line below it stays at the bottom. */
  say(text: string): void;
  /** Shows or replaces the live line; only where the output is interactive. */
  live(text: string): void;
  /** Takes the live line away. */
  settle(): void;
  paint(style: Style, text: string): string;
}

/** What of a stream is needed; `process.stdout` has it. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  hasColors?(): boolean;
}

export function openScreen(output: Output = process.stdout): Screen {
  const interactive = output.isTTY === true;
  const coloured = interactive && output.hasColors?.() === true;
  const columns = (): number => Math.max(60, output.columns ?? 160);
  const erase = '\r\u001b[2K';
  let liveText = '';
  return {
    interactive,
    get columns() {
      return columns();
    },
    say(text) {
      if (liveText !== '') output.write(erase);
      output.write(`${text}\n`);
      if (liveText !== '') output.write(liveText);
    },
    live(text) {
      if (!interactive) return;
      // A line that wraps could not be rewritten; one with colours is short enough by design.
      liveText = textWidth(text) < columns() ? text : fitted(uncoloured(text), columns() - 1);
      output.write(erase + liveText);
    },
    settle() {
      if (liveText !== '') output.write(erase);
      liveText = '';
    },
    // We have asked the stream already; Node's own check would look at standard output.
    paint: (style, text) => (coloured ? styleText(style, text, { validateStream: false }) : text),
  };
}
