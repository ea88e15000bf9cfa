/**
 * What was read of a file in an earlier run. Whoever checks the same folder again and again need not read again
 * what has not changed. What was read with a mistake is not kept, so that the mistake is said again.
 */
import type { Problems } from '../diagnostics/diagnostic.js';
import type { SourceText } from '../diagnostics/source-text.js';

interface Remembered {
  readonly texts: readonly string[];
  readonly value: unknown;
}

export class FileMemory {
  readonly #known = new Map<string, Remembered>();

  /** What `read` makes of these files, or made of the same texts before; always the same `read` for a file. */
  of<Value>(files: readonly SourceText[], problems: Problems, read: () => Value): Value {
    const path = files.map((file) => file.path).join('\n');
    const texts = files.map((file) => file.text);
    const known = this.#known.get(path);
    if (known?.texts.every((text, i) => text === texts[i]) === true) return known.value as Value;
    const before = problems.count;
    const value = read();
    if (problems.count > before) this.#known.delete(path);
    else this.#known.set(path, { texts, value });
    return value;
  }
}
