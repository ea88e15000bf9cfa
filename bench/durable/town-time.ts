/** Instants as the town's claims write them, `YYYY-MM-DD hh:mm:ss` in China, as milliseconds since 1970. */
export function instantOf(text: string): number {
  return Date.parse(`${text.replace(' ', 'T')}+08:00`);
}
