/** The service as a user runs it: started, stopped by Ctrl-C, started again. Needs the build and a nats-server. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { claimgate, endAll, lives, Running } from './command-line.js';

// Each test starts several processes; a busy machine takes its time for each.
vi.setConfig({ testTimeout: 180_000 });

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'claimgate-service-'));
});
afterAll(async () => {
  await endAll();
  await rm(folder, { recursive: true, force: true });
});

function environment(name: string, port = '0'): Record<string, string> {
  return { CLAIMGATE_DATA_DIR: join(folder, name), CLAIMGATE_HTTP_PORT: port };
}

async function brokerPid(name: string): Promise<number> {
  const record = JSON.parse(await readFile(join(folder, name, 'nats', 'broker.json'), 'utf8')) as {
    brokerPid: number;
  };
  return record.brokerPid;
}

async function occupiedPort(): Promise<{ readonly port: number; readonly server: Server }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return { port: address !== null && typeof address === 'object' ? address.port : 0, server };
}

const listening = /"http":"http:/;
const ready = /"msg":"ready"/;

describe('claimgate start', () => {
  it('ends with 0 at Ctrl-C, leaves no broker behind, and starts again', async () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const service = new Running(['start'], environment('again'));
      await service.said(listening);
      const pid = await brokerPid('again');
      expect(lives(pid)).toBe(true);
      const { code, err } = await service.stop(signal);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(lives(pid)).toBe(false);
    }
  });

  it('takes the next port where its own is in use', async () => {
    const { port, server } = await occupiedPort();
    const service = new Running(['start'], environment('busy', String(port)));
    const [, url] = await service.said(/"http":"(http:\/\/127\.0\.0\.1:\d+)"/);
    const { code } = await service.stop();
    server.close();
    expect(code).toBe(0);
    expect(Number(new URL(url ?? '').port)).toBeGreaterThan(port);
  });

  it('ends in order when it is stopped while it is still starting', async () => {
    const service = new Running(['start'], environment('early'));
    // The broker comes first, the workers take the longest: now it is in the middle.
    const record = join(folder, 'early', 'nats', 'broker.json');
    while (!existsSync(record) && service.child.exitCode === null) await sleep(5);
    expect(service.out).not.toMatch(listening);
    const { code, err } = await service.stop();
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(lives(await brokerPid('early'))).toBe(false);
  });

  it('answers a simulated hospital over NATS and over HTTP', async () => {
    const service = new Running(['start'], environment('load'));
    const [, http] = await service.said(/"http":"(http:\/\/127\.0\.0\.1:\d+)"/);
    const [, broker] = await service.said(/"broker":"(nats:\/\/[^"]+)"/);
    await service.said(ready);
    const load = ['simulate', '--rate', '40', '--seconds', '2'];
    for (const format of ['native-json', 'native-msgpack', 'nhsa']) {
      const nats = await claimgate([...load, '--format', format, '--url', broker ?? '']);
      expect({ code: nats.code, err: nats.err }).toEqual({ code: 0, err: '' });
      expect(nats.out).toMatch(/80 claims .* 0 failed/);
      expect(nats.out).toMatch(/pass \d+/);
    }
    const overHttp = await claimgate([
      ...load,
      '--transport',
      'http',
      '--format',
      'nhsa',
      '--url',
      http ?? '',
    ]);
    expect({ code: overHttp.code, err: overHttp.err }).toEqual({ code: 0, err: '' });
    expect((await service.stop()).code).toBe(0);
  });
});

describe('claimgate demo', () => {
  it('shows decisions and a summary, and ends by itself', async () => {
    const { code, out, err } = await claimgate(
      ['demo', '--seconds', '4', '--rate', '60'],
      environment('demo'),
    );
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/HTTP\s+http:\/\/127\.0\.0\.1:\d+/);
    expect(out).toMatch(/^alert .*示范/m);
    expect(out).toContain('医保不予支付');
    expect(out).toMatch(/\/s\s+p50 .* p99 .*pass \d+/);
    expect(out).toMatch(/240 claims .* 0 failed/);
    expect(lives(await brokerPid('demo/demo'))).toBe(false);
  });

  it('ends with 0 at Ctrl-C, with a summary and without children; a busy port and a second demo are no trouble', async () => {
    const { port, server } = await occupiedPort();
    const demo = new Running(['demo'], environment('demo-stop', String(port)));
    await demo.said(/\/s\s+p50/);
    const pid = await brokerPid('demo-stop/demo');
    // A second demo beside it, on the same port and in the same data directory.
    const second = await claimgate(['demo', '--seconds', '1'], environment('demo-stop', String(port)));
    expect({ code: second.code, err: second.err }).toEqual({ code: 0, err: '' });
    expect(lives(pid)).toBe(true);
    const { code, out } = await demo.stop();
    server.close();
    expect(code).toBe(0);
    expect(out).toContain(`port ${port} is in use`);
    expect(out).toMatch(/claims in .* 0 failed/);
    expect(lives(pid)).toBe(false);
  });
});
