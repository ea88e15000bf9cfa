/** What was committed and could not be published. Goal: it goes out though no further message comes. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { settle, startJetstream, until } from '../nats/jetstream-fixture.js';
import { entriesOf, institution, LaneNode, settlementOf } from './lane-fixture.js';

test('is published again by an idle decider, which says what was wrong', async () => {
  const js = await startJetstream();
  const folder = await mkdtemp(join(tmpdir(), 'claimgate-unpublished-'));
  const node = await LaneNode.start(folder, js.link, { isDecider: true, isMute: true });
  try {
    await node.untilAt(await settle(js.link, settlementOf('E1'), institution));
    await node.untilHeldBack();
    node.unmute();
    await until(async () => (await entriesOf(js.link)).length === 1);
    expect(node.problems).toEqual([expect.stringContaining('message 1 of CLAIMS: mute')]);
  } finally {
    await node.stop();
    await js.stop();
    await rm(folder, { recursive: true, force: true });
  }
});
