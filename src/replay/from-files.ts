/** Messages from NDJSON files, one JSON body a line, in the order of the files; never more than a piece in memory. */
import { closeSync, openSync, readSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { fail, ok, type Result } from '../base/result.js';
import { peekTime } from './peek.js';
import type { ReplaySource, SourceItem } from './source.js';

/** Read by whoever cuts it, and no more than that core has at hand. */
const pieceBytes = 256 * 1024;
/** As the broker takes them at most. */
const longestLine = 8 * 1024 * 1024;
const newline = 0x0a;

/** Fails with a sentence where a file is missing. */
export async function sourceOfFiles(paths: readonly string[]): Promise<Result<ReplaySource, string>> {
  let total = 0;
  for (const path of paths) {
    const found = await stat(path).catch(() => null);
    if (found === null || !found.isFile()) return fail(`there is no file ${path}`);
    total += found.size;
  }
  const name = paths.map((path) => basename(path)).join(', ');
  return ok({ name, total, unit: 'bytes', open: () => readFiles(paths) });
}

/** Not waited for: there is nothing else to do, and what another thread has read lies in that one's caches. */
async function* readFiles(paths: readonly string[]): AsyncIterable<readonly SourceItem[]> {
  const lines = new LineCutter();
  for (const path of paths) {
    lines.begin(basename(path));
    const file = openSync(path, 'r');
    try {
      for (;;) {
        const room = lines.room();
        const bytesRead = readSync(file, room, 0, room.length, null);
        if (bytesRead === 0) break;
        yield lines.cut(bytesRead);
      }
    } finally {
      closeSync(file);
    }
    yield lines.end();
  }
}

/** Cuts what is read into lines. A line too long is passed over without being kept. */
class LineCutter {
  #file = '';
  #line = 0;
  #seq = 0;
  #done = 0;
  /** One for all: fresh memory for each piece takes longer than reading it. Grown for a longer line. */
  #piece = Buffer.allocUnsafeSlow(pieceBytes);
  /** Where in it a line stands whose end is still to come. */
  #from = 0;
  #to = 0;
  #isTooLong = false;

  begin(file: string): void {
    this.#file = file;
    this.#line = 0;
  }

  /** Where to read to; what was cut before is overwritten. */
  room(): Buffer {
    this.#piece.copyWithin(0, this.#from, this.#to);
    this.#to -= this.#from;
    this.#from = 0;
    if (this.#to === this.#piece.length) {
      const larger = Buffer.allocUnsafeSlow(2 * this.#to);
      this.#piece.copy(larger);
      this.#piece = larger;
    }
    return this.#piece.subarray(this.#to, this.#to + pieceBytes);
  }

  /** So many bytes more. */
  cut(bytes: number): readonly SourceItem[] {
    const items: SourceItem[] = [];
    const all = this.#piece.subarray(0, this.#to + bytes);
    for (let end = all.indexOf(newline, this.#to); end >= 0; end = all.indexOf(newline, this.#from)) {
      this.#done += 1;
      this.#finish(all.subarray(this.#from, end), items);
      this.#from = end + 1;
    }
    this.#to = all.length;
    if (this.#isTooLong || this.#to - this.#from > longestLine) this.#pass();
    return items;
  }

  /** What stands behind the last newline is a line too. */
  end(): readonly SourceItem[] {
    const items: SourceItem[] = [];
    const last = this.#piece.subarray(this.#from, this.#to);
    if (last.length > 0 || this.#isTooLong) this.#finish(last, items);
    this.#from = this.#to = 0;
    return items;
  }

  /** The line at hand has become too long. */
  #pass(): void {
    this.#isTooLong = true;
    this.#done += this.#to - this.#from;
    this.#from = this.#to;
  }

  #finish(body: Buffer, items: SourceItem[]): void {
    this.#line += 1;
    this.#done += body.length;
    const isTooLong = this.#isTooLong || body.length > longestLine;
    this.#isTooLong = false;
    if (!isTooLong && isBlank(body)) return;
    this.#seq += 1;
    const [seq, place, done] = [this.#seq, `${this.#file}:${this.#line}`, this.#done];
    if (isTooLong) items.push({ seq, place, done, reason: `longer than ${longestLine} bytes` });
    else items.push({ seq, place, done, at: peekTime(body), body, format: null, institution: null });
  }
}

function isBlank(body: Buffer): boolean {
  return body.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}
