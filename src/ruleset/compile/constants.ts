/**
 * What generated code reaches besides its arguments: table columns, sets of constants, Unknowns. Each is defined once
 * above the code that names it; or, of a rule, what it does not share with rules of the same shape is given to it.
 */

import { type Code, identifier, joinCode, js, jsList } from '../../base/code.js';
import type { ColumnKind } from './artifact.js';

export class Constants {
  readonly #definitions = new Map<string, { readonly name: Code; readonly definition: Code }>();
  /** Texts whose numbers the code uses. */
  readonly texts = new Set<string>();
  readonly #shared: Constants;

  /** `shared`: where that is defined which does not tell one rule from another; else here. */
  constructor(shared: Constants | null = null) {
    this.#shared = shared ?? this;
  }

  /** A column of a table: typed arrays of numbers, flags or text numbers; a list column answers by row. */
  column(table: string, column: string, kind: ColumnKind): Code {
    return this.#once(`column ${table}.${column}`, 'c', js`lib.column(${table}, ${column}, ${kind})`);
  }

  /** A column's cells as values, whatever they are. */
  cells(table: string, column: string): Code {
    return this.#once(`cells ${table}.${column}`, 'd', js`lib.cells(${table}, ${column})`);
  }

  /** The table itself: its rows by key, when and where a row is in force. */
  table(name: string): Code {
    return this.#once(`table ${name}`, 'x', js`lib.table(${name})`);
  }

  /** From the number of a text of the tables to the text. */
  tableText(): Code {
    return this.#shared.#once('text', 'text', js`lib.text`);
  }

  /** The number of a text that the code compares with item codes or text cells. */
  textNumber(text: string): Code {
    this.texts.add(text);
    return this.#once(`number ${text}`, 'n', js`lib.textNumber(${text})`);
  }

  /** A list of such numbers. */
  textNumbers(texts: readonly string[]): Code {
    return this.#once(`numbers ${jsList(texts)}`, 'm', this.#numbersOf(texts));
  }

  /** A set of such numbers. */
  textNumberSet(texts: readonly string[]): Code {
    return this.#once(`number set ${jsList(texts)}`, 'ms', js`new Set(${this.#numbersOf(texts)})`);
  }

  #numbersOf(texts: readonly string[]): Code {
    for (const text of texts) this.texts.add(text);
    return js`[${joinCode(
      texts.map((text) => js`lib.textNumber(${text})`),
      ', ',
    )}]`;
  }

  /** Whether an item begins so, by its number. */
  itemPrefix(prefix: string): Code {
    return this.#once(`prefix ${prefix}`, 'p', js`lib.itemPrefix(${prefix})`);
  }

  set(items: readonly (string | number | boolean)[]): Code {
    const list = jsList(items);
    return this.#once(`set ${list}`, 's', js`new Set(${list})`);
  }

  list(items: readonly (string | number | boolean)[]): Code {
    const list = jsList(items);
    return this.#once(`list ${list}`, 'l', list);
  }

  unknown(mask: number): Code {
    return this.#shared.#once(`unknown ${mask}`, 'u', js`new Unknown(${mask})`);
  }

  /** A function of the runtime. */
  runtimeFunction(name: string): Code {
    const prefix = `f_${name.replace('.', '_')}_`;
    return this.#shared.#once(`library ${name}`, prefix, js`lib.functions[${name}]`);
  }

  get definitions(): Code {
    const lines = [...this.#definitions.values()].map(
      ({ name, definition }) => js`const ${name} = ${definition};`,
    );
    return joinCode(lines, '\n');
  }

  /** The names that are defined here, as parameters of a function. */
  get names(): Code {
    return joinCode(
      [...this.#definitions.values()].map(({ name }) => name),
      ', ',
    );
  }

  /** What they stand for, as its arguments; none of them names another. */
  get values(): Code {
    return joinCode(
      [...this.#definitions.values()].map(({ definition }) => definition),
      ', ',
    );
  }

  #once(key: string, prefix: string, definition: Code): Code {
    const known = this.#definitions.get(key);
    if (known !== undefined) return known.name;
    // Shared ones and a rule's own stand beside each other.
    const name = identifier(`${prefix}${this.#shared === this ? '' : '_'}${this.#definitions.size}`);
    this.#definitions.set(key, { name, definition });
    return name;
  }
}
