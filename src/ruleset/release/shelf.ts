/** Where releases lie, as far as those ask who change or look at them; the store at the broker is one. */
import type { Result } from '../../base/result.js';

export type ShelfKey = `version.${number}` | `trial.${number}` | 'live' | 'overlay' | 'shadow';

export interface Shelved {
  readonly value: unknown;
  /** Given back to replace it. */
  readonly revision: number;
  /** Milliseconds since 1970. */
  readonly storedMs: number;
}

export type ShelfProblem =
  | { readonly kind: 'overtaken' }
  | { readonly kind: 'broker'; readonly message: string };

/** Failures are sentences: the broker cannot be asked. */
export interface Shelf {
  document(key: ShelfKey): Promise<Result<Shelved | null, string>>;
  /** What the document was, the oldest that is kept first. */
  history(key: ShelfKey): Promise<Result<readonly Shelved[], string>>;
  /** Ascending. */
  versions(): Promise<Result<readonly number[], string>>;
  /** Over the one with this revision; 0: where there is none. */
  put(key: ShelfKey, value: object, over: number): Promise<Result<number, ShelfProblem>>;
  /** By SHA-256, hex. */
  text(digest: string): Promise<Result<Uint8Array | null, string>>;
  putText(digest: string, bytes: Uint8Array): Promise<Result<null, string>>;
}
