/**
 * A rule set in shared memory: its tables as an image that every thread looks into, and the rest of it serialised,
 * which every thread reads for itself. Packed once, for all threads and for every replacement later.
 */
import { serialize } from 'node:v8';
import type { Artifact } from '../ruleset/compile/artifact.js';
import { packTables } from '../ruleset/runtime/tables/pack-tables.js';

export interface PackedArtifact {
  readonly id: string;
  /** Everything but the tables. */
  readonly bytes: SharedArrayBuffer;
  /** See ruleset/runtime/tables. */
  readonly tables: SharedArrayBuffer;
}

export function packArtifact({ tables, ...artifact }: Artifact): PackedArtifact {
  const plain = serialize(artifact);
  const bytes = new SharedArrayBuffer(plain.byteLength);
  new Uint8Array(bytes).set(plain);
  return { id: artifact.id, bytes, tables: packTables(tables, artifact.texts) };
}
