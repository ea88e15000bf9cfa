/** Numbers 0, 1, 2 … for names, which are hashes of 53 bits; two names of one hash are one, which harms nothing. */
export class NameTable {
  count = 0;
  /** Whether the last name asked for had come before. */
  wasKnown = false;
  #names = new Float64Array(2_048);
  #numbers = new Int32Array(2_048).fill(-1);

  numberOf(name: number): number {
    if (this.count * 2 > this.#names.length) this.#grow();
    const slot = this.#slotOf(name);
    this.wasKnown = (this.#numbers[slot] as number) >= 0;
    if (!this.wasKnown) {
      this.#names[slot] = name;
      this.#numbers[slot] = this.count;
      this.count += 1;
    }
    return this.#numbers[slot] as number;
  }

  #slotOf(name: number): number {
    const mask = this.#names.length - 1;
    // The lowest bit says what kind of name it is.
    let slot = ((name % 0x1_0000_0000) >>> 1) & mask;
    while ((this.#numbers[slot] as number) >= 0 && this.#names[slot] !== name) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const [names, numbers] = [this.#names, this.#numbers];
    this.#names = new Float64Array(names.length * 2);
    this.#numbers = new Int32Array(names.length * 2).fill(-1);
    for (let i = 0; i < names.length; i++) {
      if ((numbers[i] as number) < 0) continue;
      const slot = this.#slotOf(names[i] as number);
      this.#names[slot] = names[i] as number;
      this.#numbers[slot] = numbers[i] as number;
    }
  }
}
