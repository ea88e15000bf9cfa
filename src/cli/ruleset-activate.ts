/** `claimgate ruleset activate|approve|rollback`: which version is in force, signed by somebody but its author. */
import { readFile, writeFile } from 'node:fs/promises';
import { InvalidArgumentError } from 'commander';
import { systemClock } from '../base/clock.js';
import { isInstitutionCode, oddCodes } from '../base/institution-code.js';
import { fail, ok, type Result } from '../base/result.js';
import { visible } from '../base/visible-text.js';
import {
  type ActivateTerms,
  activate,
  askedOfSecond,
  draftPointer,
  draftRollback,
} from '../ruleset/release/activate.js';
import type { SignedPointer } from '../ruleset/release/approval.js';
import type { Desk } from '../ruleset/release/desk.js';
import { type ImpactTask, unmeasured, usualCeiling, weighImpact } from '../ruleset/release/impact.js';
import type { Pointer } from '../ruleset/release/pointer.js';
import { type Activated, signPointer } from '../ruleset/release/release.js';
import { pointerSettled, settle } from '../ruleset/release/settled.js';
import { refuse } from './exit.js';
import { keyFor, refuseRelease, withDesk } from './ruleset-desk.js';
import { bringTrialFigures } from './ruleset-trial.js';

export interface ActivateOptions {
  readonly key: string;
  readonly reason: string;
  readonly institutions?: readonly string[];
  readonly at?: string;
  readonly withoutReplay: boolean;
  /** Nodes whose figures of the shadow are taken. */
  readonly shadow?: readonly string[];
  readonly request?: string;
}

export interface RollbackOptions {
  readonly key: string;
  readonly reason: string;
}

export const activateHelp = `
It takes two: the key may not be the one that published the version. A version whose effect on history is not known
is refused unless --without-replay says that this is meant; the reason is then recorded. Where the replay has more
findings than can be reviewed, a second person approves: --request writes what the first has signed to a file, unless
no signature would help, and the second runs \`claimgate ruleset approve <file> --key <file>\`. What its shadow has
shown is signed and kept beside the version: the brake holds scenes to it that the replay has no claims of. It is asked
of the node of these settings where the version has been ordered to be tried, or of those that --shadow names. Ends with
1 where it is refused, with 2 where the broker is not reached.`;

export async function runActivate(version: number, options: ActivateOptions): Promise<void> {
  await withDesk(async (desk) => {
    const { reason, institutions = null, at: notBefore = null, withoutReplay } = options;
    const told = withoutReplay ? `${unmeasured}${reason}` : reason;
    const wanted = { version, institutions, notBefore, reason: told };
    const drafted = await draftPointer(desk, wanted, systemClock.wallMs());
    if (!drafted.ok) return refuseRelease(drafted.error);
    for (const line of await toLookAt(desk, drafted.value)) console.error(line);
    await signAndActivate(desk, drafted.value, options, false);
  });
}

/** What of the institutions named may not be meant. */
async function toLookAt(desk: Desk, { institutions, version, base }: Pointer): Promise<readonly string[]> {
  if (institutions === null) return [];
  const odd = oddCodes(institutions);
  const live = await desk.live();
  const before = live.ok ? live.value.current?.pointer : undefined;
  const isSame = before !== undefined && before.version === version && before.institutions !== null;
  const without = isSame ? (before.institutions ?? []).filter((code) => !institutions.includes(code)) : [];
  const instead = base === null ? 'the rules folder of each node' : `version ${base}`;
  const lost = `look again: version ${version} is taken away at ${without.join(', ')}: ${instead} counts there`;
  return [...(odd === null ? [] : [odd]), ...(without.length === 0 ? [] : [visible(lost)])];
}

export async function runRollback(version: number | undefined, options: RollbackOptions): Promise<void> {
  await withDesk(async (desk) => {
    const drafted = await draftRollback(desk, version ?? null, options.reason, systemClock.wallMs());
    if (!drafted.ok) return refuseRelease(drafted.error);
    await signAndActivate(desk, drafted.value, options, true);
  });
}

/** A second activator signs the very same words. */
export async function runApprove(file: string, options: { readonly key: string }): Promise<void> {
  const request = await requestIn(file);
  if (!request.ok) return refuse(request.error, 1);
  await withDesk(async (desk) => {
    const key = await keyFor(desk, options.key, 'activate');
    if (!key.ok) return refuse(key.error, 1);
    const { pointer, signed } = request.value;
    const second = signPointer(pointer, key.value);
    await tell(desk, { ...signed, second: { key: second.key, signature: second.signature } }, false);
  });
}

