/** What the routes of replays are given to call. */
import { ServiceError } from '../base/errors.js';
import type { ReplayDesk, ReplayJob, ReplayTurn } from '../replay-desk/replay-desk.js';

export type ReplayDoor = Pick<ReplayDesk, 'turn' | 'jobs' | 'job' | 'report' | 'remove'>;

/** Throws ServiceError where another one runs. */
export function replayTurn(replays: ReplayDoor): ReplayTurn {
  const turn = replays.turn();
  if (turn !== null) return turn;
  throw new ServiceError('busy', 'Another replay runs on this node: wait for its end, or cancel it.');
}

/** `order`: as a client sends it. Throws ServiceError where it makes no sense, or cannot be started. */
export async function startedReplay(turn: ReplayTurn, order: Uint8Array): Promise<ReplayJob> {
  const started = await turn.start(order);
  if (started.ok) return started.value;
  const { is, message } = started.error;
  if (is === 'malformed') throw new ServiceError('malformed', message);
  throw new ServiceError('internal', `The replay does not start: ${message}.`);
}
