/**
 * Releases as the broker keeps them: texts of rule sets in an object store, by their digest, and small signed documents
 * in a bucket. It keeps them; whether they may be believed is decided where they are read.
 */
import {
  JetStreamApiCodes,
  type JetStreamApiError,
  type JetStreamClient,
  jetstream,
} from '@nats-io/jetstream';
import { type KV, type KvEntry, Kvm } from '@nats-io/kv';
import { type ObjectStore, Objm } from '@nats-io/obj';
import { fail, ok, type Result } from '../base/result.js';
import type { NatsLink } from './connection.js';
import { sentence } from './sentence.js';

const documentsBucket = 'claimgate-releases';
const textsBucket = 'claimgate-rulesets';
/** Of each document that changes; also the trail of who changed it. */
const revisionsKept = 64;
/** `last sequence by subject differs`: somebody else has written the document. */
const wrongSequence = 10071;
/** A change is told at once; a telling that is lost with a connection is made up for after this long. */
const lookAgainMs = 5_000;

/** `version.<n>` is written once; the others change. */
export type DocumentKey = `version.${number}` | `trial.${number}` | 'live' | 'shadow' | 'overlay';

export interface StoredDocument {
  readonly value: unknown;
  /** Given back to replace it. */
  readonly revision: number;
  /** Milliseconds since 1970 at which the broker stored it. */
  readonly storedMs: number;
}

/** `overtaken`: somebody else was first. Else a sentence. */
export type WriteProblem =
  | { readonly kind: 'overtaken' }
  | { readonly kind: 'broker'; readonly message: string };

export interface ReleaseStoreOptions {
  readonly link: NatsLink;
  /** Copies on servers of a cluster, where the buckets have to be made. */
  readonly replicas: number;
  /** No bucket is made where there is none: it has no document then. */
  readonly onlyLooks?: boolean;
}

export class ReleaseStore {
  readonly #options: ReleaseStoreOptions;
  #documents: KV | null = null;
  #texts: ObjectStore | null = null;

  constructor(options: ReleaseStoreOptions) {
    this.#options = options;
  }

  /** Null: there is none. Fails with a sentence. */
  async document(key: DocumentKey): Promise<Result<StoredDocument | null, string>> {
    return await this.#asking(async () => {
      try {
        const entry = await (await this.#openDocuments()).get(key);
        return entry === null ? null : storedIn(entry);
      } catch (error) {
        if (this.#options.onlyLooks === true && isNoStream(error)) return null;
        throw error;
      }
    });
  }

