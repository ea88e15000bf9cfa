/**
 * The history as a worker thread reads it. A worker stays inside one long task and never turns its event loop, so its
 * view of the store is renewed here and nowhere else: `refresh()` at the head of every batch. `letGo()` at its end: a
 * thread that rests would keep the store from using again whatever has been given up since, and the file would grow.
 */
import { historyHorizonMs, type StateReader, type StateTable, touchedOf } from './state.js';
import { Environment } from './store/environment.js';
import { positionKey } from './store/position.js';
import { VisibleState } from './store/visible-state.js';

export class HistoryReader implements StateReader {
  readonly #stored: Environment;
  readonly #visible: VisibleState;

  private constructor(stored: Environment, horizonMs: number) {
    this.#stored = stored;
    this.#visible = new VisibleState(stored, horizonMs);
    this.refresh();
  }

  /**
   * Opens the folder that a HistoryStore holds open, in this process or another. Throws where there is none.
   * `horizonMs`: for tests.
   */
  static open(folder: string, horizonMs: number = historyHorizonMs): HistoryReader {
    return new HistoryReader(Environment.open(folder, 'read'), horizonMs);
  }

  /** Reads see from here on what is committed now. */
  refresh(): void {
    this.#stored.refresh();
    const position = this.#stored.get('meta', positionKey);
    this.#visible.at(position === undefined ? null : { streamMs: touchedOf(position) });
  }

  get(table: StateTable, key: Uint8Array): Uint8Array | undefined {
    return this.#visible.get(table, key);
  }

  /** Nothing is read before the next `refresh()`. */
  letGo(): void {
    this.#stored.letGo();
  }

  close(): void {
    void this.#stored.close();
  }
}
