import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  checkBroker,
  checkDataDir,
  checkMachine,
  checkNode,
  checkPort,
  checkSecret,
  checkText,
  settingsInForce,
} from '../../src/cli/doctor-checks.js';
import { readSettings, type Settings } from '../../src/config/settings.js';
import { freePort } from '../free-port.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'claimgate-doctor-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function settings(environment: Record<string, string> = {}): Settings {
  const read = readSettings(environment);
  if (!read.ok) throw new Error(read.error.join('\n'));
  return read.value;
}

describe('doctor', () => {
  it('wants Node 20.18', () => {
    expect(checkNode('20.17.9').level).toBe('missing');
    expect(checkNode('18.20.0').level).toBe('missing');
    expect(checkNode('20.18.0').level).toBe('fine');
    expect(checkNode('24.1.0').level).toBe('fine');
    expect(checkNode().level).toBe('fine');
  });

  it('wants a Node that reads GBK', () => {
    expect(checkText().level).toBe('fine');
  });

  it('wants memory for every worker', () => {
    expect(checkMachine(100_000).level).toBe('missing');
    expect(checkMachine(2).what).toContain('2 workers');
  });

  it('says that a port is in use and what that means', async () => {
    const port = await freePort();
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    const taken = await checkPort('127.0.0.1', port);
    server.close();
    await once(server, 'close');
    expect(taken).toMatchObject({ level: 'note', what: expect.stringContaining('EADDRINUSE') });
    expect((await checkPort('127.0.0.1', port)).level).toBe('fine');
    expect((await checkPort('203.0.113.7', 80)).level).toBe('missing');
  });

  it('wants a data directory that is one', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    expect(await checkDataDir(join(folder, 'new', 'deep'))).toMatchObject({
      level: 'fine',
      what: expect.stringContaining('can be made'),
    });
    expect(existsSync(join(folder, 'new'))).toBe(false);
    expect((await checkDataDir(folder)).what).toContain('can be written');
    expect((await checkDataDir(join(file, 'below'))).level).toBe('missing');
  });

  it('tells a given secret, a kept one and one still to be made apart', async () => {
    expect((await checkSecret('given-secret-of-length', folder)).what).toContain('CLAIMGATE_PATIENT_SECRET');
    expect((await checkSecret(null, folder)).level).toBe('note');
    await writeFile(join(folder, 'patient-secret'), 'x');
    await chmod(join(folder, 'patient-secret'), 0o600);
    expect((await checkSecret(null, folder)).level).toBe('fine');
  });

  it('says that nobody answers at NATS_URL', async () => {
    const answer = await checkBroker(settings({ NATS_URL: 'nats://127.0.0.1:1' }));
    expect(answer).toMatchObject({ level: 'missing', what: expect.stringContaining('does not answer') });
  });

  it('lists settings that are not at their default, and no secret', () => {
    const listed = settingsInForce(
      settings({ CLAIMGATE_WORKERS: '7', CLAIMGATE_API_KEY: 'a-key-that-nobody-may-see' }),
    ).join('\n');
    expect(listed).toContain('CLAIMGATE_WORKERS = 7');
    expect(listed).toContain('CLAIMGATE_API_KEY = (set)');
    expect(listed).not.toContain('nobody-may-see');
    expect(listed).not.toContain('CLAIMGATE_RULES');
  });
});
