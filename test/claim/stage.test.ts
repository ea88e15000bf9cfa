import { expect, test } from 'vitest';
import { stageOf } from '../../src/claim/stage.js';

test('scenes 1 to 5 are before an order or a bill, 6 to 10 while settling', () => {
  expect([1, 5, 6, 10].map(stageOf)).toEqual(['pre', 'pre', 'mid', 'mid']);
});
