import { EventEmitter } from 'node:events';
import { describe, expect, test } from 'vitest';
import { isTold, onStopSignal, stopInOrder, unlessTold } from '../../src/ops/shutdown.js';

const never = (): Promise<void> => new Promise(() => {});

describe('stopping in order', () => {
  test('each step begins when the one before has ended', async () => {
    const done: string[] = [];
    const step = (name: string) => ({
      name,
      stop: async () => {
        done.push(`${name} begins`);
        await new Promise((resolve) => setImmediate(resolve));
        done.push(`${name} ends`);
      },
    });
    const report = await stopInOrder([step('door'), step('pool')], 10_000);
    expect(report).toEqual({ clean: true, problems: [] });
    expect(done).toEqual(['door begins', 'door ends', 'pool begins', 'pool ends']);
  });

  test('a step that fails is named and the next is stopped all the same', async () => {
    let stopped = false;
    const report = await stopInOrder(
      [
        { name: 'door', stop: async () => Promise.reject(new Error('stuck')) },
        {
          name: 'pool',
          stop: async () => {
            stopped = true;
          },
        },
      ],
      10_000,
    );
    expect(report).toEqual({ clean: false, problems: ['door: stuck'] });
    expect(stopped).toBe(true);
  });

  test('a step that never ends is named when the time is over', async () => {
    const report = await stopInOrder([{ name: 'broker', stop: never }], 20);
    expect(report).toEqual({ clean: false, problems: ['broker: did not stop within 20 ms'] });
  });
});

describe('signals', () => {
  test('the first asks, any further one forces', () => {
    const source = new EventEmitter();
    const called: string[] = [];
    const off = onStopSignal(
      source,
      () => called.push('stop'),
      () => called.push('force'),
    );
    source.emit('SIGTERM');
    source.emit('SIGINT');
    source.emit('SIGTERM');
    off();
    expect(called).toEqual(['stop', 'force', 'force']);
    expect(source.listenerCount('SIGTERM') + source.listenerCount('SIGINT')).toBe(0);
  });
});

describe('being told to leave during a start', () => {
  test('is noticed after long work, in the turn that hears the signal', async () => {
    const stopping = new AbortController();
    expect(await isTold(stopping.signal)).toBe(false);
    setImmediate(() => stopping.abort());
    expect(await isTold(stopping.signal)).toBe(true);
  });

  test('ends waiting for work, and is nothing to work that is done', async () => {
    const stopping = new AbortController();
    expect(await unlessTold(stopping.signal, Promise.resolve(7))).toBe(7);
    const waiting = unlessTold(stopping.signal, never());
    stopping.abort();
    expect(await waiting).toBe('told');
    expect(await unlessTold(stopping.signal, Promise.resolve(7))).toBe('told');
  });
});
