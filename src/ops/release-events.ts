/** What happens with releases that an operator wants to see: its log line and its metrics together. */
import type { Refusal } from '../ruleset/release/refusal.js';
import type { Logger } from './logger.js';
import type { Metrics } from './metrics.js';

/** A rule set that claims are screened by. */
export interface RulesetInForce {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly rules: number;
}

/** What comes of following the pointer. */
export interface PointerEvents {
  /** The node keeps to this change of what is in force. `elapsedMs`: since it was seen. */
  releaseInForce(release: {
    readonly version: number;
    readonly rulesetId: string;
    readonly serial: number;
    readonly activator: string;
    readonly elapsedMs: number;
  }): void;
  /** From the next batch on. `special`: those of single institutions, with how many these are. */
  rulesetsInForce(
    common: RulesetInForce,
    special: readonly (RulesetInForce & { readonly institutions: number })[],
  ): void;
  /** What was in force goes on. */
  releaseRefused(refused: Refusal): void;
  /** The broker had lost the change that is in force. */
  releasePutBack(serial: number): void;
  /** It is in force, and cannot be written to the disk: a start without the broker would go without it. */
  releaseNotKept(problem: string): void;
  /** The node's own folder counts, and that cannot be written to the disk: a restart would not know it. */
  ownFolderNotKept(problem: string): void;
  /** The broker cannot be asked; it is asked again. */
  releasesUnreadable(problem: string): void;
}

export interface ReleaseEvents extends PointerEvents {
  /** What was in force when the node went down cannot be put back. */
  releaseNotResumed(problem: string): void;
  /** The broker had lost the newest version that this node has seen; its number stays given. */
  versionPutBack(version: number): void;
  /** Under the number of the newest version that this node has seen lies another one. */
  versionGivenTwice(version: number): void;
  /** The newest version that this node has seen cannot be written to the disk: a restart would forget its number. */
  newestVersionNotKept(problem: string): void;
  /** Neither a release nor the own folder counts here: what lies at the broker is refused or cannot be read. */
  releaseUnknown(): void;
  /** Nobody is trusted here: the node runs its own folder, whatever lies at the broker. */
  releasesIgnored(): void;
}

/** `inForce`: told of the rule set of all institutions that have none of their own. */
export function createReleaseEvents(
  log: Logger,
  metrics: Metrics,
  inForce: (ruleset: RulesetInForce) => void,
): ReleaseEvents {
  metrics.set('claimgate_release_serial', {}, 0);
  return {
    releaseInForce({ elapsedMs, ...release }) {
      metrics.set('claimgate_release_serial', {}, release.serial);
      metrics.set('claimgate_release_swap_seconds', {}, elapsedMs / 1000);
      log.info({ ...release, elapsedMs: Math.round(elapsedMs) }, 'release in force');
    },
    rulesetsInForce(common, special) {
      inForce(common);
      metrics.clear('claimgate_ruleset_institutions');
      for (const { id, name, version, rules, institutions } of special) {
        metrics.set('claimgate_ruleset_institutions', { id, name, version }, institutions);
        log.info({ id, name, version, rules, institutions }, 'rule set in force for some');
      }
    },
    releaseRefused({ reason, message }) {
      metrics.count('claimgate_releases_refused_total', { reason });
      log.error({ reason, message }, 'release refused');
    },
    releasePutBack(serial) {
      log.warn({ serial }, 'the broker had lost the change in force; it has it back');
    },
    versionPutBack(version) {
      log.warn({ version }, 'the broker had lost a version; it has its manifest back');
    },
    versionGivenTwice(version) {
      log.error({ version }, 'another version has been published under a number that was given before');
    },
    newestVersionNotKept(problem) {
      log.error({ problem }, 'the newest version seen cannot be kept on disk');
    },
    releaseNotResumed(problem) {
      log.error({ problem }, 'the release that was in force cannot be put back');
    },
    releaseUnknown() {
      log.error({}, 'what is in force is not known here: not ready until it is, or nobody is trusted');
    },
    releaseNotKept(problem) {
      log.error({ problem }, 'the release in force cannot be kept on disk');
    },
    ownFolderNotKept(problem) {
      log.error({ problem }, 'that the rules folder counts cannot be kept on disk');
    },
    releasesUnreadable(problem) {
      metrics.count('claimgate_releases_unreadable_total', {});
      log.warn({ problem }, 'releases cannot be read');
    },
    releasesIgnored() {
      log.info({}, 'no keys are trusted here: releases are ignored, the rules folder is in force');
    },
  };
}
