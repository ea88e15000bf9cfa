/** The service as a user runs it: started, stopped by Ctrl-C, started again. Needs the build and a nats-server. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeSmallRules } from '../releases/small-rules.js';
import { claimgate, endAll, lives, Running } from './command-line.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'claimgate-service-'));
  await writeSmallRules(join(folder, 'rules'), 1);
});
afterAll(async () => {
  await endAll();
  await rm(folder, { recursive: true, force: true });
});

/** As a user has it, with the shipped rules. */
function asShipped(name: string, port = '0'): Record<string, string> {
  return { CLAIMGATE_DATA_DIR: join(folder, name), CLAIMGATE_HTTP_PORT: port };
}

/** With rules that compile in a moment, where no claim comes. */
function environment(name: string, port = '0'): Record<string, string> {
  return { ...asShipped(name, port), CLAIMGATE_RULES: join(folder, 'rules') };
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
    // The broker comes first, the workers take the longest: now it is in the middle, unless we are slow to look.
    const record = join(folder, 'early', 'nats', 'broker.json');
    while (!existsSync(record) && service.child.exitCode === null) await sleep(5);
    const { code, err } = await service.stop();
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(lives(await brokerPid('early'))).toBe(false);
  });

  it('answers a simulated hospital over NATS and over HTTP', async () => {
    const service = new Running(['start'], asShipped('load'));
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

describe('claimgate serve', () => {
  /** With a broker that is not there: it gets as far as waiting for one. */
  const serve = (name: string) =>
    new Running(['serve'], { ...environment(name), NATS_URL: 'nats://127.0.0.1:1' });

  it('ends with 0 when it is stopped before it is ready, however far it has come', async () => {
    const moments = [/budgets in force/, /"reasons":\["starting"/, listening] as const;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      for (const moment of moments) {
        const service = serve('unready');
        await service.said(moment);
        const { code, err, out } = await service.stop(signal);
        expect({ signal, moment, code, err }).toEqual({ signal, moment, code: 0, err: '' });
        expect(out).not.toMatch(ready);
      }
    }
  });

  it('shares its history with no other service, and leaves it to the next when it is killed', async () => {
    const first = serve('shared');
    await first.said(listening);
    const second = await serve('shared').ended();
    const history = join(folder, 'shared', 'history');
    const holder = `process ${first.child.pid} on ${hostname()}`;
    expect([second.code, second.err]).toEqual([
      1,
      `The history in ${history} is in use by ${holder}: stop that first.\n`,
    ]);
    first.child.kill('SIGKILL');
    await first.ended();
    const next = serve('shared');
    await next.said(listening);
    expect((await next.stop()).code).toBe(0);
  });
});

describe('claimgate demo', () => {
  it('shows decisions and a summary, and ends by itself', async () => {
    const { code, out, err } = await claimgate(['demo', '--seconds', '4', '--rate', '60'], asShipped('demo'));
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
    const demo = new Running(['demo'], asShipped('demo-stop', String(port)));
    await demo.said(/\/s\s+p50/);
    const pid = await brokerPid('demo-stop/demo');
    // A second demo beside it, on the same port and in the same data directory.
    const second = await claimgate(['demo', '--seconds', '1'], asShipped('demo-stop', String(port)));
    expect({ code: second.code, err: second.err }).toEqual({ code: 0, err: '' });
    expect(lives(pid)).toBe(true);
    const { code, out, err } = await demo.stop();
    server.close();
    expect({ code, err, summary: /^.* failed$/m.exec(out)?.[0] }).toEqual({
      code: 0,
      err: '',
      summary: expect.stringMatching(/^[\d,]+ claims in .* 0 failed$/),
    });
    expect(out).toContain(`port ${port} is in use`);
    expect(lives(pid)).toBe(false);
  });
});
