/**
 * Batches that are decided and on their way to disk. The next ones are decided meanwhile, on what these do to the
 * state: a flush takes longer than deciding a batch. They become lasting in their order, all of them or none behind
 * the first that does not.
 */
import type { Answer } from '../egress/decision-publisher.js';
import type { Write } from '../history/state.js';
import type { Commit, HistoryStore, Position } from '../history/store.js';

/** Messages that may be on their way to disk: two large batches; one always may. */
const most = 512;

interface UnderWay {
  readonly writes: readonly Write[];
  readonly answers: readonly Answer[];
  readonly done: Promise<void>;
}

export class CommitsUnderWay {
  readonly #store: Pick<HistoryStore, 'commit' | 'answerOf' | 'answerApart'>;
  readonly #onFailure: () => void;
  readonly #underWay = new Set<UnderWay>();
  #failure: unknown = null;
  /** As it will be when all of them are on disk. */
  position: Position;

  /** `onFailure`: told once, so that nobody waits for more messages meanwhile. */
  constructor(
    store: Pick<HistoryStore, 'commit' | 'answerOf' | 'answerApart'>,
    position: Position,
    onFailure: () => void,
  ) {
    this.#store = store;
    this.#onFailure = onFailure;
    this.position = position;
  }

  /** What each of them does to the state, the latest last. */
  get pending(): readonly (readonly Write[])[] {
    return Array.from(this.#underWay, ({ writes }) => writes);
  }

  /** What was, or will be, published for a message; see the store's `answerOf`. */
  answerOf(seq: number, atMs: number): Answer | null {
    for (const { answers } of this.#underWay) {
      const found = answers.find((answer) => answer.seq === seq);
      if (found !== undefined) return found;
    }
    return this.#store.answerOf(seq, atMs);
  }

  /** See the store's. */
  answerApart(decisionId: string, atMs: number): Answer | null {
    return this.#store.answerApart(decisionId, atMs);
  }

  /**
   * Returns at once; `then` is called when it is on disk. Throws where one before it has failed: it was decided on what
   * that one did.
   */
  begin(commit: Commit, answers: readonly Answer[], then: () => void): void {
    if (this.#failure !== null) throw this.#failure;
    this.position = commit.position;
    const done = this.#store.commit(commit).then(
      () => {
        this.#underWay.delete(underWay);
        then();
      },
      (error: unknown) => {
        if (this.#failure !== null) return;
        this.#failure = error;
        this.#onFailure();
      },
    );
    const underWay = { writes: commit.writes, answers, done };
    this.#underWay.add(underWay);
  }

  /** Whether another may begin now. */
  get hasRoom(): boolean {
    return this.#failure === null && this.#messages < most;
  }

  /** Resolves when another may begin. Rejects where one has failed: nothing after it may be. */
  async room(): Promise<void> {
    while (this.#failure === null && !this.hasRoom) await this.#oldest;
    if (this.#failure !== null) throw this.#failure;
  }

  /** Resolves when all are on disk. Rejects likewise. */
  async done(): Promise<void> {
    while (this.#failure === null && this.#underWay.size > 0) await this.#oldest;
    if (this.#failure !== null) throw this.#failure;
  }

  get #messages(): number {
    return [...this.#underWay].reduce((sum, { answers }) => sum + answers.length, 0);
  }

  get #oldest(): Promise<void> | undefined {
    return [...this.#underWay][0]?.done;
  }
}
