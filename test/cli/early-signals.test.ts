import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { EarlySignals } from '../../src/cli/early-signals.js';

function setUp() {
  const source = new EventEmitter();
  let forced = 0;
  const signals = new EarlySignals(source, () => forced++);
  return { source, signals, forced: () => forced };
}

describe('early signals', () => {
  it('hands a signal that came early on to whoever listens later, at once', () => {
    const { source, signals } = setUp();
    expect(signals.stopping.aborted).toBe(false);
    source.emit('SIGINT');
    expect(signals.stopping.aborted).toBe(true);
    const heard: string[] = [];
    signals.on('SIGTERM', () => heard.push('SIGTERM'));
    signals.on('SIGINT', () => heard.push('SIGINT'));
    expect(heard).toEqual(['SIGINT']);
  });

  it('hands later signals on as they come', () => {
    const { source, signals } = setUp();
    let heard = 0;
    const listener = (): void => {
      heard++;
    };
    signals.on('SIGTERM', listener);
    source.emit('SIGTERM');
    source.emit('SIGTERM');
    signals.off('SIGTERM', listener);
    expect(heard).toBe(2);
  });

  it('forces the end only at a second signal that nobody listens to', () => {
    const { source, signals, forced } = setUp();
    source.emit('SIGINT');
    expect(forced()).toBe(0);
    source.emit('SIGINT');
    expect(forced()).toBe(1);
    signals.on('SIGTERM', () => {});
    source.emit('SIGTERM');
    expect(forced()).toBe(1);
  });
});
