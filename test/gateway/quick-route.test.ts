import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { FastifyInstance } from 'fastify';
import { afterEach, expect, test } from 'vitest';
import { listen } from '../../src/gateway/server.js';
import type { Screen } from '../../src/screening/terms.js';
import { outcome } from '../ingress/edge-fixture.js';
import { gatewayOver, passes } from './gateway-fixture.js';

const host = '127.0.0.1';
let app: FastifyInstance | null = null;
afterEach(async () => app?.close());

/** Opens a gateway on a port; returns the port. */
async function open(screen: Screen, limits = {}): Promise<number> {
  app = await gatewayOver(screen, null, limits);
  const listening = await listen(app, { host, port: 0, furtherPorts: 0 });
  if (!listening.ok) throw new Error(listening.error);
  return listening.value.port;
}

/** What comes back on one connection until the other side ends it. */
async function exchange(port: number, sent: string): Promise<string> {
  const socket = connect(port, host);
  const received = text(socket);
  socket.write(sent);
  return received;
}

function post(body: string, ...headers: string[]): string {
  const head = [
    'POST /v1/screenings HTTP/1.1',
    `Host: ${host}`,
    `Content-Length: ${body.length}`,
    ...headers,
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

test('answers on one connection come whole and in the order of their requests', async () => {
  let count = 0;
  const port = await open(async () => ({ bytes: Buffer.from(`{"第":${++count}}`), outcome: outcome({}) }));
  const received = await exchange(port, post('{}') + post('{}') + post('{}', 'Connection: close'));
  expect(received.match(/\{"第":\d\}/g)).toEqual(['{"第":1}', '{"第":2}', '{"第":3}']);
  expect(received.match(/^content-length: 9\r$/gim)).toHaveLength(3);
  expect(received.match(/^x-content-type-options: nosniff\r$/gim)).toHaveLength(3);
});

test('a body of many packets reaches the screen as it was sent', async () => {
  const body = 'x'.repeat(300_000);
  let seen = '';
  const port = await open(
    async (bytes, envelope) => {
      seen = Buffer.from(bytes).toString();
      return passes(bytes, envelope);
    },
    { maxBodyBytes: 300_000 },
  );
  expect((await fetch(`http://${host}:${port}/v1/screenings`, { method: 'POST', body })).status).toBe(200);
  expect(seen === body).toBe(true);
});

test('a body above the limit is refused, and its connection ended with the rest of it', async () => {
  const received = await exchange(await open(passes), post('x'.repeat(1_001)));
  expect(received).toMatch(/^HTTP\/1\.1 413 /);
  expect(received).toMatch(/^connection: close\r$/im);
  expect(received).toContain('"code":"too-large"');
});

test('whoever leaves before the answer gives the slot back', async () => {
  const waiting: (() => void)[] = [];
  const port = await open(
    async (body, envelope) => {
      if (body.byteLength === 4) await new Promise<void>((resolve) => waiting.push(resolve));
      return passes(body, envelope);
    },
    { maxInFlight: 1 },
  );
  const socket = connect(port, host);
  socket.write(post('gone'));
  await expect.poll(() => waiting.length).toBe(1);
  socket.destroy();
  const again = () => fetch(`http://${host}:${port}/v1/screenings`, { method: 'POST', body: '{}' });
  await expect.poll(async () => (await again()).status).toBe(200);
  for (const answer of waiting) answer();
  expect((await again()).status).toBe(200);
});
