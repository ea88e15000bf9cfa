import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { connect, createServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, test } from 'vitest';
import { listen } from '../../src/gateway/server.js';
import { gatewayOver, passes } from './gateway-fixture.js';

let open: { close(): unknown }[] = [];
afterEach(async () => {
  // The last first: a gateway waits for the requests on its connections.
  for (const one of open.reverse()) await one.close();
  open = [];
});

async function gateway(...given: Parameters<typeof gatewayOver>): Promise<FastifyInstance> {
  const app = await gatewayOver(...given);
  open.push(app);
  return app;
}

async function takenPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(server);
  return (server.address() as { port: number }).port;
}

const host = '127.0.0.1';

describe('listening', () => {
  test('port 0 takes a free one and says which', async () => {
    const listening = await listen(await gateway(passes), { host, port: 0, furtherPorts: 0 });
    expect(listening.ok && listening.value.port).toBeGreaterThan(0);
    if (listening.ok) expect((await fetch(`${listening.value.url}/livez`)).status).toBe(200);
  });

  test('a taken port is one clear line', async () => {
    const port = await takenPort();
    const listening = await listen(await gateway(passes), { host, port, furtherPorts: 0 });
    expect(listening).toEqual({
      ok: false,
      error: `port ${port} is in use on 127.0.0.1; stop what uses it or set CLAIMGATE_HTTP_PORT`,
    });
  });

  test('or the next free one, where that is allowed', async () => {
    const port = await takenPort();
    const listening = await listen(await gateway(passes), { host, port, furtherPorts: 50 });
    expect(listening.ok && listening.value.port).toBeGreaterThan(port);
  });

  test('an address that is not ours is one clear line', async () => {
    const listening = await listen(await gateway(passes), { host: '192.0.2.1', port: 8787, furtherPorts: 5 });
    expect(listening).toEqual({ ok: false, error: 'cannot listen on 192.0.2.1:8787: EADDRNOTAVAIL' });
  });

  test('with certificate and key it speaks TLS', async () => {
    const file = (name: string) =>
      readFile(new URL(`fixtures/localhost.test-only.${name}.pem`, import.meta.url));
    const cert = await file('cert');
    const app = await gateway(passes, { cert, key: await file('key') });
    const listening = await listen(app, { host, port: 0, furtherPorts: 0 });
    if (!listening.ok) throw new Error(listening.error);
    expect(listening.value.url).toMatch(/^https:/);
    const asked = request(`${listening.value.url}/livez`, { ca: cert, agent: false }).end();
    const [response] = await once(asked, 'response');
    expect(response.statusCode).toBe(200);
    expect(response.headers['strict-transport-security']).toContain('max-age');
  });
});

describe('a body that does not arrive', () => {
  /** A request that announces more than it sends. */
  async function stalled(port: number, part: string): Promise<Socket> {
    const socket = connect(port, host);
    open.push({ close: () => socket.destroy() });
    await once(socket, 'connect');
    socket.write(part);
    return socket;
  }

  async function listening(
    limits: Parameters<typeof gatewayOver>[2],
  ): Promise<{ url: string; port: number }> {
    const result = await listen(await gateway(passes, null, limits), { host, port: 0, furtherPorts: 0 });
    if (!result.ok) throw new Error(result.error);
    return result.value;
  }

  const head = `POST /v1/screenings HTTP/1.1\r\nHost: ${host}\r\n`;
  const headers = `${head}Content-Type: application/json\r\nContent-Length: 10\r\n`;

  test.each([
    ['its headers stop', headers],
    ['its body stops', `${headers}\r\n{`],
  ])('ends its connection soon after the limit where %s', async (_, part) => {
    // Long enough for all of it to be on its way: what comes after the end would be answered by a reset.
    const { port } = await listening({ requestTimeoutMs: 1_000 });
    expect(await text(await stalled(port, part))).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('holds no slot: as many of them as there are slots keep nobody out', async () => {
    const { url, port } = await listening({ maxInFlight: 2 });
    const continues = `${headers}Expect: 100-continue\r\n\r\n{`;
    for (const socket of [await stalled(port, continues), await stalled(port, continues)]) {
      // The server has taken the request up once it asks for the rest.
      expect(String(await once(socket, 'data'))).toMatch(/^HTTP\/1\.1 100 /);
    }
    const response = await fetch(`${url}/v1/screenings`, { method: 'POST', body: '{}' });
    expect(response.status).toBe(200);
  });
});

describe('leaving', () => {
  test('a request that is being screened gets its answer before the port closes', async () => {
    let release = (): void => {};
    let begun = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const arrived = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const app = await gateway(async (body, envelope) => {
      begun();
      await held;
      return passes(body, envelope);
    });
    const listening = await listen(app, { host, port: 0, furtherPorts: 0 });
    if (!listening.ok) throw new Error(listening.error);
    const answer = fetch(`${listening.value.url}/v1/screenings`, { method: 'POST', body: '{}' });
    await arrived;
    const closed = app.close();
    const livez = `${listening.value.url}/livez`;
    const takesConnections = () =>
      fetch(livez, { headers: { connection: 'close' } }).then(
        () => true,
        () => false,
      );
    while (await takesConnections());
    release();
    const response = await answer;
    // Else the client would keep the connection, and the port would stay open with it.
    expect([response.status, response.headers.get('connection')]).toEqual([200, 'close']);
    await closed;
  });
});
