import { expect, test } from 'vitest';
import { leastPayloadBytes, messageHeadroomBytes, payloadBytesFor } from '../../src/base/broker-limits.js';

test('a broker of our own lets the largest body through, and never less than we publish', () => {
  expect(payloadBytesFor(64 * 1024)).toBe(leastPayloadBytes);
  expect(payloadBytesFor(leastPayloadBytes)).toBe(leastPayloadBytes + messageHeadroomBytes);
});
