import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openBundle, packBundle } from '../../../src/ruleset/release/bundle.js';

test('what is packed comes out again, and the same files give the same bytes', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.string({ unit: 'grapheme' })), (files) => {
      const source = { label: 'a/', files: new Map(Object.entries(files)) };
      const { bytes, digest } = packBundle(source);
      const reversed = new Map([...source.files].reverse());
      expect(packBundle({ label: 'b/', files: reversed }).digest).toBe(digest);
      const opened = openBundle(bytes, digest, 'v7/');
      expect(opened.ok && new Map(opened.value.files)).toEqual(source.files);
    }),
  );
});

test('other bytes than the published ones are refused', () => {
  const { bytes, digest } = packBundle({ label: '', files: new Map([['ruleset.yaml', 'name: x']]) });
  const changed = Uint8Array.from(bytes);
  changed[20] = (changed[20] ?? 0) ^ 1;
  expect(openBundle(changed, digest, '')).toMatchObject({ ok: false, error: { reason: 'tampered' } });
  expect(openBundle(bytes.subarray(1), digest, '')).toMatchObject({
    ok: false,
    error: { reason: 'tampered' },
  });
});
