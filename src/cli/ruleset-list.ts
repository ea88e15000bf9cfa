/** `claimgate ruleset list|show`: what was published and activated, by whom, and what is in force. */
import { systemClock } from '../base/clock.js';
import { visible } from '../base/visible-text.js';
import {
  type Desk,
  hasBegun,
  type Live,
  type StoredVersion,
  type TrailEntry,
} from '../ruleset/release/desk.js';
import type { Manifest } from '../ruleset/release/manifest.js';
import type { Pointer } from '../ruleset/release/pointer.js';
import { readTrialFigures, type TrialFigures } from '../ruleset/release/trial-figures.js';
import { versionMeant } from '../ruleset/release/version-meant.js';
import { refuseRelease, withDesk } from './ruleset-desk.js';
import { openScreen } from './terminal.js';
import { padded } from './text-width.js';
import { count } from './words.js';

interface AuditOption {
  readonly audit: boolean;
}

export async function runList({ audit }: AuditOption): Promise<void> {
  await withDesk(async (desk) => {
    const versions = await desk.versions();
    if (!versions.ok) return refuseRelease(versions.error);
    const live = await desk.live();
    if (!live.ok) return refuseRelease(live.error);
    const screen = openScreen();
    if (versions.value.size === 0) screen.say('no version has been published');
    else screen.say(screen.paint('bold', row(heading)));
    for (const [version, read] of versions.value) {
      const standing = standingOf(version, live.value);
      screen.say(
        read.ok
          ? row(cellsOf(read.value, standing))
          : visible(`${version}  not believed: ${read.error.message}`),
      );
    }
    screen.say(visible(inForceText(live.value)));
    if (audit) for (const line of auditLines(live.value.trail)) screen.say(line);
  });
}

export async function runShow(name: number | 'live', { audit }: AuditOption): Promise<void> {
  await withDesk(async (desk: Desk) => {
    const version = await versionMeant(desk, name);
    if (!version.ok) return refuseRelease(version.error);
    const found = await desk.version(version.value);
    if (!found.ok) return refuseRelease(found.error);
    const live = await desk.live();
    if (!live.ok) return refuseRelease(live.error);
    console.log(shownText(found.value, standingOf(version.value, live.value)));
    const tried = await readTrialFigures(desk, version.value);
    if (!tried.ok) return refuseRelease(tried.error);
    if (tried.value !== null) console.log(visible(trialText(tried.value)));
    if (!audit) return;
    const own = live.value.trail.filter(
      ({ said }) => said.ok && said.value.pointer.version === version.value,
    );
    for (const line of auditLines(own)) console.log(line);
  });
}

const heading = ['version', 'knowledge', 'published (UTC)', 'by', 'rules', 'replay', ''] as const;
const widths = [7, 10, 16, 10, 14, 24, 0] as const;

function row(cells: readonly string[]): string {
  return cells
    .map((cell, i) => padded(visible(cell), widths[i] ?? 0))
    .join('  ')
    .trimEnd();
}

function cellsOf({ manifest, publisher }: StoredVersion, standing: string): readonly string[] {
  const { version, asOf, publishedAt, added, removed, changed } = manifest;
  const rules = `+${added.length} -${removed.length} ~${changed.length}`;
  return [String(version), asOf, minute(publishedAt), publisher.name, rules, replayText(manifest), standing];
}

function replayText({ replay }: Manifest): string {
  if (replay === null) return 'none';
  return `${count((replay.hits * 10_000) / Math.max(1, replay.claims))} of 10,000 claims`;
}

/** Where a version stands: in force, for some, to come. */
function standingOf(version: number, { current }: Live): string {
  if (current === null) return '';
  const { pointer } = current;
  const begun = hasBegun(pointer, systemClock.wallMs());
  if (version === pointer.version) {
    const where = pointer.institutions === null ? '' : ` at ${pointer.institutions.join(', ')}`;
    return begun ? `in force${where}` : `from ${pointer.notBefore}${where}`;
  }
  if (version !== pointer.base) return '';
  if (!begun) return 'in force until then';
  return pointer.institutions === null ? '' : 'in force for all others';
}

function inForceText({ current, accepted }: Live): string {
  if (current === null) return 'no version is in force: every node runs its own rules folder';
  const { version, serial, reason } = current.pointer;
  const floor = accepted.floor > 1 ? `; no version below ${accepted.floor} may come back` : '';
  return `change ${serial}: version ${version}, ${current.activator.name}: ${reason}${floor}`;
}

function shownText({ manifest, publisher, storedMs }: StoredVersion, standing: string): string {
  const { name, version, rulesetId, asOf, previous, warnings, replay, floor, publishedAt, sourceDigest } =
    manifest;
  const lists = (['added', 'removed', 'changed'] as const).filter((key) => manifest[key].length > 0);
  return [
    `${name} version ${version}${standing === '' ? '' : `, ${standing}`}`,
    `rule set   ${rulesetId}`,
    `source     sha256:${sourceDigest}`,
    `knowledge  up to ${asOf}`,
    `published  ${minute(publishedAt)} by ${publisher.name} (${publisher.id}), stored ${isoOf(storedMs)}`,
    `floor      ${floor}`,
    `guard      ${warnings === 0 ? 'no warnings' : `${warnings} warnings`}`,
    replay === null
      ? 'replay     none: its effect on history is not known'
      : `replay     ${replay.from} to ${replay.to}: ${count(replay.claims)} claims, ${replayText(manifest)}`,
    ...(previous === null ? [] : [`since      version ${previous}`]),
    ...lists.map((key) => `${padded(key, 9)}  ${manifest[key].join(', ')}`),
  ]
    .map(visible)
    .join('\n');
}

function trialText({ claims, bands }: TrialFigures): string {
  const scenes = bands.length === 0 ? 'none' : bands.map(({ scene }) => scene).join(', ');
  return `shadow     ${count(claims)} claims; bands for the scenes ${scenes}`;
}

function auditLines(trail: readonly TrailEntry[]): readonly string[] {
  return trail.map((entry) => visible(auditLine(entry)));
}

function auditLine({ storedMs, said, approver }: TrailEntry): string {
  const at = isoOf(storedMs);
  if (!said.ok) return `${at}  not believed: ${said.error.message}`;
  const { pointer, activator } = said.value;
  const who = approver === null ? activator.name : `${activator.name}, approved by ${approver.name}`;
  return `${at}  ${who}: ${changeText(pointer)}: ${pointer.reason}`;
}

function changeText({ serial, version, institutions, notBefore, base }: Pointer): string {
  const where = institutions === null ? '' : ` at ${institutions.join(', ')}`;
  const when = notBefore === null ? '' : ` from ${notBefore}`;
  const others = base === null ? '' : `, otherwise version ${base}`;
  return `change ${serial}, version ${version}${where}${when}${others}`;
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}

function minute(instant: string): string {
  return instant.slice(0, 16).replace('T', ' ');
}
