import { expect, test } from 'vitest';
import { packArtifact } from '../../src/screening/packed-artifact.js';
import { unpackArtifact } from '../../workers/ruleset-cache.js';
import { artifactOf } from './fixtures/settings.js';

test('a worker unpacks what main has packed', () => {
  const columns = { k: [['甲', null, 1.5]] };
  const artifact = { ...artifactOf('sha256:one'), tables: { t: { rows: 1, key: 'k', columns } } };
  const packed = packArtifact(artifact);
  expect(packed.id).toBe('sha256:one');
  expect(unpackArtifact(packed.bytes)).toEqual(artifact);
});
