/** Claims of the simulated town as NDJSON, as a bureau would export them. */

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { ClaimGenerator, usualOptions } from '../claims/generate.js';
import { nativeObject } from '../claims/render-native.js';

export type ReplayKind = 'screening' | 'settlement';

const days = 20;
const dayMs = 86_400_000;
export const firstDay = '2026-10-01';
export const lastDay = '2026-10-20';
const begin = Date.parse(`${firstDay}T00:00:00+08:00`);
const claimsOfPatient = 5;
const tracedLines = 3;

/** Writes `count` claims of 30 lines; each patient has five, and one line in ten a trace code. */
export async function writeClaims(
  kind: ReplayKind,
  count: number,
  seed: number,
  path: string,
): Promise<void> {
  const generator = new ClaimGenerator({ ...usualOptions, seed, tablesDir: 'rules/tables', lines: 30 });
  const file = createWriteStream(path);
  for (let i = 0; i < count; i++) {
    const { claim } = generator.claim(i);
    claim.patient.id = `350000990000${10_000_000 + (i % Math.ceil(count / claimsOfPatient))}`;
    const sentAt = new Date(begin + (i * days * dayMs) / count).toISOString();
    const { lines, ...head } = nativeObject(claim) as { readonly lines: readonly object[] };
    const native = { ...head, sentAt, lines };
    const body = kind === 'screening' ? native : settled(native, i);
    if (!file.write(`${JSON.stringify(body)}\n`)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
}

function settled(claim: { readonly lines: readonly object[] }, i: number): object {
  const lines = claim.lines.map((line, at) =>
    at < tracedLines ? { ...line, traceCodes: [codeOf(i, at)] } : line,
  );
  return { ...claim, kind: 'settlement', scene: null, claimId: null, lines };
}

function codeOf(claim: number, line: number): string {
  return `8${String(claim).padStart(13, '0')}${String(line).padStart(6, '0')}`;
}
