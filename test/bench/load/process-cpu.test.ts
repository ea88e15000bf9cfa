import { describe, expect, it } from 'vitest';
import { cpuSeconds, secondsIn, watchCpu } from '../../../bench/load/process-cpu.js';

describe('the CPU time of a process', () => {
  it('is user and system time, whatever the process calls itself', () => {
    const fields = '1 1 1 0 -1 4194304 900 0 0 0 250 50 0 0 20 0 11 0 100 0 0';
    expect(secondsIn(`4711 (node) S ${fields}`)).toBe(3);
    expect(secondsIn(`4711 (a ) b (c) S ${fields}`)).toBe(3);
  });

  it('is unknown where there is no such process', () => {
    expect(cpuSeconds(2 ** 30)).toBeNull();
  });

  it('counts what is used while it is watched', () => {
    const watch = watchCpu({ self: process.pid, gone: 2 ** 30 });
    const usedMicros = (): number => process.cpuUsage().user + process.cpuUsage().system;
    const until = usedMicros() + 60_000;
    while (usedMicros() < until);
    const used = watch.stop();
    expect(used['gone']).toBeNull();
    // Two clock ticks at least, where the system counts at all.
    if (cpuSeconds(process.pid) !== null) expect(used['self']).toBeGreaterThanOrEqual(0.02);
    expect(used['generator']).toBe(used['self']);
  });
});
