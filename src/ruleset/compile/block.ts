/** Statements of a function under construction. Names are unique over all blocks of one function. */
import { type Code, identifier, joinCode, js } from '../../base/code.js';

export class Block {
  readonly #statements: Code[] = [];
  readonly #counter: { next: number };

  constructor(counter = { next: 0 }) {
    this.#counter = counter;
  }

  /** A block inside this one. */
  nested(): Block {
    return new Block(this.#counter);
  }

  get isEmpty(): boolean {
    return this.#statements.length === 0;
  }

  get code(): Code {
    return joinCode(this.#statements, '\n');
  }

  add(statement: Code): void {
    this.#statements.push(statement);
  }

  /** Evaluates once and gives it a name. A name is kept as it is. */
  keep(value: Code): Code {
    if (/^(?:[A-Za-z_]\w*|-?\d+(?:\.\d+)?|true|false)$/.test(value.toString())) return value;
    const name = this.#name();
    this.add(js`const ${name} = ${value};`);
    return name;
  }

  /** A variable that later statements change. */
  let(initial: Code): Code {
    const name = this.#name();
    this.add(js`let ${name} = ${initial};`);
    return name;
  }

  #name(): Code {
    this.#counter.next++;
    return identifier(`t${this.#counter.next}`);
  }
}
