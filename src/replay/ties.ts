/**
 * What other messages have to do with the records of a message, as far as whoever works it off can make use of it: a
 * record that no other message names need not be written, nor looked for; a patient's need not be written once nobody
 * asks for it any more, nor in a form from which something can be taken back where nothing ever is. Found with the
 * links, by the same names.
 */
import { grown } from './grown.js';

/** Bits of what is known of a message. */
export const tie = {
  /** Another message names a record that it names, its patient's aside; or it may say more than a claim does. */
  shared: 1,
  /** A later message names its patient. */
  followed: 2,
  /** Of the messages that belong together with it, one shares a record. */
  mixed: 4,
} as const;

/** Nothing is known: whatever it does may be seen. */
export const allTies = tie.shared | tie.followed | tie.mixed;

export class Ties {
  /** By number of a name: the last message that said it. */
  #last = new Int32Array(1_024).fill(-1);
  /** By message. */
  #ties = new Uint8Array(1_024);
  #messages = 0;

  /** A message, be it that nothing is ever marked of it. They ascend from 0 on. */
  begin(message: number): void {
    this.#messages = message + 1;
    if (message >= this.#ties.length) this.#ties = grown(this.#ties);
  }

  /** Of the message that has begun. `name`: numbered from 0 on, a patient's never the same as another's. */
  add(message: number, name: number, isPatient: boolean): void {
    if (name >= this.#last.length) this.#last = grown(this.#last, -1);
    const before = this.#last[name] as number;
    this.#last[name] = message;
    if (before < 0 || before === message) return;
    this.mark(before, isPatient ? tie.followed : tie.shared);
    if (!isPatient) this.share(message);
  }

  share(message: number): void {
    this.mark(message, tie.shared);
  }

  mark(message: number, bit: number): void {
    this.#ties[message]! |= bit;
  }

  of(message: number): number {
    return message < this.#messages ? (this.#ties[message] as number) : allTies;
  }
}
