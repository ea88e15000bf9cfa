/**
 * What a chunk of generated code defines once, above its rules: table columns, sets of constants, Unknowns.
 */

import { type Code, identifier, joinCode, js, jsList } from '../../base/code.js';
import type { ColumnKind } from './artifact.js';

export class Constants {
  readonly #definitions = new Map<string, { readonly name: Code; readonly definition: Code }>();
  /** Texts whose numbers the code uses. */
  readonly texts = new Set<string>();

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
    return this.#once('text', 'text', js`lib.text`);
  }

  /** The number of a text that the code compares with item codes or text cells. */
  textNumber(text: string): Code {
    this.texts.add(text);
    return this.#once(`number ${text}`, 'n', js`lib.textNumber(${text})`);
  }

  /** A list of such numbers. */
  textNumbers(texts: readonly string[]): Code {
    const numbers = texts.map((text) => this.textNumber(text));
    return this.#once(`numbers ${jsList(texts)}`, 'm', js`[${joinCode(numbers, ', ')}]`);
  }

  /** A set of such numbers. */
  textNumberSet(texts: readonly string[]): Code {
    const list = this.textNumbers(texts);
    return this.#once(`number set ${jsList(texts)}`, 'ms', js`new Set(${list})`);
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
    return this.#once(`unknown ${mask}`, 'u', js`new Unknown(${mask})`);
  }

  /** A function of the runtime. */
  runtimeFunction(name: string): Code {
    return this.#once(`library ${name}`, `f_${name.replace('.', '_')}_`, js`lib.functions[${name}]`);
  }

  get definitions(): Code {
    const lines = [...this.#definitions.values()].map(
      ({ name, definition }) => js`const ${name} = ${definition};`,
    );
    return joinCode(lines, '\n');
  }

  #once(key: string, prefix: string, definition: Code): Code {
    const known = this.#definitions.get(key);
    if (known !== undefined) return known.name;
    const name = identifier(`${prefix}${this.#definitions.size}`);
    this.#definitions.set(key, { name, definition });
    return name;
  }
}
