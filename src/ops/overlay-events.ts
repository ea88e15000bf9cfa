/** What happens with the overlay that an operator wants to see: its log line and its metrics together. */
import type { IgnoredBrake } from '../ruleset/overlay/accept-overlay.js';
import type { Overlay } from '../ruleset/overlay/overlay.js';
import type { Refusal } from '../ruleset/release/refusal.js';
import type { Logger } from './logger.js';
import type { Count, Metrics } from './metrics.js';
import type { RulesetInForce } from './release-events.js';

export interface OverlayEvents {
  /** From the next batch on. `operator`: who has signed last; null: only nodes have braked. */
  overlayInForce(change: {
    readonly overlay: Overlay;
    readonly serial: number;
    readonly operator: string | null;
  }): void;
  /** What was in force goes on. */
  overlayRefused(refused: Refusal): void;
  /** A node has braked what it may not. */
  brakeIgnored(brake: IgnoredBrake): void;
  /** The broker had lost it, or somebody had left out some of it. */
  overlayPutBack(number: number): void;
  /** What was in force when the node went down cannot be put back. */
  overlayNotResumed(problem: string): void;
  /** It is in force, and cannot be written to the disk: a start without the broker would go without it. */
  overlayNotKept(problem: string): void;
  /** The broker cannot be asked; it is asked again. */
  overlayUnreadable(problem: string): void;
  /** Of one claim: rules whose findings are kept without being shown, each once. */
  findingsHeldBack(rules: readonly string[]): void;
}

/** `numbered`: told of the number in force. */
export function createOverlayEvents(
  log: Logger,
  metrics: Metrics,
  numbered: (overlay: number) => void,
): OverlayEvents {
  const heldBack = new Map<string, Count>();
  metrics.set('claimgate_overlay_number', {}, 0);
  return {
    overlayInForce({ overlay, serial, operator }) {
      const { number, switches, snoozes } = overlay;
      const kills = switches.filter(({ kind }) => kind === 'kill').length;
      const entries = { kill: kills, brake: switches.length - kills, snooze: snoozes.length };
      for (const [kind, count] of Object.entries(entries)) {
        metrics.set('claimgate_overlay_entries', { kind }, count);
      }
      metrics.set('claimgate_overlay_number', {}, number);
      log.info({ number, serial, operator, ...entries }, 'overlay in force');
      numbered(number);
    },
    overlayRefused({ reason, message }) {
      metrics.count('claimgate_overlays_refused_total', { reason });
      log.error({ reason, message }, 'overlay refused');
    },
    brakeIgnored({ version, rules, why }) {
      log.error({ version, rules, why }, 'brake ignored');
    },
    overlayPutBack(number) {
      log.warn({ number }, 'the broker lacked some of the overlay; it has it back');
    },
    overlayNotResumed(problem) {
      log.error({ problem }, 'the overlay that was in force cannot be put back');
    },
    overlayNotKept(problem) {
      log.error({ problem }, 'the overlay in force cannot be kept on disk');
    },
    overlayUnreadable(problem) {
      log.warn({ problem }, 'the overlay cannot be read');
    },
    findingsHeldBack(rules) {
      for (const rule of rules) {
        let count = heldBack.get(rule);
        if (count === undefined) {
          count = metrics.series('claimgate_findings_held_back_total', { rule });
          heldBack.set(rule, count);
        }
        count.fresh += 1;
      }
    },
  };
}

/** Tells of the rule set in force with the overlay's number, whichever of the two changes. */
export function tellTogether(tell: (ruleset: RulesetInForce & { readonly overlay: number }) => void) {
  let ruleset: RulesetInForce | null = null;
  let overlay = 0;
  const both = (): void => {
    if (ruleset !== null) tell({ ...ruleset, overlay });
  };
  return {
    rulesetInForce: (next: RulesetInForce): void => {
      ruleset = next;
      both();
    },
    numbered: (next: number): void => {
      overlay = next;
      both();
    },
  };
}