async function signAndActivate(
  desk: Desk,
  pointer: Pointer,
  { key: file, request, shadow }: Pick<ActivateOptions, 'key' | 'request' | 'shadow'>,
  isRollback: boolean,
): Promise<void> {
  const key = await keyFor(desk, file, 'activate');
  if (!key.ok) return refuse(key.error, 1);
  const brought = isRollback || (await bringTrialFigures(desk, pointer, key.value, shadow));
  if (!brought) return;
  const signed = signPointer(pointer, key.value);
  if (request === undefined) return await tell(desk, signed, isRollback);
  const asked = await askedOfSecond(desk, signed, termsNow());
  if (!asked.ok) return refuseRelease(asked.error);
  try {
    await writeFile(request, JSON.stringify(signed), { flag: 'wx' });
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error), 1);
  }
  const why =
    asked.value.length === 0 ? ['nobody has to approve it: without --request it is ordered'] : asked.value;
  for (const line of why) console.log(visible(line));
  const next = `a second person runs claimgate ruleset approve ${request} --key <file>`;
  console.log(`version ${pointer.version} is not ordered by this; ${next}`);
}

function termsNow(): ActivateTerms {
  const weigh = async (task: ImpactTask) => weighImpact(task);
  return { ceiling: usualCeiling, weigh, nowMs: systemClock.wallMs() };
}

async function tell(desk: Desk, signed: SignedPointer, isRollback: boolean): Promise<void> {
  const activated = await activate(desk, { signed, isRollback }, termsNow());
  if (!activated.ok) return refuseRelease(activated.error);
  await settle();
  const settled = await pointerSettled(desk, activated.value.pointer);
  if (settled.ok) console.log(visible(orderedText(activated.value)));
  else refuseRelease(settled.error);
}

function orderedText({ pointer, activator }: Activated): string {
  const { version, serial, institutions, notBefore, base, reason } = pointer;
  const where = institutions === null ? '' : ` at ${institutions.join(', ')}`;
  const when = notBefore === null ? '' : ` from ${notBefore}`;
  const others = base === null ? 'the rules folder of each node' : `version ${base}`;
  const rest = institutions === null && notBefore === null ? '' : `; otherwise ${others}`;
  return `version ${version} is ordered${where}${when}${rest} (change ${serial}, ${activator.name}: ${reason})`;
}

interface Request {
  readonly signed: SignedPointer;
  readonly pointer: Pointer;
}

/** What the first has signed; it is checked when it is handed in. */
async function requestIn(file: string): Promise<Result<Request, string>> {
  try {
    const signed = JSON.parse(await readFile(file, 'utf8')) as SignedPointer;
    return ok({ signed, pointer: JSON.parse(signed.statement) as Pointer });
  } catch (error) {
    return fail(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

export function institutionsOf(text: string): readonly string[] {
  const codes = [...new Set(text.split(/[\s,]+/).filter((code) => code !== ''))];
  const wrong = codes.find((code) => !isInstitutionCode(code));
  if (codes.length > 0 && wrong === undefined) return codes;
  throw new InvalidArgumentError(wrong === undefined ? 'name at least one.' : `"${wrong}" is no code.`);
}

export function addressesOf(text: string): readonly string[] {
  const addresses = text.split(/[\s,]+/).filter((address) => address !== '');
  if (addresses.length > 0 && addresses.every((address) => URL.canParse(address))) return addresses;
  throw new InvalidArgumentError('addresses are wanted, separated by commas: http://127.0.0.1:8080');
}

/** A time with an offset, or one of the clocks of China; UTC. */
export function timeOf(text: string): string {
  const [, day, time, offset = '+08:00'] =
    /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(Z|[+-]\d\d:\d\d)?$/.exec(text) ?? [];
  const ms = Date.parse(`${day}T${time}${offset}`);
  if (Number.isNaN(ms))
    throw new InvalidArgumentError('a time is wanted: 2026-07-01T00:00 (China) or with an offset.');
  if (ms <= systemClock.wallMs())
    throw new InvalidArgumentError('that time is over; leave --at out for now.');
  return new Date(ms).toISOString();
}
