import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { claimFields } from '../../src/claim/fields.js';
import { renderFieldReference } from '../../src/claim/reference.js';

const file = new URL('../../src/claim/FIELDS.md', import.meta.url);

describe('the field reference', () => {
  it('is what the field table gives (UPDATE_GOLDEN=1 rewrites it)', () => {
    const rendered = renderFieldReference();
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, rendered);
    expect(readFileSync(file, 'utf8')).toBe(rendered);
  });

  it('has every field once', () => {
    const rendered = renderFieldReference();
    for (const path of Object.keys(claimFields)) {
      expect(rendered.split(`| \`${path}\` `)).toHaveLength(2);
    }
  });
});
