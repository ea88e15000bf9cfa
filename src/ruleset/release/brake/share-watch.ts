/** One share of one scene: its window, what is usual there, and where it stands. */
import type { Status } from '../../../decision/decision.js';
import type { Band } from '../manifest.js';
import { type Limits, ShareWindow, type Side, windowClaims } from './share-window.js';
import { Usual } from './usual.js';

/** What is counted: claims of this status. */
export const shares = ['alert', 'hold'] as const satisfies readonly Status[];
export type Share = (typeof shares)[number];

/** Claims: a share may stand outside for days, and looking takes ten times what counting does. */
const lookEvery = 10;

export class ShareWatch {
  readonly scene: string;
  readonly share: Share;
  readonly window: ShareWindow;
  readonly usual: Usual;
  /** Where it stands; it comes back inside no sooner than a whole window later, so that nobody is told all the time. */
  outside: Side | null = null;
  #claims = 0;

  constructor({ scene, figures }: Band, share: Share, limits: Limits) {
    this.scene = scene;
    this.share = share;
    this.window = new ShareWindow(limits);
    this.usual = new Usual(limits, figures ?? null, share);
  }

  /** Whether to look for rules that drive it: with the first claim above, and every few where none was found. */
  get isSuspicious(): boolean {
    return this.window.side === 'above' && (this.outside !== 'above' || this.#claims % lookEvery === 0);
  }

  /** After another claim; whether it stands elsewhere now. */
  settle(): boolean {
    this.#claims += 1;
    const { side } = this.window;
    if (side === this.outside || (this.outside !== null && this.#claims < windowClaims)) return false;
    this.outside = side;
    this.#claims = 0;
    return true;
  }

  /** Where these rules are not asked, their part of the share is missing, which is nobody's mistake. */
  without(rules: ReadonlySet<string>): void {
    const { least } = this.usual.limits;
    this.window.expect(Math.max(0, Math.floor(least - this.usual.partOf(rules))));
  }

  begin(): void {
    this.window.clear();
    this.outside = null;
    this.#claims = 0;
  }
}

export function watchesOf(band: Band): readonly ShareWatch[] {
  const { alertLow, alertHigh, holdLow, holdHigh } = band;
  return [
    new ShareWatch(band, 'alert', limitsOf(alertLow, alertHigh)),
    new ShareWatch(band, 'hold', limitsOf(holdLow, holdHigh)),
  ];
}

/** Of shares in millionths: whole claims whose share is still inside. */
function limitsOf(low: number, high: number): Limits {
  return {
    least: Math.ceil((low * windowClaims) / 1_000_000),
    most: Math.floor((high * windowClaims) / 1_000_000),
  };
}
