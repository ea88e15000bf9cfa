/**
 * The paths of a claim through claimgate, on one page. Here the advisory one:
 *
 *   edge: receive, name the institution, open the budget ──▶ screenNow
 *     batcher: refuse what cannot be answered in time · queue · batch ──▶ a free thread of the pool
 *       worker: read ▸ screen ▸ decide ▸ encode
 *     batcher: a batch that lost its thread again claim by claim ──▶ answer ──▶ edge
 */
import type { Answer, Batcher } from './screening/batcher.js';
import type { Envelope } from './screening/protocol.js';
import { refuse } from './screening/refusal.js';

export interface Stages {
  readonly batcher: Pick<Batcher, 'screen'>;
  /** Largest body that is screened, in bytes; the edges refuse most larger ones before they have arrived. */
  readonly maxBodyBytes: number;
  /** Told of a bug on the main thread, after which the claim is answered all the same. */
  readonly screeningFailed: (error: unknown) => void;
}

/**
 * Advisory screening of one claim: answered inside its budget or answered `not_screened`, and never kept for later.
 * Never rejects: whatever goes wrong in here must not stop care, so it fails open, visibly. The body is read, not
 * moved; it must stay as it is until the answer is there.
 */
export async function screenNow(body: Uint8Array, envelope: Envelope, stages: Stages): Promise<Answer> {
  const refused = (cause: 'too-large' | 'worker'): Answer => {
    return { ...refuse(body, envelope, cause, null), queuedMs: 0, screenMs: 0 };
  };
  if (body.byteLength > stages.maxBodyBytes) return refused('too-large');
  try {
    return await stages.batcher.screen(body, envelope);
  } catch (error) {
    stages.screeningFailed(error);
    return refused('worker');
  }
}
