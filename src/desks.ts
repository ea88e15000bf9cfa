/** What goes over a desk of the node, besides releases: replays, and knowledge before it is published. */
import { join } from 'node:path';
import { systemClock } from './base/clock.js';
import type { Settings } from './config/settings.js';
import { oneAtATime } from './gateway/desk-queue.js';
import type { ReplayDoor } from './gateway/replays.js';
import type { KnowledgeRouteTerms } from './gateway/routes/knowledge.js';
import type { RulesetDoor } from './gateway/rulesets.js';
import { ReplayDesk } from './replay-desk/replay-desk.js';
import { Desk } from './ruleset/release/desk.js';
import { deskWork } from './screening/desk-process.js';

export interface Desks {
  readonly replays: ReplayDoor;
  readonly knowledge: KnowledgeRouteTerms;
  /** A replay that runs is cancelled. */
  stop(): Promise<void>;
}

/** `rulesets`: the desk of releases; null: nobody is trusted, so there are none. */
export function openDesks(settings: Settings, natsUrl: string, rulesets: RulesetDoor | null): Desks {
  const replays = new ReplayDesk({
    folder: join(settings.CLAIMGATE_DATA_DIR, 'replays'),
    ground: {
      natsUrl,
      replicas: settings.CLAIMGATE_REPLICAS,
      rulesFolder: settings.CLAIMGATE_RULES,
      releaseKeys: settings.CLAIMGATE_RELEASE_KEYS,
    },
    clock: systemClock,
  });
  const knowledge = {
    work: rulesets?.work ?? deskWork(),
    alone: rulesets?.alone ?? oneAtATime(),
    folder: settings.CLAIMGATE_RULES,
    desk: rulesets === null ? null : new Desk(rulesets.store, rulesets.trusted),
    replays,
    clock: systemClock,
  };
  return { replays, knowledge, stop: () => replays.stop() };
}
