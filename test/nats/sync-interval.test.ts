import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { syncsAlways, verifyServer } from '../../src/nats/server-binary.js';
import { serverProgram, startTestBroker } from './broker-fixture.js';

test.each([
  ['2.9.10', false],
  ['2.9.25', false],
  ['2.10.0', true],
  ['2.12.1-beta', true],
  ['3.0.0', true],
  ['', false],
])('server %s: sync_interval always is %s', (version, expected) => {
  expect(syncsAlways(version)).toBe(expected);
});

test('the embedded broker is asked for it where it knows it, and starts either way', async () => {
  const version = (await verifyServer(await serverProgram()))?.version ?? '';
  const broker = await startTestBroker();
  const configuration = await readFile(join(broker.folder, 'nats-server.conf'), 'utf8');
  expect(configuration.includes('sync_interval: always')).toBe(syncsAlways(version));
  await broker.stop();
});
