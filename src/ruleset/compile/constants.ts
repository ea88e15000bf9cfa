/**
 * What a chunk of generated code defines once, above its rules: table columns, sets of constants, Unknowns.
 */
import { type Code, identifier, joinCode, js, jsList } from './code.js';

export class Constants {
  readonly #definitions = new Map<string, { readonly name: Code; readonly definition: Code }>();

  /** A column of a table, all rows. */
  column(table: string, column: string): Code {
    return this.#once(`column ${table}.${column}`, 'c', js`lib.column(${table}, ${column})`);
  }

  /** First and last days and regions of a table's rows. */
  validity(table: string): Code {
    return this.#once(`validity ${table}`, 'v', js`lib.validity(${table})`);
  }

  /** The rows of a table by key. */
  index(table: string): Code {
    return this.#once(`index ${table}`, 'x', js`lib.index(${table})`);
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
