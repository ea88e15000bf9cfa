/**
 * The history of a replay thread: in memory up to a bound, then on disk in a folder of its own, which nobody opens
 * again. Nothing is waited for and nothing has to last.
 */
import { type Overlay, Overlay as StateOverlay, type StateReader } from '../src/history/state.js';
import { Environment } from '../src/history/store/environment.js';
import { KeptPatients } from '../src/replay/kept-patients.js';

/** What a record takes in memory beside its bytes, roughly. */
const overheadBytes = 400;

export class ReplayState {
  readonly #folder: string;
  readonly #memoryBytes: number;
  #disk: Environment | null = null;
  #bytes = 0;
  #inMemoryOnly = false;
  #isUsed = false;
  /** What messages see and write: an overlay of the message at hand, moved down where it goes well. */
  readonly own: Overlay;
  readonly #memory: Overlay;
  /** Simple patients, who are not in the state. */
  readonly kept = new KeptPatients();

  constructor(folder: string, memoryBytes: number) {
    this.#folder = folder;
    this.#memoryBytes = memoryBytes;
    const below: StateReader = {
      get: (table, key) => (this.#inMemoryOnly ? undefined : this.#disk?.get(table, key)),
    };
    this.#memory = new StateOverlay(below);
    this.own = new StateOverlay(this.#memory);
  }

  /** Whether anything lies on disk. */
  get isSpilt(): boolean {
    return this.#disk !== null;
  }

  /** Whether any message has left anything behind. */
  get isUsed(): boolean {
    return this.#isUsed;
  }

  /** The message at hand is over. */
  keep(): void {
    this.#inMemoryOnly = true;
    for (const [table, key] of this.own.takeTouched()) {
      this.#isUsed = true;
      const known = this.#memory.get(table, key);
      const bytes = this.own.get(table, key)?.length ?? 0;
      this.#bytes += known === undefined ? overheadBytes + bytes : bytes - known.length;
    }
    this.#inMemoryOnly = false;
    this.own.moveDown();
  }

  /** Between two messages. */
  async makeRoom(): Promise<void> {
    if (this.#bytes + this.kept.bytes < this.#memoryBytes) return;
    this.kept.giveUpAll(this.own);
    this.keep();
    this.#disk ??= Environment.open(this.#folder, 'write');
    await this.#disk.write(this.#memory.takeWrites());
    this.#bytes = 0;
  }

  async close(): Promise<void> {
    await this.#disk?.close();
  }
}
