import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listen } from '../../src/gateway/server.js';
import { gatewayOver, passes } from './gateway-fixture.js';

const host = '127.0.0.1';
let app: FastifyInstance;
let port: number;
beforeAll(async () => {
  app = await gatewayOver(passes, null, { requestTimeoutMs: 100 });
  const listening = await listen(app, { host, port: 0, furtherPorts: 0 });
  if (!listening.ok) throw new Error(listening.error);
  port = listening.value.port;
});
afterAll(async () => app.close());

test.each([
  ['a head that stops', 'POST /v1/screenings HTTP/1.1\r\nHost: x\r\n', 408, 'too-slow'],
  ['a head without an end', `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}`, 431, 'head-too-large'],
  ['what is no HTTP', 'good morning\r\n\r\n', 400, 'malformed'],
])('%s is a problem like any other, and ends the connection', async (_, sent, status, code) => {
  const socket = connect(port, host);
  socket.write(sent);
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(head).toMatch(/^content-type: application\/problem\+json\r$/im);
  expect(head).toMatch(/^connection: close$/im);
  expect(head).toMatch(/^x-content-type-options: nosniff\r$/im);
  expect(JSON.parse(body)).toMatchObject({ status, code });
});
