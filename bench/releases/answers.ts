/** Claims of the simulated town, asked over NATS, and which version of the rules answered when. */
import { setTimeout as sleep } from 'node:timers/promises';
import { headers, type NatsConnection } from '@nats-io/transport-node';
import { systemClock } from '../../src/base/clock.js';
import type { RenderedClaim } from '../claims/render.js';
import { makeBodies } from '../load/bodies.js';
import type { Send } from '../load/loops.js';

const bodyPlan = { format: 'native-json', count: 500, seed: 20_261_122, lines: 30 } as const;

export class Answers {
  readonly #connection: NatsConnection;
  readonly #bodies: readonly RenderedClaim[] = makeBodies(bodyPlan);
  readonly #lastMs = new Map<number, number>();
  #waiting: { readonly version: number; readonly tell: (atMs: number) => void } | null = null;

  constructor(connection: NatsConnection) {
    this.#connection = connection;
  }

  /** Of the last answer; 0: there was none. */
  lastVersion = 0;

  /** Tick of the last answer of a version. */
  lastMs(version: number): number {
    return this.#lastMs.get(version) ?? Number.NaN;
  }

  /** Tick of the next answer of a version. */
  first(version: number): Promise<number> {
    return new Promise((tell) => {
      this.#waiting = { version, tell };
    });
  }

  /** Rejects where a claim was not screened, or by no version. */
  readonly send: Send = async (index) => {
    const { body, institution, contentType } = this.#bodies[index % this.#bodies.length] as RenderedClaim;
    const fields = headers();
    fields.set('Content-Type', contentType);
    const options = { timeout: 10_000, headers: fields };
    const answer = await this.#connection.request(`claimgate.screen.${institution}`, body, options);
    const status = answer.headers?.get('Claimgate-Status') ?? 'unknown';
    if (status === 'not_screened' || status === 'unknown') throw new Error(status);
    this.#note(versionIn(Buffer.from(answer.data)));
    return status;
  };

  /** Resolves when the service answers by a version; throws where it does not within a minute. */
  async whenOf(version: number, pid: number): Promise<void> {
    const untilMs = systemClock.tickMs() + 60_000;
    for (let index = 0; Number.isNaN(this.lastMs(version)); index++) {
      if (systemClock.tickMs() > untilMs)
        throw new Error(`process ${pid} does not come to version ${version}`);
      await this.send(index);
      await sleep(20);
    }
  }

  #note(version: number): void {
    const nowMs = systemClock.tickMs();
    this.#lastMs.set(version, nowMs);
    this.lastVersion = version;
    if (this.#waiting?.version !== version) return;
    this.#waiting.tell(nowMs);
    this.#waiting = null;
  }
}

/** What the decision says of its rule set; the last thing in it. */
function versionIn(decision: Buffer): number {
  const tail = decision.subarray(decision.lastIndexOf('"ruleset"')).toString();
  const version = Number(/"version":(\d+)/.exec(tail)?.[1]);
  if (!(version >= 1)) throw new Error(`no version: ${tail}`);
  return version;
}
