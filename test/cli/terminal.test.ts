import { describe, expect, it } from 'vitest';
import { openScreen } from '../../src/cli/terminal.js';

function capture(isTTY: boolean, colours: boolean) {
  const written: string[] = [];
  const screen = openScreen({
    write: (text) => written.push(text),
    isTTY,
    columns: 70,
    hasColors: () => colours,
  });
  return { screen, written };
}

describe('a screen', () => {
  it('writes plain lines and no live line into a file', () => {
    const { screen, written } = capture(false, true);
    screen.live('working');
    screen.say(screen.paint('red', 'done'));
    screen.settle();
    expect(written.join('')).toBe('done\n');
  });

  it('keeps the live line below what is said', () => {
    const { screen, written } = capture(true, false);
    screen.live('1/s');
    screen.say('a claim');
    screen.settle();
    expect(written.join('').split('\r\u001b[2K')).toEqual(['', '1/s', 'a claim\n1/s', '']);
  });

  it('cuts a live line that would wrap', () => {
    const { screen, written } = capture(true, false);
    screen.live('x'.repeat(80));
    expect(written.join('')).toContain(`${'x'.repeat(68)}…`);
    expect(written.join('')).not.toContain('x'.repeat(70));
  });

  it('colours only where the terminal has colours', () => {
    expect(capture(true, true).screen.paint('red', 'x')).not.toBe('x');
    expect(capture(true, false).screen.paint('red', 'x')).toBe('x');
  });
});
