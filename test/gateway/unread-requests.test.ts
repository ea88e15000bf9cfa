import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { FastifyInstance } from 'fastify';
import { afterEach, expect, test } from 'vitest';
import { listen } from '../../src/gateway/server.js';
import { gatewayOver, passes } from './gateway-fixture.js';

const host = '127.0.0.1';
let app: FastifyInstance;
afterEach(async () => app.close());

/** Opens a gateway on a port; returns the port. */
async function open(requestTimeoutMs: number): Promise<number> {
  app = await gatewayOver(passes, null, { requestTimeoutMs });
  const listening = await listen(app, { host, port: 0, furtherPorts: 0 });
  if (!listening.ok) throw new Error(listening.error);
  return listening.value.port;
}

/** Is to run out, though not before all that is sent has come. */
const short = 1_000;
/** Never runs out, however busy the machine. */
const long = 240_000;

test.each([
  ['a head that stops', short, 'POST /v1/screenings HTTP/1.1\r\nHost: x\r\n', 408, 'too-slow'],
  ['a head without an end', long, `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}`, 431, 'head-too-large'],
  ['what is no HTTP', long, 'good morning\r\n\r\n', 400, 'malformed'],
])('%s is a problem like any other, and ends the connection', async (_, limitMs, sent, status, code) => {
  const socket = connect(await open(limitMs), host);
  socket.write(sent);
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(head).toMatch(/^content-type: application\/problem\+json\r$/im);
  expect(head).toMatch(/^connection: close$/im);
  expect(head).toMatch(/^x-content-type-options: nosniff\r$/im);
  expect(JSON.parse(body)).toMatchObject({ status, code });
});
