import { expect, test } from 'vitest';
import { ClaimMeter } from '../../workers/claim-meter.js';
import { newProgress } from './fixtures/rulesets.js';

function meterAt(): {
  readonly meter: ClaimMeter;
  readonly setNow: (ms: number) => void;
  readonly readings: () => number;
} {
  let [nowMs, readings] = [0, 0];
  const tickMs = () => {
    readings += 1;
    return nowMs;
  };
  const meter = new ClaimMeter(newProgress(), { wallMs: () => 0, tickMs });
  const setNow = (ms: number) => {
    nowMs = ms;
  };
  return { meter, setNow, readings: () => readings };
}

test('the first question of each claim reads the clock', () => {
  const { meter, setNow } = meterAt();
  meter.beginClaim(0, 10);
  expect(meter.mayGoOn()).toBe(true);
  setNow(10);
  meter.beginClaim(1, 10);
  expect(meter.mayGoOn()).toBe(false);
});

test('a spent budget is noticed within eight questions and stays spent', () => {
  const { meter, setNow } = meterAt();
  meter.beginClaim(0, 10);
  meter.mayGoOn();
  setNow(11);
  const answers = Array.from({ length: 8 }, () => meter.mayGoOn());
  expect(answers.at(-1)).toBe(false);
  setNow(0);
  expect(meter.mayGoOn()).toBe(false);
});

test('the clock is read for every eighth question only', () => {
  const { meter, readings } = meterAt();
  meter.beginClaim(0, 10);
  for (let i = 0; i < 80; i++) meter.mayGoOn();
  expect(readings()).toBe(10);
});

test('each question reads the clock while questions take long', () => {
  const { meter, setNow, readings } = meterAt();
  meter.beginClaim(0, 1_000);
  for (let i = 0; i < 60; i++) {
    setNow(i * 5);
    meter.mayGoOn();
  }
  expect(readings()).toBeGreaterThan(50);
  const before = readings();
  for (let i = 0; i < 80; i++) meter.mayGoOn();
  expect(readings() - before).toBeLessThan(16);
});

test('nothing ran: the budget was over and no rule was entered', () => {
  const { meter, setNow } = meterAt();
  setNow(20);
  meter.beginClaim(0, 10);
  meter.mayGoOn();
  expect(meter.nothingRan).toBe(true);
  meter.enter(3);
  expect(meter.nothingRan).toBe(false);
  // No rule applied to this claim, which is not the same.
  meter.beginClaim(1, 30);
  meter.mayGoOn();
  expect(meter.nothingRan).toBe(false);
});

test('says which rule runs, and forgets it with the claim', () => {
  const { meter } = meterAt();
  meter.beginClaim(0, 10);
  expect(meter.rule).toBe(-1);
  meter.enter(7);
  expect(meter.rule).toBe(7);
  meter.leaveRules();
  expect(meter.rule).toBe(-1);
});
