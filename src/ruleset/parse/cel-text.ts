/**
 * A CEL expression where it stands in a rule file: the tree, and the way from its offsets back to the file.
 */
import type { Problems } from '../diagnostics/diagnostic.js';
import type { Place, SourceText } from '../diagnostics/source-text.js';
import { parseCel } from './cel.js';
import type { Expr } from './expression.js';
import type { YamlNode, YamlScalar } from './yaml.js';

export interface CelText {
  readonly text: string;
  readonly expr: Expr;
  placeOf(offset: number): Place;
}

/** Parses a scalar as CEL; null after a report. A plain `true` or `3` in YAML is CEL of the same spelling. */
export function celOf(file: SourceText, problems: Problems, node: YamlNode, what: string): CelText | null {
  if (node.kind !== 'scalar') {
    problems.report('CG-E105', `${what} is an expression`, { file, offset: node.offset });
    return null;
  }
  return celText(node.text, (index) => ({ file, offset: node.offsetOf(index) }), problems);
}

export function celText(
  text: string,
  placeOf: (offset: number) => Place,
  problems: Problems,
): CelText | null {
  const parsed = parseCel(text);
  if (parsed.ok) return { text, expr: parsed.value, placeOf };
  // In YAML's braces a comma ends the value, also one between the arguments of a function.
  const isCut = text.split('(').length > text.split(')').length;
  const hint = isCut ? ' (inside { } an expression with a comma stands in quotes)' : '';
  problems.report('CG-E201', `${parsed.error.message}${hint}`, placeOf(parsed.error.at));
  return null;
}

/** CEL that is a part of a scalar, such as a placeholder of a message. */
export function celPart(
  file: SourceText,
  problems: Problems,
  scalar: YamlScalar,
  from: number,
  text: string,
): CelText | null {
  return celText(text, (index) => ({ file, offset: scalar.offsetOf(from + index) }), problems);
}
