/** HTML as values: the tag turns every hole that is no markup yet into text, so nothing of a claim becomes markup. */

export class Markup {
  readonly text: string;

  /** Only `html` and what is built of it may call this. */
  constructor(text: string) {
    this.text = text;
  }
}

type Hole = Markup | string | number | null | readonly Hole[];

/** Null and empty lists are nothing; lists stand one after another. */
export function html(parts: TemplateStringsArray, ...holes: readonly Hole[]): Markup {
  let text = parts[0] ?? '';
  for (const [i, hole] of holes.entries()) text += textOf(hole) + (parts[i + 1] ?? '');
  return new Markup(text);
}

function textOf(hole: Hole): string {
  if (hole === null) return '';
  if (hole instanceof Markup) return hole.text;
  if (Array.isArray(hole)) return hole.map(textOf).join('');
  return escaped(String(hole));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  // What no document may hold, and what would turn the direction of the text around it.
  const plain = text.replaceAll(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, ' ');
  return plain.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}
