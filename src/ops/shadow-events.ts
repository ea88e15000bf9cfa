/** What happens with a shadow that an operator wants to see: its log line and its metrics together. */
import type { Refusal } from '../ruleset/release/refusal.js';
import type { CompareReply } from '../screening/protocol/shadow.js';
import type { Crash } from '../screening/protocol.js';
import type { Logger } from './logger.js';
import type { Metrics } from './metrics.js';

export interface ShadowEvents {
  /** From here on it is compared with what is in force. `elapsedMs`: since the order was seen. */
  shadowBegan(shadow: {
    readonly version: number;
    readonly rulesetId: string;
    readonly serial: number;
    readonly signer: string;
    readonly elapsedMs: number;
  }): void;
  shadowRefused(refused: Refusal): void;
  /** Nothing is wrong: somebody wants it, or it has come into force. */
  shadowEnded(shadow: { readonly version: number; readonly why: string }): void;
  /** It has cost its thread and is not tried again. `rule`: id of the rule that was running. */
  shadowLost(shadow: {
    readonly version: number;
    readonly cause: string;
    readonly rule: string | null;
  }): void;
  /** A bug that costs the candidate claims; told once for each rule. */
  shadowFailed(failure: Crash): void;
  shadowCompared(reply: CompareReply): void;
  shadowDropped(reason: 'busy' | 'large' | 'stale', claims: number): void;
  /** That it has cost its thread cannot be written to the disk: after a restart it would be tried again. */
  shadowNotKept(problem: string): void;
}

export function createShadowEvents(log: Logger, metrics: Metrics): ShadowEvents {
  const claimsOf = (result: string) => metrics.series('claimgate_shadow_claims_total', { result });
  const compared = claimsOf('compared');
  const dropped = { busy: claimsOf('busy'), large: claimsOf('large'), stale: claimsOf('stale') };
  const none = (): void => metrics.clear('claimgate_shadow_info');
  return {
    shadowBegan({ elapsedMs, ...shadow }) {
      none();
      metrics.set('claimgate_shadow_info', { id: shadow.rulesetId, version: shadow.version }, 1);
      log.info({ ...shadow, elapsedMs: Math.round(elapsedMs) }, 'shadow began');
    },
    shadowRefused({ reason, message }) {
      metrics.count('claimgate_shadows_refused_total', { reason });
      log.error({ reason, message }, 'shadow refused');
    },
    shadowEnded(shadow) {
      none();
      log.info(shadow, 'shadow ended');
    },
    shadowLost(shadow) {
      none();
      metrics.count('claimgate_shadows_lost_total', {});
      log.error(shadow, 'shadow ended: it has cost its thread');
    },
    shadowFailed({ rule, error, at }) {
      log.error({ rule, error, at }, 'the shadow fails on claims');
    },
    shadowCompared({ claims }) {
      compared.fresh += claims.length;
      for (const { live, candidate, rules, failure } of claims) {
        if (live !== candidate) metrics.count('claimgate_shadow_changed_total', {});
        if (failure !== null) metrics.count('claimgate_shadow_failures_total', {});
        for (const { rule, gained, lost } of rules) {
          if (gained > 0)
            metrics.count('claimgate_shadow_findings_total', { change: 'gained', rule }, gained);
          if (lost > 0) metrics.count('claimgate_shadow_findings_total', { change: 'lost', rule }, lost);
        }
      }
    },
    shadowDropped(reason, claims) {
      dropped[reason].fresh += claims;
    },
    shadowNotKept(problem) {
      log.error({ problem }, 'how the shadow ended cannot be kept on disk');
    },
  };
}
