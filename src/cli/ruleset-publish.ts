/** `claimgate ruleset publish`: a rules folder becomes the next version, checked, signed and never changed again. */
import { readFile } from 'node:fs/promises';
import { systemClock } from '../base/clock.js';
import { fail, ok, type Result } from '../base/result.js';
import { type RulesSource, renderDiagnostics } from '../ruleset/build-ruleset.js';
import { impactGate, ownImpact } from '../ruleset/guard/impact-gate.js';
import { packBundle } from '../ruleset/release/bundle.js';
import type { Desk } from '../ruleset/release/desk.js';
import type { SoundRuleset } from '../ruleset/release/examine.js';
import { usualCeiling } from '../ruleset/release/impact.js';
import type { SigningKey } from '../ruleset/release/keys.js';
import type { Manifest } from '../ruleset/release/manifest.js';
import {
  appraise,
  draftManifest,
  examineAt,
  type Footing,
  footingForAll,
  notCompared,
  obstacle,
  publish,
} from '../ruleset/release/publish.js';
import { signManifest } from '../ruleset/release/release.js';
import { type ReadReplay, readReplay } from '../ruleset/release/replay-mark.js';
import { settle } from '../ruleset/release/settled.js';
import { refuse, settingsOrExit } from './exit.js';
import { folderSource, keyFor, refuseRelease, withDesk } from './ruleset-desk.js';
import { openScreen } from './terminal.js';
import { count } from './words.js';

export interface PublishOptions {
  readonly key: string;
  readonly rules?: string;
  readonly replay?: string;
  readonly floor?: number;
  readonly insufficientReplay: boolean;
}

export const publishHelp = `
Runs the checks of \`claimgate rules check\`: the policy guard and all examples. ruleset.yaml has to carry the next
number. A replay of fewer than 10,000 claims, or without some of the rules, counts for nothing when the version is to
come into force, and is refused unless --insufficient-replay says that this is meant. A published version changes
nothing yet: somebody else activates it. Ends with 1 where it is refused, with 2 where the broker is not reached.`;

export async function runPublish(options: PublishOptions): Promise<void> {
  const source = await folderSource(options.rules ?? settingsOrExit().CLAIMGATE_RULES);
  if (!source.ok) return refuse(source.error, 1);
  const replay = options.replay === undefined ? ok(null) : await replayIn(options.replay);
  if (!replay.ok) return refuse(replay.error, 1);
  await withDesk(async (desk) => {
    const key = await keyFor(desk, options.key, 'publish');
    if (!key.ok) return refuse(key.error, 1);
    const given = {
      source: source.value,
      replay: replay.value,
      floor: options.floor,
      isAnyReplay: options.insufficientReplay,
    };
    await publishSource(desk, key.value, given);
  });
}

interface Given {
  readonly source: RulesSource;
  readonly replay: ReadReplay | null;
  readonly floor: number | undefined;
  /** Though it counts for nothing. */
  readonly isAnyReplay: boolean;
}

async function publishSource(desk: Desk, key: SigningKey, given: Given): Promise<void> {
  const { source, replay, floor, isAnyReplay } = given;
  const ground = await footingForAll(desk, settle);
  if (!ground.ok) return refuseRelease(ground.error);
  const screen = openScreen();
  screen.live('checking …');
  const examination = examineAt(source, ground.value);
  screen.settle();
  if (!examination.ok) return refuseRelease(examination.error);
  const examined = examination.value;
  const stands = obstacle(examined, ground.value.next);
  if (stands?.reason === 'does-not-compile') return refuse(stands.message, 1);
  if (stands !== null || !examined.compiles) return stands === null ? undefined : refuseRelease(stands);
  if (examined.warnings.length > 0) screen.say(renderDiagnostics(examined.warnings));
  const gaps = replay === null ? [] : replayGaps(examined, replay);
  if (gaps.length > 0 && !isAnyReplay) return refuse(`${gaps.join('\n')}\n${uncounted}`, 1);
  const bundle = packBundle(source);
  const rest = { digest: bundle.digest, publishedAtMs: systemClock.wallMs(), replay };
  const draft = draftManifest(examined, { ...ground.value, floor: floor ?? ground.value.floor }, rest);
  const publication = { signed: signManifest(draft, key), bundle, report: replay?.bytes ?? null };
  const published = await publish(desk, appraise(publication, ground.value, examined));
  if (!published.ok) return refuseRelease(published.error);
  screen.say(publishedText(published.value, examined, ground.value));
}

const uncounted =
  'so the replay counts for nothing when the version is to come into force, and nothing is published; where that is ' +
  'meant add --insufficient-replay: whoever activates it then says --without-replay';

/** Why a replay counts for nothing; empty: it counts, though a shadow may have to make up for some scenes. */
function replayGaps({ rulesetId: id, rules }: SoundRuleset, { impact }: ReadReplay): readonly string[] {
  const ruleset = { id, rules };
  if (ownImpact(ruleset, impact, usualCeiling).measured !== 'not') return [];
  return impactGate(ruleset, impact, usualCeiling).missing;
}

function publishedText(manifest: Manifest, { rules, rows }: SoundRuleset, ground: Footing): string {
  const { previous } = ground;
  const { name, version, added, removed, changed, rulesetId, replay } = manifest;
  const size = `${count(rules.length)} rules, ${count(rows)} table rows`;
  const compared = `${added.length} rules added, ${removed.length} removed, ${changed.length} changed`;
  const unlike = notCompared(ground);
  const next = `claimgate ruleset activate ${version} --key <file> --reason <text>`;
  return [
    `${name} version ${version} is published: ${size}`,
    rulesetId,
    ...(previous === null ? [] : [`since version ${previous}: ${compared}`]),
    ...(unlike === null ? [] : [unlike]),
    ...(replay === null ? ['no replay is attached: its effect is not known'] : []),
    `it takes somebody else to put it in force: ${next}`,
  ].join('\n');
}

async function replayIn(file: string): Promise<Result<ReadReplay, string>> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
  const read = readReplay(bytes);
  return read.ok ? read : fail(`${file}: ${read.error}`);
}
