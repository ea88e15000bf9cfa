/** A write of the history that did not happen. */
import { statfsSync } from 'node:fs';

export type WriteFailure = 'disk-full' | 'failed';

export class HistoryWriteError extends Error {
  override readonly name = 'HistoryWriteError';
  /** `disk-full`: nothing can be written before there is room again. */
  readonly reason: WriteFailure;

  constructor(reason: WriteFailure, detail: string) {
    super(detail);
    this.reason = reason;
  }
}

/** ENOSPC, EFBIG, EDQUOT, and a map that cannot grow. */
const fullCodes: readonly unknown[] = [28, 27, 122, -30_792];
/** EIO: also what LMDB says of a write that was cut short, as the last one before a full disk is. */
const cutShort = 5;
/** A disk with less room than this is full to LMDB. */
const littleRoom = 1 << 20;

/** What LMDB's writing thread ran into in `folder`: the rejection itself says only where to wait for that. */
export async function writeErrorOf(rejection: unknown, folder: string): Promise<HistoryWriteError> {
  const awaited = (rejection as { readonly commitError?: Promise<unknown> }).commitError ?? rejection;
  const cause = await Promise.resolve(awaited).catch((error: unknown) => error);
  const code = (cause as { readonly code?: unknown }).code;
  const isFull = fullCodes.includes(code) || (code === cutShort && hasLittleRoom(folder));
  const what = cause instanceof Error ? cause.message : String(cause);
  return isFull
    ? new HistoryWriteError('disk-full', 'There is no room left on the disk for the history.')
    : new HistoryWriteError('failed', `The history cannot be written: ${what}.`);
}

function hasLittleRoom(folder: string): boolean {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize < littleRoom;
}
