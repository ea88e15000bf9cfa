/** `say:` of a rule: text with placeholders in braces; `{{` and `}}` are braces themselves. */
import type { Problems } from '../diagnostics/diagnostic.js';
import type { SourceText } from '../diagnostics/source-text.js';
import { type CelText, celPart } from './cel-text.js';
import type { YamlScalar } from './yaml.js';

export type MessagePart = string | CelText;

export function parseMessage(
  file: SourceText,
  problems: Problems,
  scalar: YamlScalar,
): readonly MessagePart[] {
  const parts: MessagePart[] = [];
  const pattern = /\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/g;
  for (const match of scalar.text.matchAll(pattern)) {
    const [piece, inside] = match;
    if (inside !== undefined) {
      const cel = celPart(file, problems, scalar, match.index + 1, inside);
      if (cel !== null) parts.push(cel);
    } else if (piece === '{' || piece === '}') {
      const place = { file, offset: scalar.offsetOf(match.index) };
      problems.report(
        'CG-E505',
        `'${piece}' without its other half (write ${piece}${piece} for the sign itself)`,
        place,
      );
    } else {
      parts.push(piece === '{{' ? '{' : piece === '}}' ? '}' : piece);
    }
  }
  return parts;
}
