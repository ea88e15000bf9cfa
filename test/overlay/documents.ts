/** Overlays as they lie at the broker, signed by invented people. */
import { signOperatorOverlay } from '../../src/ruleset/overlay/overlay-desk.js';
import type { BrakeEntry, OperatorOverlay, StoredOverlay } from '../../src/ruleset/overlay/stored-overlay.js';
import { person, trusting } from '../ruleset/release/people.js';

export const operator = person('运维丁', 'operate');
export const colleague = person('运维戊', 'operate');
export const author = person('作者甲', 'publish');
export const activator = person('审核乙', 'activate');
export const stranger = person('生人己', 'operate');
export const trusted = trusting(operator, colleague, author, activator);

export const at = '2026-07-02T08:00:00.000Z';
export const nowMs = Date.parse(at);

export const killed = {
  rule: 'sex-drug',
  institution: null,
  by: operator.name,
  reason: '误报',
  at,
};

export function operatorOverlay(rest: Partial<OperatorOverlay> = {}): OperatorOverlay {
  return {
    format: 1,
    serial: 1,
    switches: [killed],
    snoozes: [],
    unbraked: [],
    reason: '误报',
    signedAt: at,
    ...rest,
  };
}

export function brakeOf(version: number, ...rules: readonly string[]): BrakeEntry {
  return { version, rules, scene: '2', by: 'node-1', reason: 'left its band', at };
}

/** By `operator` unless said otherwise. */
export function stored(
  number: number,
  overlay: OperatorOverlay | null = operatorOverlay(),
  brakes: readonly BrakeEntry[] = [],
  by = operator,
): StoredOverlay {
  const signed = overlay === null ? null : signOperatorOverlay(overlay, by.signing);
  return { format: 1, number, operator: signed, brakes };
}
