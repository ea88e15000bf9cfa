/**
 * Generated code is a value of type Code, and only this file makes one: the `js` tag turns every hole that is
 * not already Code into a literal. A string of a rule file can therefore never become syntax.
 */
import { assert } from './assert.js';

let make: (text: string) => Code;

export class Code {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  static {
    make = (text) => new Code(text);
  }

  toString(): string {
    return this.#text;
  }
}

export type Hole = Code | string | number | boolean | null;

/** A piece of JavaScript; strings, numbers and flags in its holes become literals. */
export function js(parts: TemplateStringsArray, ...holes: readonly Hole[]): Code {
  let text = parts[0] ?? '';
  holes.forEach((hole, i) => {
    text += (hole instanceof Code ? hole.toString() : literal(hole)) + (parts[i + 1] ?? '');
  });
  return make(text);
}

/** A literal of a list of strings or numbers. */
export function jsList(items: readonly (string | number | boolean)[]): Code {
  return make(`[${items.map(literal).join(', ')}]`);
}

export function joinCode(pieces: readonly Code[], separator: ',\n' | '\n' | ', ' | ' || '): Code {
  return make(pieces.map(String).join(separator));
}

/** A name that we made up ourselves: letters, digits and underscores. */
export function identifier(name: string): Code {
  assert(/^[A-Za-z_]\w*$/.test(name), `no identifier: ${name}`);
  return make(name);
}

/** A line comment naming a rule or chunk; anything but kebab-case would not be let in. */
export function comment(text: string): Code {
  assert(/^[A-Za-z0-9 .:-]*$/.test(text), `no comment: ${text}`);
  return make(`// ${text}\n`);
}

function literal(value: string | number | boolean | null): string {
  if (typeof value === 'string') {
    // Line separators end a line in old readers of JavaScript, and "<" could close a script element of a
    // report.
    return JSON.stringify(value).replace(
      /[\u2028\u2029<]/g,
      (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  }
  if (typeof value === 'number') {
    assert(Number.isFinite(value), 'only finite numbers are literals');
    // "- -1" must not become "--1".
    return value < 0 || Object.is(value, -0) ? `(${Object.is(value, -0) ? '-0' : value})` : String(value);
  }
  return String(value);
}
