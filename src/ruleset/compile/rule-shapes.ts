/**
 * Rules of one shape, which differ only in tables, columns and lists of codes, share their functions' text: what one
 * of them has taught V8 serves all, and a rule that seldom speaks is not cold. A shape is a function that takes what
 * is a rule's own and answers the rule's functions.
 */
import { type Code, comment, joinCode, js } from '../../base/code.js';
import { Constants } from './constants.js';

/** One huge function falls off V8's optimiser; so many shapes share a text. */
const shapesPerText = 50;

export class RuleShapes {
  readonly #shared = new Constants();
  /** By text: its number. */
  readonly #numbers = new Map<string, number>();
  readonly #shapes: Code[] = [];

  /** For one rule. */
  newConstants(): Constants {
    return new Constants(this.#shared);
  }

  /** Code that makes a rule's functions, whose text is `functions` and names `own`. `shapes`: all of them. */
  make(functions: Code, own: Constants): Code {
    const shape = js`function (${own.names}) {\nreturn ${functions};\n}`;
    return js`shapes[${this.#numberOf(shape)}](${own.values})`;
  }

  /** Texts that answer so many shapes each, in the order of their numbers. */
  get texts(): readonly string[] {
    const texts: string[] = [];
    for (let first = 0; first < this.#shapes.length; first += shapesPerText) {
      const shapes = this.#shapes
        .slice(first, first + shapesPerText)
        .map((shape, i) => js`${comment(`shape ${first + i}`)}${shape}`);
      texts.push(js`${this.#shared.definitions}\nreturn [\n${joinCode(shapes, ',\n')}\n];`.toString());
    }
    return texts;
  }

  #numberOf(shape: Code): number {
    const text = shape.toString();
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.#shapes.length);
    return this.#shapes.push(shape) - 1;
  }
}
