/** What is done to the processes, and when: drawn from the seed before anything starts. */
import type { Random } from '../judge/random.js';

export type Act =
  | { readonly what: 'kill-node'; readonly node: number; readonly downMs: number }
  | { readonly what: 'kill-broker'; readonly downMs: number }
  | { readonly what: 'freeze-node'; readonly node: number; readonly frozenMs: number }
  | { readonly what: 'stop-node'; readonly node: number; readonly downMs: number }
  | { readonly what: 'lose-workers'; readonly node: number }
  | { readonly what: 'slow-disk'; readonly node: number; readonly slowMs: number }
  | { readonly what: 'slow-broker-disk'; readonly slowMs: number }
  | { readonly what: 'fill-disk'; readonly node: number; readonly fullMs: number }
  | { readonly what: 'export-node'; readonly node: number };

export interface Moment {
  /** Since the act before was begun. */
  readonly afterMs: number;
  readonly act: Act;
}

export interface Extent {
  readonly kills: number;
  readonly nodes: number;
  /** Whether the nodes' disks can be filled. */
  readonly disks: boolean;
  /** Whether disks can be slowed down. */
  readonly slowDisks: boolean;
}

/** So many kills, with everything else in between; a kill may come while the one before is still being got over. */
export function drawSchedule(random: Random, extent: Extent): Moment[] {
  const moments: Moment[] = [];
  let left = extent.kills;
  while (left > 0) {
    const act = drawAct(random, extent);
    if (act.what.startsWith('kill')) left--;
    moments.push({ afterMs: random.chance(0.25) ? random.whole(50, 600) : random.whole(1000, 4500), act });
  }
  return moments;
}

function drawAct(random: Random, { nodes, disks, slowDisks }: Extent): Act {
  const node = random.whole(0, nodes - 1);
  const downMs = random.chance(0.5) ? 0 : random.whole(100, 2500);
  if (disks && random.chance(0.15)) return { what: 'fill-disk', node, fullMs: random.whole(1000, 6000) };
  if (slowDisks && random.chance(0.2)) {
    const slowMs = random.whole(1000, 8000);
    return random.chance(0.5) ? { what: 'slow-disk', node, slowMs } : { what: 'slow-broker-disk', slowMs };
  }
  const dice = random.next();
  if (dice < 0.47) return { what: 'kill-node', node, downMs };
  if (dice < 0.67) return { what: 'kill-broker', downMs: downMs / 2 };
  if (dice < 0.77) return { what: 'lose-workers', node };
  if (dice < 0.88) return { what: 'freeze-node', node, frozenMs: random.whole(200, 6000) };
  if (dice < 0.95) return { what: 'stop-node', node, downMs };
  return { what: 'export-node', node };
}

export function describe(act: Act): string {
  const target = 'node' in act ? ` ${act.node}` : '';
  const { what, node: _, ...times } = { node: 0, ...act };
  const ms = Object.values(times)[0];
  return `${what}${target}${ms === undefined ? '' : `, ${ms} ms`}`;
}
