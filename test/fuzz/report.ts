/**
 * A finding as a person needs it: what is wrong, the smallest bytes that show it, and how to see it again.
 */
import { type Finding, hangs, judgeInTime } from './campaign.js';
import { shrink } from './shrink.js';
import type { Input, Subject } from './subject.js';

/** A hang is shrunk with less patience, or shrinking would be one. */
const shrinkLimits = { hang: { ms: 1000, attempts: 25 }, other: { ms: 5000, attempts: 1500 } } as const;

export function smallest(finding: Finding, subjects: readonly Subject[]): Finding {
  const { problem, input, between } = finding;
  const { ms, attempts } = problem === hangs ? shrinkLimits.hang : shrinkLimits.other;
  const fails = (bytes: Uint8Array) =>
    judgeInTime({ bytes, format: input.format }, between, subjects, ms) === problem;
  return { ...finding, input: { bytes: shrink(input, fails, attempts), format: input.format } };
}

export function describeFinding({ problem, input, between }: Finding): string {
  const text = Buffer.from(input.bytes)
    .toString('latin1')
    .replace(/[^\x20-\x7e]/g, '.');
  const lines = [problem, `  ${spell('input', input)}`, `  as text: ${text.slice(0, 400)}`];
  if (problem.includes('another claim') || problem.includes('next claim'))
    lines.push(`  ${spell('between', between)}`);
  return lines.join('\n');
}

function spell(name: string, { bytes, format }: Input): string {
  const base64 = Buffer.from(bytes).toString('base64');
  return `${name}: ${bytes.length} bytes as ${format ?? 'recognised'}, base64 ${base64}`;
}
