/** Before a version comes into force: what its shadow has shown becomes bands, signed by whoever activates. */
import { systemClock } from '../base/clock.js';
import type { Desk } from '../ruleset/release/desk.js';
import type { SigningKey } from '../ruleset/release/keys.js';
import {
  draftTrialFigures,
  putTrialFigures,
  readTrialFigures,
  signTrialFigures,
  type TrialFigures,
} from '../ruleset/release/trial-figures.js';
import { readOrder } from '../shadow/order-desk.js';
import type { ShadowReport } from '../shadow/report.js';
import { type TrialBands, trialBands } from '../shadow/trial-bands.js';
import { refuse, settingsOrExit } from './exit.js';
import { refuseRelease } from './ruleset-desk.js';
import { ownUrl, reportAt } from './ruleset-shadow.js';
import { count } from './words.js';

/**
 * `nodes`: addresses of those that are asked; undefined: the one of these settings, if the version has been ordered to
 * be tried; nothing is done where it does not answer, or has tried fewer claims than are told already. False: it was
 * refused, and why is said.
 */
export async function bringTrialFigures(
  desk: Desk,
  { version, rulesetId }: Pick<TrialFigures, 'version' | 'rulesetId'>,
  key: SigningKey,
  nodes: readonly string[] | undefined,
): Promise<boolean> {
  if (nodes === undefined && !(await isTried(desk, version))) return true;
  const settings = settingsOrExit();
  const reports: ShadowReport[] = [];
  for (const address of nodes ?? [ownUrl(settings)]) {
    const asked = await reportAt(address, settings.CLAIMGATE_API_KEY);
    if (asked.ok) reports.push(asked.value);
    else if (nodes === undefined) console.error(`no figures of its shadow: ${asked.error}`);
    else return refused(`no figures of its shadow: ${asked.error}`);
  }
  const shown = trialBands(reports, { version, rulesetId });
  if (shown.claims === 0) {
    const why = `no node that was asked has compared a claim with version ${version}`;
    if (nodes !== undefined) return refused(why);
    if (reports.length > 0) console.error(why);
    return true;
  }
  const { claims, bands } = shown;
  const before = await readTrialFigures(desk, version);
  if (nodes === undefined && before.ok && (before.value?.claims ?? 0) >= claims) return true;
  const drafted = await draftTrialFigures(desk, { version, claims, bands }, systemClock.wallMs());
  const put = drafted.ok
    ? await putTrialFigures(desk, version, signTrialFigures(drafted.value, key))
    : drafted;
  if (!put.ok) refuseRelease(put.error);
  else console.log(textOf(shown));
  return put.ok;
}

async function isTried(desk: Desk, version: number): Promise<boolean> {
  const ordered = await readOrder(desk);
  return ordered.ok && ordered.value.current?.order.version === version;
}

function refused(why: string): false {
  refuse(why, 1);
  return false;
}

function textOf({ claims, bands, thin }: TrialBands): string {
  const scenes = bands.length === 0 ? 'none' : bands.map(({ scene }) => scene).join(', ');
  const few = thin.map((one) => `${one.scene} (${count(one.claims)})`).join(', ');
  const rest = few === '' ? '' : `; too few of ${few}`;
  return `its shadow has screened ${count(claims)} claims; bands for the scenes ${scenes}${rest}`;
}
