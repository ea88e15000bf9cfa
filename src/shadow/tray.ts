/** Copies of claims that wait for a moment of leisure; bounded, and whatever finds no room is left out. */
import type { Envelope, UnreadClaim } from '../screening/protocol.js';

export interface TrayLimits {
  readonly claims: number;
  readonly bytes: number;
  /** A larger body is not taken: judging it twice takes too long for a moment. */
  readonly bodyBytes: number;
}

export interface Copy extends UnreadClaim {
  /** By which it was judged. */
  readonly rulesetId: string;
}

export type Placed = 'taken' | 'full' | 'large';

export class Tray {
  readonly #limits: TrayLimits;
  #copies: Copy[] = [];
  #bytes = 0;

  constructor(limits: TrayLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#copies.length;
  }

  /** Copies the body, which changes when nobody waits for its answer any more. */
  place(body: Uint8Array, envelope: Envelope, rulesetId: string): Placed {
    const { claims, bytes, bodyBytes } = this.#limits;
    if (body.byteLength > bodyBytes) return 'large';
    if (this.#copies.length >= claims || this.#bytes + body.byteLength > bytes) return 'full';
    this.#copies.push({ body: new Uint8Array(body), envelope, rulesetId });
    this.#bytes += body.byteLength;
    return 'taken';
  }

  /** The next ones that were judged by the same rule set; at least one, if any waits. */
  take(claims: number, bytes: number): readonly Copy[] {
    const [first] = this.#copies;
    if (first === undefined) return [];
    let [count, taken] = [0, 0];
    for (const { rulesetId, body } of this.#copies) {
      const goesAlong = rulesetId === first.rulesetId && count < claims;
      if (!goesAlong || (count > 0 && taken + body.byteLength > bytes)) break;
      count += 1;
      taken += body.byteLength;
    }
    this.#bytes -= taken;
    return this.#copies.splice(0, count);
  }

  /** Throws all away; says how many. */
  clear(): number {
    const thrown = this.#copies.length;
    this.#copies = [];
    this.#bytes = 0;
    return thrown;
  }
}
