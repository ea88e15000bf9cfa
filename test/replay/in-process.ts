/** Replay threads without threads: the same code, one after another, for tests that look at many small logs. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Links } from '../../src/replay/links.js';
import type { Period } from '../../src/replay/period.js';
import { noShared } from '../../src/replay/record-names.js';
import { sharedBy } from '../../src/replay/shared-records.js';
import { isUsable } from '../../src/replay/source.js';
import { Tally, type TallyData } from '../../src/replay/tally.js';
import { allTies, tie } from '../../src/replay/ties.js';
import { Timeline } from '../../src/replay/timeline.js';
import type { Artifact } from '../../src/ruleset/compile/artifact.js';
import { packArtifact } from '../../src/screening/packed-artifact.js';
import { ReplayJudge, type Sides } from '../../workers/replay-judge.js';
import { type ReplayMessage, ReplayMessages } from '../../workers/replay-messages.js';
import { loadForReplay } from '../../workers/replay-rulesets.js';
import { ReplayState } from '../../workers/replay-state.js';

import { itemsOf } from './world.js';

export interface Parts {
  readonly count: number;
  readonly memoryBytes?: number;
  /** Nothing is known of what messages have in common: all go the way of the durable path. */
  readonly withoutTies?: boolean;
}

export interface InParts {
  readonly tally: TallyData;
  readonly parts: readonly number[];
  readonly spilt: boolean;
  /** Settlements that nobody else has to do with; and of these, those whose patient comes again, and has no others. */
  readonly lone: number;
  readonly simple: number;
}

export async function replayInParts(
  bodies: readonly string[],
  artifacts: readonly Artifact[],
  period: Period,
  { count, memoryBytes = Number.POSITIVE_INFINITY, withoutTies = false }: Parts,
): Promise<InParts> {
  const sum = new Tally();
  const messages = timed(bodies, period, sum);
  const make = () => {
    const state = new ReplayState(mkdtempSync(join(tmpdir(), 'claimgate-replay-test-')), memoryBytes);
    return { state, own: new ReplayMessages([{ from: 0, judge: judgeOf(artifacts) }], state) };
  };
  const crew = Array.from({ length: count }, make);
  const links = linksOf(messages, artifacts, make().own);
  const partOf = links.deal(count);
  const parts = messages.map((_, i) => partOf(i));
  for (const [i, message] of messages.entries()) {
    const { own, state } = crew[parts[i] as number] as (typeof crew)[0];
    own.work({ ...message, ties: withoutTies ? allTies : links.ties.of(i) });
    await state.makeRoom();
  }
  for (const { own } of crew) sum.merge(own.tally.data());
  const spilt = crew.some(({ state }) => state.isSpilt);
  for (const { state } of crew) await state.close();
  const isLone = ({ body }: ReplayMessage, i: number) =>
    (links.ties.of(i) & tie.shared) === 0 && Buffer.from(body).includes('"kind":"settlement"');
  const lone = messages.flatMap((message, i) => (isLone(message, i) ? [links.ties.of(i)] : []));
  const simple = lone.filter((ties) => ties === tie.followed).length;
  return { tally: sum.data(), parts, spilt, lone: lone.length, simple };
}

function timed(bodies: readonly string[], period: Period, others: Tally): readonly ReplayMessage[] {
  const timeline = new Timeline(period);
  return itemsOf(bodies).flatMap((item) => {
    if (!isUsable(item)) return [];
    const { fate, day, streamMs } = timeline.next(item);
    if (fate === 'judged' && item.at === null) others.count('undated');
    if (fate === 'judged' || fate === 'warms')
      return [{ ...item, day, streamMs, judged: fate === 'judged', ties: allTies }];
    others.count(fate);
    return [];
  });
}

function linksOf(
  messages: readonly ReplayMessage[],
  artifacts: readonly Artifact[],
  reader: ReplayMessages,
): Links {
  for (const saleNumbers of [false, true]) {
    const links = new Links();
    const shared = { ...noShared, ...sharedBy(artifacts), saleNumbers };
    let deletesSale = false;
    for (const message of messages) {
      const names: number[] = [];
      const named = reader.nameRecords(message, shared, names);
      deletesSale ||= named.deletesSale;
      links.add(names, named.isPlain);
    }
    if (!deletesSale || saleNumbers) return links;
  }
  throw new Error('one of the two');
}

function judgeOf(artifacts: readonly Artifact[]): ReplayJudge {
  const loaded = artifacts.map((artifact) => {
    const made = loadForReplay(packArtifact(artifact), 'a secret of tests, long enough');
    if (!made.ok) throw new Error(made.error);
    return made.value;
  });
  return new ReplayJudge(loaded as unknown as Sides);
}
