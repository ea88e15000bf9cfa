/** How many requests with a whole body are answered at the same time. */
import type { ServerResponse } from 'node:http';

export class Slots {
  readonly #limit: number;
  #taken = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes a slot until the answer is out or the connection gone; false: there is none. */
  take(response: ServerResponse): boolean {
    // Whoever asked is gone, and the event that gives the slot back with it.
    if (response.closed) return true;
    this.#taken += 1;
    response.once('close', this.#giveBack);
    return this.#taken <= this.#limit;
  }

  readonly #giveBack = (): void => {
    this.#taken -= 1;
  };
}
