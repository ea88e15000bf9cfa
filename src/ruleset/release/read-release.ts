/** A pointer with everything that it names, as far as it can be judged without compiling. */
import { fail, ok, type Result } from '../../base/result.js';
import type { Manifest } from './manifest.js';
import type { Accepted, Pointer } from './pointer.js';
import { type Refusal, refusal } from './refusal.js';
import { type Activated, acceptManifest, acceptPointer, agree, type Published } from './release.js';
import type { TrustedKeys } from './trust.js';

export interface Release extends Activated {
  readonly signed: object;
  /** The same as a text: whether it is the very same. */
  readonly words: string;
  readonly published: Published;
  readonly base: Published | null;
  /** As they came, by version. */
  readonly manifests: Readonly<Record<string, unknown>>;
}

/** Of the versions that it names. */
export function neededBy({ base, published }: Release): readonly Manifest[] {
  return [base, published].flatMap((one) => one?.manifest ?? []);
}

/** What it may follow. */
export interface Before {
  readonly accepted: Accepted;
  /** The pointer accepted last; null: not known any more. */
  readonly last: Pointer | null;
}

/** A manifest as it came. */
export type FetchManifest = (version: number) => Promise<Result<unknown, Refusal>>;

export async function readRelease(
  signed: unknown,
  { accepted, last }: Before,
  fetch: FetchManifest,
  trusted: TrustedKeys,
): Promise<Result<Release, Refusal>> {
  const activated = acceptPointer(signed, accepted, trusted, last);
  if (!activated.ok) return activated;
  const { version, base } = activated.value.pointer;
  const manifests: Record<string, unknown> = {};
  const readOne = async (one: number): Promise<Result<Published, Refusal>> => {
    const fetched = await fetch(one);
    if (!fetched.ok) return fetched;
    manifests[one] = fetched.value;
    return acceptManifest(fetched.value, one, trusted);
  };
  const published = await readOne(version);
  if (!published.ok) return published;
  const others = base === null ? ok(null) : await readOne(base);
  if (!others.ok) return others;
  const agreed = agree(activated.value, published.value, others.value);
  if (!agreed.ok) return agreed;
  const names = { published: published.value, base: others.value, manifests };
  return ok({ ...activated.value, signed: signed as object, words: JSON.stringify(signed), ...names });
}

/** Of what can be asked for manifests. */
export function manifestsIn(store: {
  document(key: `version.${number}`): Promise<Result<{ readonly value: unknown } | null, string>>;
}): FetchManifest {
  return async (version) => {
    const found = await store.document(`version.${version}`);
    if (!found.ok) return fail(refusal('unreachable', found.error));
    return found.value === null
      ? fail(refusal('unknown-version', `there is no version ${version}`))
      : ok(found.value.value);
  };
}
