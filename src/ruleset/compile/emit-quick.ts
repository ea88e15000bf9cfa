/**
 * First looks: for each rule that is found by item code, the part of its condition that can say "no" from the claim
 * and a few values that lie beside the rule's entry in the index. Rules that differ only in tables and constants
 * share one text, so what most rules say about a claim is found without touching anything of the rule's own.
 */
import { type Code, joinCode, js } from '../../base/code.js';
import type { Tables } from '../check/sources.js';
import type { FactPath, Slot } from '../check/typed.js';
import { factAccess } from './access.js';
import type { ArtifactQuick } from './artifact.js';
import { Block } from './block.js';
import { Constants } from './constants.js';
import { emitCodes, hasNumber } from './emit-number.js';
import { Emitter } from './emitter.js';
import { EntryValues } from './entry-values.js';
import type { PlannedRule } from './plan.js';

/** One huge function falls off V8's optimiser; so many looks share one. */
export const looksPerFunction = 32;

/** The looks of all rules of an artifact. */
export class QuickLooks {
  readonly #constants = new Constants();
  readonly #words: FactPath[] = [];
  /** By text: its number. */
  readonly #looks = new Map<string, number>();
  readonly #codes: Code[] = [];

  /** Texts whose numbers are used. */
  texts(): readonly string[] {
    return [...this.#constants.texts];
  }

  /** The look of a rule; null where nothing can be said without asking it. */
  add(plan: PlannedRule, tables: Tables, rowFact: (slot: Slot) => string | null): ArtifactQuick | null {
    const entry = new EntryValues(this.#words);
    const constants = this.#constants;
    const emitter = new Emitter({
      form: 'fast',
      sources: plan.sources,
      tables,
      constants,
      variables: [],
      rowFact,
      entry,
    });
    const code = lookOf(plan, emitter);
    if (code === null) return null;
    for (const { text } of entry.cells) if (text !== undefined) constants.texts.add(text);
    return { look: this.#numberOf(code), cells: entry.cells };
  }

  /** A text that answers functions of so many looks each, and one that finds the numbers of the words. */
  get code(): string {
    const functions: Code[] = [];
    for (let first = 0; first < this.#codes.length; first += looksPerFunction) {
      const cases = this.#codes.slice(first, first + looksPerFunction);
      const all = joinCode(
        cases.map((code, i) => js`case ${first + i}: {\n${code}\n}`),
        '\n',
      );
      functions.push(
        js`function (look, view, anchor, row0, cells, at) {\nswitch (look) {\n${all}\n}\nreturn true;\n}`,
      );
    }
    const words = this.#words.map((path, i) => js`words[${i}] = numberOf(${factAccess(path, null).raw});`);
    return js`${this.#constants.definitions}\nreturn { looks: [${joinCode(functions, ', ')}],
readWords: function (view, words, numberOf) {\n${joinCode(words, '\n')}\n} };`.toString();
  }

  #numberOf(code: Code): number {
    const text = code.toString();
    const known = this.#looks.get(text);
    if (known !== undefined) return known;
    this.#looks.set(text, this.#codes.length);
    return this.#codes.push(code) - 1;
  }
}

/** Statements that answer whether the rule has to be asked. */
function lookOf({ look, index, probe, checked }: PlannedRule, emitter: Emitter): Code | null {
  const block = new Block();
  const isLine = checked.anchor?.type.kind === 'line';
  const isFound = checked.joins.length === 0 || (checked.joins.length === 1 && index.by === 'rows');
  if (look === null || !isLine || !isFound) return null;
  // Partners of one item are looked for; for several it is left to the rule.
  const partner = probe !== null && hasNumber(probe) ? probe : null;
  if (look.kind === 'constant' && partner === null) return null;
  if (partner !== null) {
    // First, since it takes least.
    const key = block.keep(emitCodes(emitter, partner, block));
    const known = emitter.uncertain(partner) ? js`!(${key} instanceof Unknown) && ` : js``;
    block.add(js`if (${known}!view.mayHave(${key})) return false;`);
  }
  if (look.kind !== 'constant') {
    const truth = emitter.emit(look, block);
    block.add(js`if (${truth} === false) return false;`);
  }
  return js`${block.code}\nreturn true;`;
}
