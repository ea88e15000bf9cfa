/**
 * The desk over which releases go, whoever stands before it: the command line or an HTTP client. It reads what lies at
 * the broker as a node would, believing only what trusted keys have signed.
 */
import { fail, ok, type Result } from '../../base/result.js';
import type { RulesSource } from '../parse/parse-rules.js';
import { approverOf } from './approval.js';
import { type BundledText, openText } from './bundle.js';
import { countedOn } from './counted-on.js';
import { type Accepted, isLater, type Pointer, readPointer } from './pointer.js';
import { type Refusal, refusal } from './refusal.js';
import { type Activated, acceptManifest, acceptPointer, type Published } from './release.js';
import type { Shelf } from './shelf.js';
import { unverified } from './statement.js';
import type { TrustedKey, TrustedKeys } from './trust.js';

export interface StoredVersion extends Published {
  readonly storedMs: number;
}

/** One change of what is in force, as it was written. */
export interface TrailEntry {
  readonly storedMs: number;
  /** What it says and who; or why nobody believes it. */
  readonly said: Result<Activated, Refusal>;
  /** Who has signed it as the second; null: nobody had to. */
  readonly approver: TrustedKey | null;
}

export interface Live {
  /** Of what lies there; 0: nothing. */
  readonly revision: number;
  /** The last change that is believed; null: every node runs its own folder. */
  readonly current: Activated | null;
  /** What lies there says, whoever has signed it; null: nothing. */
  readonly stated: Pointer | null;
  /** What a node has accepted that has seen it. */
  readonly accepted: Accepted;
  /** Oldest first, as far back as the broker keeps it. */
  readonly trail: readonly TrailEntry[];
}

export class Desk {
  readonly shelf: Shelf;
  readonly trusted: TrustedKeys;

  constructor(shelf: Shelf, trusted: TrustedKeys) {
    this.shelf = shelf;
    this.trusted = trusted;
  }

  /** Numbers, ascending. */
  async numbers(): Promise<Result<readonly number[], Refusal>> {
    return unreachable(await this.shelf.versions());
  }

  async version(version: number): Promise<Result<StoredVersion, Refusal>> {
    const found = unreachable(await this.shelf.document(`version.${version}`));
    if (!found.ok) return found;
    if (found.value === null) return fail(refusal('unknown-version', `there is no version ${version}`));
    const accepted = acceptManifest(found.value.value, version, this.trusted);
    return accepted.ok ? ok({ ...accepted.value, storedMs: found.value.storedMs }) : accepted;
  }

  /** Every version, or why it is not believed. */
  async versions(): Promise<Result<ReadonlyMap<number, Result<StoredVersion, Refusal>>, Refusal>> {
    const numbers = await this.numbers();
    if (!numbers.ok) return numbers;
    const all = new Map<number, Result<StoredVersion, Refusal>>();
    for (const version of numbers.value) {
      const read = await this.version(version);
      if (!read.ok && read.error.reason === 'unreachable') return read;
      all.set(version, read);
    }
    return ok(all);
  }

  /** The texts that were published under a number. */
  async source(version: number): Promise<Result<RulesSource, Refusal>> {
    const text = await this.bundled(version);
    return text.ok ? openText(text.value) : text;
  }

  /** The same as they came; nobody has seen whether they are what was published. */
  async bundled(version: number): Promise<Result<BundledText, Refusal>> {
    const found = await this.version(version);
    if (!found.ok) return found;
    const { sourceDigest: digest } = found.value.manifest;
    const bytes = await this.text(digest);
    return bytes.ok ? ok({ bundle: { bytes: bytes.value, digest }, label: `version ${version}: ` }) : bytes;
  }

  async text(digest: string): Promise<Result<Uint8Array, Refusal>> {
    const found = unreachable(await this.shelf.text(digest));
    if (!found.ok) return found;
    return found.value === null
      ? fail(refusal('unknown-version', `there is no text ${digest}`))
      : ok(found.value);
  }

  async live(): Promise<Result<Live, Refusal>> {
    const lies = unreachable(await this.shelf.document('live'));
    if (!lies.ok) return lies;
    const history = unreachable(await this.shelf.history('live'));
    if (!history.ok) return history;
    // Of an activator whose key has been taken away, too: nodes have accepted it once.
    const serial = countedOn(history.value.map(({ value }) => pointerIn(value)?.serial ?? null));
    const trail = history.value.map(({ value, storedMs }) => ({
      storedMs,
      said: counted(acceptPointer(value, { serial: 0, floor: 0 }, this.trusted), serial),
      approver: approverOf(value, this.trusted),
    }));
    const believed = trail.flatMap(({ said }) => (said.ok ? [said.value] : []));
    const current = believed.reduce<Activated | null>(later, null);
    const floor = Math.max(0, ...believed.map(({ pointer }) => pointer.floor));
    const revision = lies.value?.revision ?? 0;
    const stated = pointerIn(lies.value?.value);
    return ok({ revision, current, stated, accepted: { serial, floor }, trail });
  }
}

/** Whether the version that a pointer names is in force at a time, for those it is meant for. */
export function hasBegun({ notBefore }: Pointer, nowMs: number): boolean {
  return notBefore === null || nowMs >= Date.parse(notBefore);
}

export function unreachable<T>(asked: Result<T, string>): Result<T, Refusal> {
  return asked.ok ? asked : fail(refusal('unreachable', asked.error));
}

/** What nobody who follows can have accepted is not in force. */
function counted(said: Result<Activated, Refusal>, serial: number): Result<Activated, Refusal> {
  if (!said.ok || said.value.pointer.serial <= serial) return said;
  return fail(refusal('unfit', `change ${said.value.pointer.serial}: nobody counts so far`));
}

function later(a: Activated | null, b: Activated): Activated {
  return a === null || isLater(b.pointer, a.pointer) ? b : a;
}

function pointerIn(signed: unknown): Pointer | null {
  const read = readPointer(unverified(signed));
  return read.ok ? read.value : null;
}
