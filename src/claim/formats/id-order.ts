/** Where ids grow from line to line, by their length and then by their last four bytes, none comes twice. */
export class IdOrder {
  #last = -1;

  begin(): void {
    this.#last = -1;
  }

  /** Whether the id in these bytes is beyond the one before. */
  grows(view: DataView, start: number, end: number): boolean {
    const size = end - start;
    let tail = 0;
    if (size >= 4) tail = view.getUint32(end - 4);
    else if (start + 4 <= view.byteLength) tail = view.getUint32(start) >>> (32 - 8 * size);
    const id = size * 2 ** 32 + tail;
    const grows = id > this.#last;
    this.#last = id;
    return grows;
  }
}
