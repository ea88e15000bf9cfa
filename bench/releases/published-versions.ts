/** Versions of the shipped rules, alike but for their number, published by one person and put in force by another. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock.js';
import { NatsLink } from '../../src/nats/connection.js';
import { ReleaseStore } from '../../src/nats/release-store.js';
import { buildRuleset, readRulesFolder, renderDiagnostics } from '../../src/ruleset/build-ruleset.js';
import { packBundle } from '../../src/ruleset/release/bundle.js';
import { createKey, readSigningKey, type SigningKey } from '../../src/ruleset/release/keys.js';
import { signManifest, signPointer } from '../../src/ruleset/release/release.js';
import { signOrder } from '../../src/shadow/order.js';

export interface PublishedVersions {
  /** File of the keys that the service is to trust. */
  readonly keysFile: string;
  /** Has the version in force for all; resolves when the broker has taken it. */
  activate(version: number): Promise<void>;
  /** Has the version tried beside the one in force; null: none. Resolves when the broker has taken it. */
  tryOut(version: number | null): Promise<void>;
  stop(): Promise<void>;
}

/** Numbered from 1. */
export async function publishVersions(natsUrl: string, count: number): Promise<PublishedVersions> {
  const link = new NatsLink({ url: natsUrl, name: 'bench-releases' });
  await link.up();
  const store = new ReleaseStore({ link, replicas: 1 });
  const folder = await mkdtemp(join(tmpdir(), 'claimgate-bench-keys-'));
  const [author, second] = [newKey(), newKey()];
  const keysFile = join(folder, 'release-keys.json');
  const keys = [
    { name: 'author', publicKey: author.publicKey, may: ['publish'] },
    { name: 'second', publicKey: second.publicKey, may: ['activate'] },
  ];
  await writeFile(keysFile, JSON.stringify({ keys }));
  const ids: string[] = [];
  for (let version = 1; version <= count; version++) ids.push(await publish(store, version, author.signing));
  let [serial, revision] = [0, 0];
  let [orders, orderRevision] = [0, 0];
  return {
    keysFile,
    activate: async (version) => {
      serial += 1;
      const pointer = {
        format: 1 as const,
        serial,
        version,
        rulesetId: ids[version - 1] ?? '',
        institutions: null,
        base: null,
        notBefore: null,
        floor: 1,
        reason: 'without replay: benchmark',
        signedAt: instant(),
      };
      const put = await store.put('live', signPointer(pointer, second.signing), revision);
      if (!put.ok) throw new Error(`the pointer: ${put.error.kind}`);
      revision = put.value;
    },
    tryOut: async (version) => {
      orders += 1;
      const order = {
        format: 1 as const,
        serial: orders,
        version,
        rulesetId: version === null ? null : (ids[version - 1] ?? ''),
        reason: 'benchmark',
        signedAt: instant(),
      };
      const put = await store.put('shadow', signOrder(order, second.signing), orderRevision);
      if (!put.ok) throw new Error(`the shadow: ${put.error.kind}`);
      orderRevision = put.value;
    },
    stop: async () => {
      await link.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** Returns what it compiles to. */
async function publish(store: ReleaseStore, version: number, key: SigningKey): Promise<string> {
  const shipped = await readRulesFolder('rules');
  if (!shipped.ok) throw new Error(renderDiagnostics(shipped.error));
  const header = shipped.value.files.get('ruleset.yaml') ?? '';
  const numbered = header.replace(/^version: .*$/m, `version: ${version}`);
  const source = { ...shipped.value, files: new Map([...shipped.value.files, ['ruleset.yaml', numbered]]) };
  const built = buildRuleset(source);
  if (!built.ok) throw new Error(renderDiagnostics(built.error));
  const { id: rulesetId, name, asOf } = built.value;
  const bundle = packBundle(source);
  const text = await store.putText(bundle.digest, bundle.bytes);
  if (!text.ok) throw new Error(text.error);
  const changes = { added: [], removed: [], changed: [], warnings: 0, replay: null };
  const manifest = {
    format: 1 as const,
    version,
    previous: version === 1 ? null : version - 1,
    rulesetId,
    name,
    asOf,
    sourceDigest: bundle.digest,
    publishedAt: instant(),
    ...changes,
    floor: 1,
  };
  const put = await store.put(`version.${version}`, signManifest(manifest, key), 0);
  if (!put.ok) throw new Error(`version ${version}: ${put.error.kind}`);
  return rulesetId;
}

function instant(): string {
  return new Date(systemClock.wallMs()).toISOString();
}

function newKey(): { readonly publicKey: string; readonly signing: SigningKey } {
  const { publicKey, privatePem } = createKey();
  const signing = readSigningKey(privatePem);
  if (!signing.ok) throw new Error(signing.error);
  return { publicKey, signing: signing.value };
}
