import { describe, expect, test } from 'vitest';
import { packArtifact } from '../../src/screening/packed-artifact.js';
import { unpackArtifact } from '../../workers/ruleset-cache.js';
import { artifactOf } from './fixtures/settings.js';

const table = {
  rows: 2,
  key: 'k',
  kinds: { k: 'list', days: 'number' },
  columns: { k: [['T000000001', '甲'], null], days: [1.5, null] },
} as const;
const artifact = { ...artifactOf('sha256:one'), tables: { t: table }, texts: ['T000000002', 'female'] };
const packed = packArtifact(artifact);

describe('a packed artifact', () => {
  test('is all of it: its tables to look into, the rest as it was', () => {
    expect(packed.id).toBe('sha256:one');
    const { artifact: rest, tables } = unpackArtifact(packed);
    expect({ ...rest, tables: artifact.tables }).toEqual(artifact);
    expect(tables.names).toEqual(['t']);
    const { rows, key } = tables.get('t');
    const columns = Object.fromEntries(
      tables.get('t').columns.map((name) => [name, [0, 1].map((row) => tables.get('t').cell(name, row))]),
    );
    expect({ rows, key, columns }).toEqual({ rows: 2, key: 'k', columns: table.columns });
  });

  test('numbers the texts that rules compare, item codes before the others', () => {
    const { tables } = unpackArtifact(packed);
    const numbers = ['T000000001', 'T000000002', '甲', 'female'].map((text) => tables.numberOfText(text));
    expect(numbers).toEqual([0, 1, 2, 3]);
    expect(tables.nationalCount).toBe(2);
  });

  test('lets threads look into the same tables, and copies none', () => {
    const days = [unpackArtifact(packed), unpackArtifact(packed)].map(({ tables }) =>
      tables.get('t').numbers('days'),
    );
    expect(days.map(({ buffer }) => buffer === packed.tables)).toEqual([true, true]);
  });
});