  /** What the document was, the oldest that is kept first. */
  async history(key: DocumentKey): Promise<Result<readonly StoredDocument[], string>> {
    return await this.#asking(async () => {
      const documents: StoredDocument[] = [];
      for await (const entry of await (await this.#openDocuments()).history({ key })) {
        const stored = storedIn(entry);
        if (stored !== null) documents.push(stored);
      }
      return documents;
    });
  }

  /** Published versions, ascending. */
  async versions(): Promise<Result<readonly number[], string>> {
    return await this.#asking(async () => {
      const versions: number[] = [];
      for await (const key of await (await this.#openDocuments()).keys('version.*')) {
        const version = Number(key.slice('version.'.length));
        // Whoever may write there may have written anything.
        if (Number.isSafeInteger(version) && version > 0) versions.push(version);
      }
      return versions.toSorted((a, b) => a - b);
    });
  }

  /**
   * Writes a document over the one with this revision; 0: where there is none. Answers its revision.
   */
  async put(key: DocumentKey, value: object, over: number): Promise<Result<number, WriteProblem>> {
    try {
      const bucket = await this.#openDocuments();
      const text = JSON.stringify(value);
      return ok(over === 0 ? await bucket.create(key, text) : await bucket.update(key, text, over));
    } catch (error) {
      if ((error as JetStreamApiError).code === wrongSequence) return fail({ kind: 'overtaken' });
      return fail({ kind: 'broker', message: sentence(error) });
    }
  }

  /** Takes the document away, as long as it has this revision. */
  async remove(key: DocumentKey, revision: number): Promise<Result<null, WriteProblem>> {
    try {
      await (await this.#openDocuments()).delete(key, { previousSeq: revision });
      return ok(null);
    } catch (error) {
      if ((error as JetStreamApiError).code === wrongSequence) return fail({ kind: 'overtaken' });
      return fail({ kind: 'broker', message: sentence(error) });
    }
  }

  /** The bytes with this digest (SHA-256, hex); null: they are not there. They are not compared with it. */
  async text(digest: string): Promise<Result<Uint8Array | null, string>> {
    return await this.#asking(async () => {
      const texts = await this.#openTexts();
      return await readWhole(jetstream(this.#options.link.connection), texts, digest);
    });
  }

  /** What is there already stays as it is. */
  async putText(digest: string, bytes: Uint8Array): Promise<Result<null, string>> {
    return await this.#asking(async () => {
      const texts = await this.#openTexts();
      if ((await texts.info(digest)) === null) await putWhole(texts, digest, bytes);
      return null;
    });
  }

  /**
   * Calls `onChange` when a document may have changed: at once where the broker says so, and every few seconds. Returns
   * how to end it.
   */
  watch(onChange: () => void): () => void {
    const { link } = this.#options;
    const subscription = link.connection.subscribe(`$KV.${documentsBucket}.>`, { callback: onChange });
    const timer = setInterval(onChange, lookAgainMs);
    const unwatch = link.watch({ onUp: onChange, onDown: () => {} });
    return () => {
      clearInterval(timer);
      unwatch();
      if (!subscription.isClosed()) subscription.unsubscribe();
    };
  }

  async #asking<Answer>(ask: () => Promise<Answer>): Promise<Result<Answer, string>> {
    try {
      return ok(await ask());
    } catch (error) {
      // A bucket may be gone: opened, or made, again.
      this.#documents = null;
      this.#texts = null;
      return fail(sentence(error));
    }
  }

  async #openDocuments(): Promise<KV> {
    const { link, replicas, onlyLooks = false } = this.#options;
    // Read from the leader: a mirror may still show what was replaced.
    const options = { history: revisionsKept, replicas, allow_direct: false };
    const buckets = new Kvm(jetstream(link.connection));
    this.#documents ??= onlyLooks
      ? await buckets.open(documentsBucket, options)
      : await buckets.create(documentsBucket, options);
    return this.#documents;
  }

  async #openTexts(): Promise<ObjectStore> {
    const { link, replicas } = this.#options;
    this.#texts ??= await new Objm(jetstream(link.connection)).create(textsBucket, { replicas });
    return this.#texts;
  }
}

/**
 * The pieces of a text. Not the library's `getBlob`: it also hashes them, in JavaScript that nothing has warmed, for
 * which main would stand still for tens of milliseconds. Null: there is no such text.
 */
async function readWhole(
  stream: JetStreamClient,
  texts: ObjectStore,
  name: string,
): Promise<Uint8Array | null> {
  const info = await texts.info(name);
  if (info === null || info.deleted) return null;
  const pieces: Uint8Array[] = [];
  if (info.size > 0) {
    const filter = { filter_subjects: `$O.${textsBucket}.C.${info.nuid}` };
    const consumer = await stream.consumers.getPushConsumer(`OBJ_${textsBucket}`, filter);
    // Nothing would ever come.
    if ((await consumer.info(true)).num_pending === 0) throw new Error(`the pieces of text ${name} are gone`);
    for await (const message of await consumer.consume()) {
      pieces.push(message.data);
      if (message.info.pending === 0) break;
    }
  }
  const bytes = Buffer.concat(pieces);
  if (bytes.byteLength !== info.size) throw new Error(`text ${name} has come in part only`);
  return bytes;
}

/** Throws what the broker says. */
async function putWhole(texts: ObjectStore, name: string, bytes: Uint8Array): Promise<void> {
  try {
    await texts.putBlob({ name }, bytes);
  } catch (error) {
    // The library wants to take back what it has sent, which we may not; that then hides what went wrong.
    if (!sentence(error).includes('$JS.API.STREAM.PURGE.')) throw error;
    throw new Error('the broker has not taken the whole text; its own log says why');
  }
}

function isNoStream(error: unknown): boolean {
  return (error as JetStreamApiError).code === JetStreamApiCodes.StreamNotFound;
}

/** Null: taken away. What is no JSON is as good as unsigned. */
function storedIn(entry: KvEntry): StoredDocument | null {
  if (entry.operation !== 'PUT') return null;
  const { revision, created } = entry;
  let value: unknown = null;
  try {
    value = entry.json();
  } catch {
    // Stays null.
  }
  return { value, revision, storedMs: created.getTime() };
}
