/** A problem that may go on for long: said when it begins or becomes another one, and not with every attempt. */
export class SaidOnce {
  readonly #say: (problem: string) => void;
  #problem = '';

  constructor(say: (problem: string) => void) {
    this.#say = say;
  }

  is(problem: string): void {
    if (problem !== this.#problem) this.#say(problem);
    this.#problem = problem;
  }

  /** If it comes again, it is said again. */
  isOver(): void {
    this.#problem = '';
  }
}
