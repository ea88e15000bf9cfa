/**
 * The largest bodies that come through the door, made to need as much heap as possible, on the smallest heap
 * that the settings allow for them: a thread may be lost to one, the process may not.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ServiceProcess, startProcess } from './fixtures/service-process.js';

const largest = 8 * 1024 * 1024 - 64 * 1024;
let dataDir: string;
let service: ServiceProcess;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'claimgate-large-'));
  service = await startProcess({
    CLAIMGATE_DATA_DIR: dataDir,
    CLAIMGATE_HTTP_PORT: '0',
    CLAIMGATE_WORKERS: '2',
    CLAIMGATE_WORKER_MEMORY_MB: '256',
    // The bodies shall be read to their end, however slow the machine.
    CLAIMGATE_BUDGET_PRE_MS: '9000',
    CLAIMGATE_BUDGET_MID_MS: '9000',
    CLAIMGATE_LOG_LEVEL: 'error',
  });
});

afterAll(async () => {
  await service.end('SIGTERM');
  await rm(dataDir, { recursive: true, force: true });
});

function json(open: string, unit: string, close: string): Buffer {
  const times = Math.floor((largest - open.length - close.length) / unit.length);
  return Buffer.from(open + unit.repeat(times).slice(0, -1) + close);
}

function keys(): Buffer {
  const parts = Array.from({ length: largest / 9 }, (_, i) => `"${i.toString(36)}":1`);
  return Buffer.from(`{${parts.join(',')}}`);
}

/** A MessagePack map whose only value is a list of `filler` bytes, one value each. */
function messagePack(filler: number): Buffer {
  const body = Buffer.alloc(largest, filler);
  body.set([0x81, 0xa1, 0x61, 0xdd]);
  body.writeUInt32BE(largest - 8, 4);
  return body;
}

test.each([
  ['empty objects', 'json', json('{"lines":[', '{},', ']}')],
  ['empty lists', 'json', json('{"lines":[', '[],', ']}')],
  ['patients', 'json', json('{"infno":"3101","input":{"data":{"patient_dtos":[', '{},', ']}}}')],
  ['keys', 'json', keys()],
  ['empty maps', 'msgpack', messagePack(0x80)],
  ['empty lists in MessagePack', 'msgpack', messagePack(0x90)],
])('8 MiB of %s', async (_, type, body) => {
  expect(body.byteLength).toBeLessThanOrEqual(largest);
  const response = await fetch(`${service.http}/v1/screenings`, {
    method: 'POST',
    headers: { 'Content-Type': `application/${type}` },
    body,
  });
  // Unreadable, or one that a worker was lost to; in either case answered.
  expect([200, 400]).toContain(response.status);
  expect(service.child.exitCode).toBeNull();
  expect((await fetch(`${service.http}/livez`)).status).toBe(200);
});
