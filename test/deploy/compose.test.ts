import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { isLoopback, readSettings } from '../../src/config/settings.js';
import { readDeployed } from './expressions.js';
import { deployFolder, generatedEnvironment, parseEnv, removeFolder } from './nats-fixture.js';

interface Service {
  readonly image: string;
  readonly network_mode: string;
  readonly command?: readonly string[];
  readonly env_file?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly stop_grace_period?: string;
  readonly [other: string]: unknown;
}

const compose = parse(readDeployed('compose.yaml'), { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};
const services = Object.entries(compose.services);
const secretName = /PASSWORD|SECRET|KEY|TOKEN/;

let folder: string;
let natsEnvironment: Record<string, string>;
let serviceEnvironment: Record<string, string>;

beforeAll(async () => {
  ({ folder, env: natsEnvironment } = await generatedEnvironment());
  serviceEnvironment = parseEnv(readFileSync(join(folder, 'claimgate.env'), 'utf8'));
});
afterAll(async () => removeFolder(folder));

describe('compose.yaml', () => {
  test('runs the four', () => {
    expect(Object.keys(compose.services)).toEqual(['nats', 'claimgate', 'prometheus', 'grafana']);
  });

  test.each(services)('%s is pinned, bounded, without privileges and comes back', (_name, service) => {
    expect(service.image).toMatch(/^[a-z/]+:v?\d+\.\d+(\.\d+)?(-[a-z]+)?$/);
    expect(service).toMatchObject({
      network_mode: 'host',
      restart: 'unless-stopped',
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      pids_limit: expect.any(Number),
      mem_limit: expect.stringMatching(/^\d+[mg]$/),
    });
    expect(service['cpus'] ?? service['cpu_shares']).toBeGreaterThan(0);
    // More than any machine surely has would keep the container from starting.
    expect(Number(service['cpus'] ?? 1)).toBeLessThanOrEqual(1);
    expect(service).not.toHaveProperty('privileged');
    expect(service).not.toHaveProperty('ports');
  });

  test('what is mounted is there, or a volume', () => {
    const mounts = services.flatMap(([, service]) => service.volumes ?? []);
    for (const source of mounts.map((mount) => mount.split(':')[0]!)) {
      if (source.startsWith('.')) expect(existsSync(join(deployFolder, source)), source).toBe(true);
      else expect(compose.volumes).toHaveProperty(source);
    }
    const sources = mounts.filter((mount) => mount.startsWith('.'));
    expect(sources.every((mount) => mount.endsWith(':ro'))).toBe(true);
  });

  test('holds no secret, and every container sees its own file of them only', () => {
    for (const [name, service] of services) {
      const secrets = Object.keys(service.environment ?? {}).filter((key) => secretName.test(key));
      expect(secrets, name).toEqual([]);
      for (const file of service.env_file ?? []) {
        expect(file).toBe(`${name}.env`);
        expect(existsSync(join(deployFolder, `${file}.example`)), file).toBe(true);
      }
    }
  });

  test('the example files hold no secret, the generated ones do', () => {
    for (const name of ['nats', 'claimgate', 'grafana']) {
      const example = parseEnv(readDeployed(`${name}.env.example`));
      const generated = parseEnv(readFileSync(join(folder, `${name}.env`), 'utf8'));
      expect(Object.keys(generated)).toEqual(Object.keys(example));
      for (const [key, value] of Object.entries(example)) {
        if (!secretName.test(key)) continue;
        expect(value, key).toBe('');
        expect(generated[key], key).toMatch(/^cg[0-9a-f]{48}$/);
      }
    }
    expect(readDeployed('claimgate.env.example')).toContain('claimgate:SERVICE_PASSWORD@');
  });
});

describe('addresses', () => {
  test('everything listens on loopback', () => {
    const server = readDeployed('nats/server.conf');
    expect(server).toMatch(/^host: 127\.0\.0\.1$/m);
    expect(server).toMatch(/^http: "127\.0\.0\.1:8222"$/m);
    expect(isLoopback(serviceEnvironment['CLAIMGATE_HTTP_HOST']!)).toBe(true);
    expect(compose.services['prometheus']!.command).toContain('--web.listen-address=127.0.0.1:9090');
    expect(compose.services['grafana']!.environment).toMatchObject({ GF_SERVER_HTTP_ADDR: '127.0.0.1' });
  });

  test('each is asked where it listens', () => {
    const { scrape_configs: jobs } = parse(readDeployed('prometheus/prometheus.yml')) as {
      scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[];
    };
    const { CLAIMGATE_HTTP_HOST: host, CLAIMGATE_HTTP_PORT: port, NATS_URL: url } = serviceEnvironment;
    const targets = jobs.map(({ job_name, static_configs }) => [job_name, static_configs[0]!.targets]);
    expect(targets).toEqual([
      ['claimgate', [`${host}:${port}`]],
      ['prometheus', ['127.0.0.1:9090']],
    ]);
    expect(new URL(url!).host).toBe('127.0.0.1:4222');
    expect(readDeployed('nats/server.conf')).toMatch(/^port: 4222$/m);
    expect(readDeployed('grafana/provisioning/datasources/prometheus.yaml')).toContain(
      'http://127.0.0.1:9090',
    );
    const checks = services.flatMap(([, service]) => service.healthcheck?.test.at(-1) ?? []);
    expect(checks).toEqual([
      'http://127.0.0.1:8222/healthz',
      'http://127.0.0.1:9090/-/healthy',
      'http://127.0.0.1:3000/api/health',
    ]);
  });
});

describe('the settings', () => {
  test('the generated file is one that the service takes, with the password that the broker knows', () => {
    const settings = readSettings({ ...serviceEnvironment, CLAIMGATE_DATA_DIR: '/var/lib/claimgate' });
    expect(settings).toMatchObject({ ok: true });
    const url = new URL(serviceEnvironment['NATS_URL']!);
    expect(url.username).toBe('claimgate');
    expect(url.password).toBe(natsEnvironment['CLAIMGATE_NATS_SERVICE_PASSWORD']);
  });

  test('whoever stops the service waits longer than it takes to leave', () => {
    const settings = readSettings({});
    const limitMs = settings.ok ? settings.value.CLAIMGATE_SHUTDOWN_MS : Number.NaN;
    const grace = Number(/^(\d+)s$/.exec(compose.services['claimgate']!.stop_grace_period ?? '')?.[1]);
    const timeout = Number(/^TimeoutStopSec=(\d+)$/m.exec(readDeployed('systemd/claimgate.service'))?.[1]);
    expect(grace * 1000).toBeGreaterThan(limitMs);
    expect(timeout * 1000).toBeGreaterThan(limitMs);
  });

  test('no alert and no panel knows a budget by heart: the service says which are in force', () => {
    for (const file of ['prometheus/alerts.yml', 'grafana/dashboards/claimgate.json']) {
      const text = readDeployed(file);
      expect(text, file).toContain('claimgate_budget_seconds');
      expect(text, file).not.toMatch(/\ble=\\?"/);
    }
  });

  test('the container has room for its threads at their limit', () => {
    const settings = readSettings({ CLAIMGATE_WORKERS: '3' });
    const limitMb = settings.ok ? settings.value.CLAIMGATE_WORKER_MEMORY_MB : Number.NaN;
    const container = Number(/^(\d+)g$/.exec(String(compose.services['claimgate']!.mem_limit))?.[1]);
    expect(container * 1024).toBeGreaterThanOrEqual(250 + 3 * limitMb);
  });
});
