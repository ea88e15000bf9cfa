/**
 * Where the parts of a rule's expressions were written. A checked expression holds offsets in its own text,
 * and a name given by `let` stands for an expression of another text; here every part gets a number of its
 * own instead, which survives rewriting.
 */
import type { Typed } from '../check/typed.js';
import type { Place } from '../diagnostics/source-text.js';
import type { CelText } from '../parse/cel-text.js';
import { expressionText } from '../parse/expression-text.js';
import type { ParsedLet } from '../parse/rule-text.js';
import { mapParts } from './rewrite.js';

export class Places {
  readonly #places: Place[] = [];
  readonly #lets: readonly { readonly name: string; readonly text: string; readonly cel: CelText }[];

  constructor(lets: readonly ParsedLet[]) {
    this.#lets = lets.map(({ name, value }) => {
      return { name: name.value, text: expressionText(value.expr), cel: value };
    });
  }

  /** The same expression, with the number of its place as `at` of every part. */
  numbered(expr: Typed, cel: CelText): Typed {
    const at = this.#add(cel.placeOf(expr.at));
    const meant = this.#letAt(expr, cel) ?? cel;
    // Written with a name: the caret of the whole stands at the name, of its parts in the definition.
    return { ...mapParts(expr, (part) => this.numbered(part, meant)), at };
  }

  /** The same expression, all of it written at one place. */
  pinned(expr: Typed, place: Place): Typed {
    const at = this.#add(place);
    const pin = (part: Typed): Typed => ({ ...mapParts(part, pin), at });
    return pin(expr);
  }

  placeOf({ at }: Typed): Place {
    return this.#places[at] as Place;
  }

  #letAt(expr: Typed, cel: CelText): CelText | null {
    const found = this.#lets.find(({ name, text }) => {
      const after = cel.text[expr.at + name.length] ?? ' ';
      return expr.text === text && cel.text.startsWith(name, expr.at) && !/\w/.test(after) && name !== text;
    });
    return found?.cel ?? null;
  }

  #add(place: Place): number {
    this.#places.push(place);
    return this.#places.length - 1;
  }
}
