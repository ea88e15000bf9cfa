import { describe, expect, it } from 'vitest';
import { derivedId, sha256Hex } from '../../src/base/hash.js';

describe('hashes', () => {
  it('hashes text as UTF-8', () => {
    expect(sha256Hex('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(sha256Hex('关口')).toBe(sha256Hex(new TextEncoder().encode('关口')));
  });

  it('makes ids that tell lists of parts apart', () => {
    const ids = [['a', 'b'], ['ab'], ['a', null, 'b'], ['a', 'b', ''], [['a', 'b']], ['a,b']].map((parts) =>
      derivedId('F', parts),
    );
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => /^F[0-9a-f]{31}$/.test(id))).toBe(true);
  });
});
