/** A rule set in shared memory: serialised once, read by every thread and by every replacement later. */
import { serialize } from 'node:v8';
import type { Artifact } from '../ruleset/compile/artifact.js';

export interface PackedArtifact {
  readonly id: string;
  readonly bytes: SharedArrayBuffer;
}

export function packArtifact(artifact: Artifact): PackedArtifact {
  const plain = serialize(artifact);
  const bytes = new SharedArrayBuffer(plain.byteLength);
  new Uint8Array(bytes).set(plain);
  return { id: artifact.id, bytes };
}
