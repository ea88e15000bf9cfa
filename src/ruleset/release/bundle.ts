/**
 * The text of a rule set in one piece. A release carries this, not generated code: every node runs only what its own
 * compiler has made.
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import { sha256Hex } from '../../base/hash.js';
import { fail, ok, type Result } from '../../base/result.js';
import { canonicalText } from '../compile/canonical.js';
import type { RulesSource } from '../parse/parse-rules.js';
import { type Refusal, refusal } from './refusal.js';

/** What a bundle may unfold to. */
const mostTextBytes = 512 * 1024 * 1024;

export interface Bundle {
  readonly bytes: Uint8Array;
  /** SHA-256 of the bytes, hex. */
  readonly digest: string;
}

/** Texts that nobody has opened yet: that stops whoever does it for a moment. */
export interface BundledText {
  readonly bundle: Bundle;
  /** How diagnostics name the folder. */
  readonly label: string;
}

/** The same files give the same bytes. */
export function packBundle({ files }: RulesSource): Bundle {
  const bytes = gzipSync(canonicalText({ files: Object.fromEntries(files) }), { level: 6 });
  return { bytes, digest: sha256Hex(bytes) };
}

/** `label`: how diagnostics name the folder. */
export function openBundle(bytes: Uint8Array, digest: string, label: string): Result<RulesSource, Refusal> {
  if (sha256Hex(bytes) !== digest) {
    return fail(refusal('tampered', 'the text of the rule set is not the one that was published'));
  }
  try {
    const text = gunzipSync(bytes, { maxOutputLength: mostTextBytes }).toString('utf8');
    const { files } = JSON.parse(text) as { readonly files: Readonly<Record<string, string>> };
    return ok({ label, files: new Map(Object.entries(files)) });
  } catch {
    return fail(refusal('tampered', 'the text of the rule set cannot be unfolded'));
  }
}

export function openText({ bundle: { bytes, digest }, label }: BundledText): Result<RulesSource, Refusal> {
  return openBundle(bytes, digest, label);
}
