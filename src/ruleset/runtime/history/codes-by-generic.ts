/** A patient's codes by the numbers of their generics, in arrays that serve patient after patient. */

const none = -1;

export class CodesByGeneric {
  /** By generic: its first code, which counts where it was put for the patient at hand. */
  #first = new Int32Array(256);
  #patientOf = new Int32Array(256);
  /** By code: the next one of the same generic. */
  #next = new Int32Array(64);
  #patient = 0;
  isMade = false;

  /** Of another patient. */
  forget(): void {
    this.isMade = false;
  }

  /** The patient at hand has so many codes. */
  begin(codes: number): void {
    this.isMade = true;
    if (this.#next.length < codes) this.#next = new Int32Array(codes * 2);
    if (this.#patient === largest) {
      this.#patientOf.fill(0);
      this.#patient = 0;
    }
    this.#patient += 1;
  }

  /** Stands before those of its generic that were added earlier. */
  add(code: number, generic: number): void {
    if (generic >= this.#first.length) this.#grow(generic);
    this.#next[code] = this.firstOf(generic);
    this.#first[generic] = code;
    this.#patientOf[generic] = this.#patient;
  }

  /** -1: the patient has no code of it. */
  firstOf(generic: number): number {
    const isOwn = generic >= 0 && generic < this.#first.length && this.#patientOf[generic] === this.#patient;
    return isOwn ? this.#first[generic]! : none;
  }

  /** -1: it was the last one. */
  nextOf(code: number): number {
    return this.#next[code]!;
  }

  #grow(generic: number): void {
    const [first, patientOf] = [this.#first, this.#patientOf];
    this.#first = new Int32Array(2 * generic);
    this.#first.set(first);
    this.#patientOf = new Int32Array(2 * generic);
    this.#patientOf.set(patientOf);
  }
}

const largest = 2 ** 31 - 1;
