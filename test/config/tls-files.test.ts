import { describe, expect, test } from 'vitest';
import { readSettings, type Settings } from '../../src/config/settings.js';
import { readTlsFiles } from '../../src/config/tls-files.js';

const fixtures = new URL('../gateway/fixtures/localhost.test-only.', import.meta.url).pathname;

function settings(cert: string, key: string): Settings {
  const read = readSettings({ CLAIMGATE_TLS_CERT: cert, CLAIMGATE_TLS_KEY: key });
  if (!read.ok) throw new Error(read.error.join());
  return read.value;
}

describe('TLS files', () => {
  test('none where none are named', async () => {
    expect(await readTlsFiles(settings('', ''))).toEqual({ ok: true, value: null });
  });

  test('are read as they are', async () => {
    const files = await readTlsFiles(settings(`${fixtures}cert.pem`, `${fixtures}key.pem`));
    expect(files.ok && files.value?.cert.toString()).toMatch(/^-----BEGIN CERTIFICATE-----/);
    expect(files.ok && files.value?.key.toString()).toMatch(/PRIVATE KEY-----/);
  });

  test('one that is missing is one line', async () => {
    const files = await readTlsFiles(settings(`${fixtures}cert.pem`, '/nonexistent/key.pem'));
    expect(files.ok === false && files.error).toMatch(/^the TLS files cannot be read: ENOENT.*key\.pem'$/);
  });
});
