/**
 * Texts that come again from claim to claim (words, regions, departments), by their bytes: making a text costs a call
 * into the runtime. Each text has one place, and another one that falls on it takes it.
 */

const places = 512;
const longest = 32;

export class TextCache {
  readonly #bytes = new Uint8Array(places * longest);
  readonly #lengths = new Uint8Array(places);
  readonly #texts: string[] = Array.from({ length: places }, () => '');

  /** The text in these bytes, which are valid UTF-8. */
  textAt(body: Buffer, start: number, end: number): string {
    const length = end - start;
    if (length === 0) return '';
    if (length > longest) return body.toString('utf8', start, end);
    const place = placeOf(body, start, end);
    return this.#isAt(place, body, start, length)
      ? (this.#texts[place] as string)
      : this.#learn(place, body, start, end);
  }

  #isAt(place: number, body: Buffer, start: number, length: number): boolean {
    if (this.#lengths[place] !== length) return false;
    const from = place * longest;
    for (let i = length - 1; i >= 0; i--) if (this.#bytes[from + i] !== body[start + i]) return false;
    return true;
  }

  #learn(place: number, body: Buffer, start: number, end: number): string {
    const text = body.toString('utf8', start, end);
    const from = place * longest;
    for (let i = start; i < end; i++) this.#bytes[from + i - start] = body[i] as number;
    this.#lengths[place] = end - start;
    this.#texts[place] = text;
    return text;
  }
}

function placeOf(body: Buffer, start: number, end: number): number {
  const length = end - start;
  const [first, last] = [body[start] as number, body[end - 1] as number];
  const [middle, before] = [body[start + (length >> 1)] as number, body[Math.max(start, end - 2)] as number];
  const hash = Math.imul((length << 24) ^ (first << 17) ^ (middle << 11) ^ (before << 5) ^ last, 0x9e3779b1);
  return (hash >>> 16) % places;
}
