/**
 * Where each character of a YAML scalar's content stands in the file. Content and source differ by quotes,
 * escapes, indentation and folded line breaks; both are walked side by side, which is exact for what people
 * write and never leaves the scalar's range. One more place follows for the end of the content.
 */
export function placesOfCharacters(
  source: string,
  start: number,
  end: number,
  content: string,
): readonly number[] {
  const places: number[] = [];
  let at = contentStart(source, start, end);
  for (const character of content) {
    at = skipTo(source, at, end, character);
    for (let i = 0; i < character.length; i++) places.push(Math.min(at + i, end));
    at += character.length;
  }
  places.push(Math.min(at, end));
  return places;
}

/** Behind an opening quote, or behind the header line of a block scalar. */
function contentStart(source: string, start: number, end: number): number {
  const first = source[start];
  if (first === '"' || first === "'") return start + 1;
  if (first !== '|' && first !== '>') return start;
  const lineBreak = source.indexOf('\n', start);
  return lineBreak < 0 || lineBreak >= end ? start : lineBreak + 1;
}

function skipTo(source: string, from: number, end: number, character: string): number {
  let at = from;
  const isGap = character === ' ' || character === '\n';
  while (at < end && !source.startsWith(character, at)) {
    const here = source[at] ?? '';
    const isSkippable = /[\s\\'"]/.test(here);
    // A folded line break is the gap itself.
    if (isGap && (here === '\n' || here === '\r')) return at;
    if (!isSkippable) return from;
    at++;
  }
  return at < end ? at : from;
}
