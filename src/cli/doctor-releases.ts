/** What doctor sees of releases: what lies at the broker, and whether a node with these keys would go by it. */
import { join } from 'node:path';
import type { Result } from '../base/result.js';
import type { Settings } from '../config/settings.js';
import { ReleaseStore } from '../nats/release-store.js';
import { type Kept, KeptReleases } from '../ruleset/release/kept-releases.js';
import type { Manifest } from '../ruleset/release/manifest.js';
import { manifestsIn, neededBy, readRelease } from '../ruleset/release/read-release.js';
import { textOf } from '../ruleset/release/text-of.js';
import { openRunningBroker } from './broker-access.js';
import { type Finding, fine, missing, note } from './doctor-checks.js';
import { trustedKeysIn } from './keys.js';

/** Only looks: nothing is compiled, and no bucket made. */
export async function checkReleases(settings: Settings): Promise<readonly Finding[]> {
  const {
    CLAIMGATE_RELEASE_KEYS: file,
    CLAIMGATE_DATA_DIR: dataDir,
    CLAIMGATE_REPLICAS: replicas,
  } = settings;
  if (file === null) return [fine('releases: nobody is trusted, the rules folder alone counts')];
  const trusted = await trustedKeysIn(file);
  if (!trusted.ok) return [missing(`releases: ${trusted.error}`, 'correct CLAIMGATE_RELEASE_KEYS')];
  const here = new KeptReleases(join(dataDir, 'releases'));
  const read = await here.read();
  const damaged = read.ok ? [] : [missing(`releases: ${read.error}`, unknownWithoutBroker)];
  const broker = await openRunningBroker(settings);
  if (broker === null || !broker.ok) return [note('releases: no broker was looked at'), ...damaged];
  try {
    const store = new ReleaseStore({ link: broker.value.link, replicas, onlyLooks: true });
    const lies = await store.document('live');
    if (!lies.ok) {
      return [note(`releases: the broker cannot be asked: ${lies.error}`), ...damaged];
    }
    const kept = read.ok ? read.value : null;
    if (lies.value === null) return read.ok ? [nothingLies(kept)] : damaged;
    const nothing = { accepted: { serial: 0, floor: 0 }, last: null };
    const release = await readRelease(lies.value.value, nothing, manifestsIn(store), trusted.value);
    if (release.ok) {
      const lacking = await lackingTexts(store, here, neededBy(release.value));
      const bad = lacking.map((what) => (kept === null ? missing(what, noText) : note(what, noText)));
      return [cameTo(release.value.pointer, read), ...bad, ...damaged];
    }
    const { reason, message } = release.error;
    const what = `releases: what lies at the broker is refused here (${reason}): ${message}`;
    const goesOn = kept !== null || (read.ok && (await here.isOwnFolder()));
    return [goesOn ? note(what, 'the node goes on with what it has') : missing(what, notReady), ...damaged];
  } finally {
    await broker.value.close();
  }
}

/** One sentence for each version that no node could be brought from here. */
async function lackingTexts(
  store: ReleaseStore,
  here: KeptReleases,
  versions: readonly Manifest[],
): Promise<readonly string[]> {
  const lacking: string[] = [];
  for (const { version, sourceDigest: digest } of versions) {
    const found = await textOf(digest, here, store, async () => {});
    if (!found.ok) lacking.push(`releases: version ${version}: ${found.error.message}`);
  }
  return lacking;
}

const noText =
  'a node that does not have it is not ready, and looks again by itself: put the object back into the bucket ' +
  'claimgate-rulesets as it was (a node that has it: releases/<digest>.json.gz), or activate another version';
const unknownWithoutBroker = 'a node that starts is not ready until the broker has a change that it accepts';
const notReady =
  'a node that has accepted nothing yet is not ready: trust who has signed it, or activate a version anew; ' +
  'without CLAIMGATE_RELEASE_KEYS it runs its own rules folder';

function nothingLies(kept: Kept | null): Finding {
  if (kept === null) return fine('releases: none is in force, the rules folder counts');
  const what = `releases: the broker has lost change ${kept.accepted.serial}, which is in force here`;
  return note(what, 'the running node gives it back');
}

function cameTo(
  { version, serial }: { readonly version: number; readonly serial: number },
  read: Result<Kept | null, string>,
): Finding {
  const what = `releases: version ${version} is in force by change ${serial}`;
  if (!read.ok) return note(what);
  const kept = read.value;
  if (kept === null) return note(`${what}, and none was ever accepted here`);
  const own = kept.accepted.serial;
  if (own === serial) return fine(what);
  if (own > serial)
    return note(`${what}, and this node has come to ${own}`, 'the running node gives it back');
  return note(`${what}, and this node has come to ${own} only`, behind);
}

/** What its warrant was may not be there any more for those who come late. */
const behind =
  'look again in a minute; where it stays so, `release refused` in the log says why. Where other nodes went by it ' +
  'before, activate the version once more, with all that it asks for';
