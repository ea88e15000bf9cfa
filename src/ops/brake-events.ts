/** What the safety brake does that an operator wants to see: its log line and its metrics together. */
import type { OutsideBand, Stop } from '../ruleset/release/brake/version-brake.js';
import type { Logger } from './logger.js';
import type { Metrics } from './metrics.js';

export interface BrakeEvents {
  /** A version is held to its bands from now on. `scenes`: those that have one; `rules`: how many it could stop. */
  brakeWatches(watched: {
    readonly version: number;
    readonly scenes: readonly string[];
    readonly rules: number;
  }): void;
  /** A version is in force that nothing would stop: nowhere, or not in a scene that has claims. */
  brakeCannotWatch(version: number, scene: string | null, why: string): void;
  /** On this node from the next batch on; the other nodes follow. */
  rulesStopped(version: number, stop: Stop): void;
  /** Everything that the brake holds of the versions in force, as of the version that has made it what it is. */
  rulesBraked(braked: readonly { readonly version: number; readonly rule: string }[]): void;
  /** Every share that stands outside of its band and is not driven by rules that could be stopped. */
  sharesOutside(outside: readonly (OutsideBand & { readonly version: number })[]): void;
  /** Stops that only this node knows of so far. */
  stopsUnwritten(count: number): void;
  /** The other nodes cannot be told; it is tried again. */
  stopNotWritten(problem: string): void;
}

export function createBrakeEvents(log: Logger, metrics: Metrics): BrakeEvents {
  /** Said once: a share may come and go. */
  const said = new Set<string>();
  metrics.set('claimgate_brakes_unwritten', {}, 0);
  return {
    brakeWatches(watched) {
      log.info(watched, 'the brake watches a version');
    },
    brakeCannotWatch(version, scene, why) {
      const where = scene === null ? {} : { scene };
      log.warn({ version, ...where, why }, 'no brake: nothing stops this version when it fires too much');
    },
    rulesStopped(version, { rules, ...stop }) {
      const named = Object.fromEntries(rules.map(({ rule, claims }) => [rule, claims]));
      log.error({ version, ...stop, rules: named }, 'brake: rules stopped, they are shown to nobody');
    },
    rulesBraked(braked) {
      metrics.clear('claimgate_braked_rule');
      for (const { version, rule } of braked) metrics.set('claimgate_braked_rule', { version, rule }, 1);
    },
    sharesOutside(outside) {
      metrics.clear('claimgate_share_outside_band');
      for (const { version, scene, share, side, claims, of, bound } of outside) {
        metrics.set('claimgate_share_outside_band', { version, scene, share, side }, 1);
        const name = [version, scene, share, side].join(' ');
        if (said.has(name)) continue;
        said.add(name);
        const found = { version, scene, share, side, claims, of, bound };
        log.warn(found, 'a share is outside of its band, and no changed rule explains it');
      }
    },
    stopsUnwritten(count) {
      metrics.set('claimgate_brakes_unwritten', {}, count);
    },
    stopNotWritten(problem) {
      log.warn({ problem }, 'the other nodes cannot be told of a brake yet');
    },
  };
}
