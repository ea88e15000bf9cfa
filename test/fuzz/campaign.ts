/**
 * The loop: mutate an input, judge it, keep what is worth keeping, until a bound is reached or something is
 * wrong.
 */
import type { WireFormat } from '../../src/claim/formats/wire-format.js';
import { Random } from '../judge/random.js';
import { judge } from './judge.js';
import { mutate } from './mutate.js';
import { seedsOf } from './seeds.js';
import type { Input, Subject } from './subject.js';
import { late, within } from './time-limit.js';

export interface Finding {
  /** One text per mistake, without positions. */
  readonly problem: string;
  readonly input: Input;
  /** What was read between the two readings of the input. */
  readonly between: Input;
}

/**
 * One reading of a body of some kilobytes takes a millisecond; this much more is a loop, not a slow
 * machine.
 */
const defaultHangMs = 10_000;
/** So many inputs are judged under one watchdog. */
const batchSize = 100;

export const hangs = 'does not end in time';

/** Judges under a watchdog; a text for what is wrong, null for nothing. */
export function judgeInTime(
  input: Input,
  between: Input,
  subjects: readonly Subject[],
  limitMs = defaultHangMs,
): string | null {
  const judged = within(limitMs, () => judge(input, between, subjects));
  return judged === late ? hangs : judged;
}

export interface CampaignOptions {
  /** Inputs to start from beside the seeds. */
  readonly more?: readonly Input[];
  /** When an input is said not to end. */
  readonly hangMs?: number;
}

/** Inputs of one format and what grows out of them. */
export class Campaign {
  readonly #subjects: readonly Subject[];
  readonly #random: Random;
  readonly #hangMs: number;
  readonly #corpus: Input[];
  readonly #seeds: number;
  #executions = 0;
  #between: Input;
  /** What the running batch has judged, the last one last. */
  #batch: Input[] = [];

  constructor(format: WireFormat, seed: number, subjects: readonly Subject[], options: CampaignOptions = {}) {
    const { more = [], hangMs = defaultHangMs } = options;
    this.#subjects = subjects;
    this.#hangMs = hangMs;
    this.#random = new Random(seed);
    this.#corpus = [...seedsOf(format, seed % 1_000_000), ...more];
    this.#seeds = this.#corpus.length;
    this.#between = this.#corpus[0] as Input;
  }

  get executions(): number {
    return this.#executions;
  }

  get corpusSize(): number {
    return this.#corpus.length;
  }

  /** Inputs of the last batch, so that its caller may ask which of them did something new. */
  get lastBatch(): readonly Input[] {
    return this.#batch;
  }

  keep(input: Input): void {
    this.#corpus.push(input);
  }

  /** The seeds as they are; a mistake that needs no mutation is found here. */
  judgeSeeds(): Finding | null {
    for (const input of this.#corpus.slice(0, this.#seeds)) {
      const problem = this.#judge(input);
      if (problem !== null) return { problem, input, between: this.#between };
      this.#between = input;
    }
    return null;
  }

  /** Judges some new inputs. */
  batch(size = batchSize): Finding | null {
    this.#batch = [];
    const found = within(this.#hangMs, () => this.#run(size));
    if (found !== late) return found;
    const input = this.#batch[this.#batch.length - 1] as Input;
    // A starved machine is no hang: the input has to be slow by itself.
    const problem = this.#judge(input);
    return problem === null ? null : { problem, input, between: this.#between };
  }

  #run(size: number): Finding | null {
    for (let i = 0; i < size; i++) {
      const input = mutate(this.#pick(), this.#pick(), this.#random);
      this.#batch.push(input);
      this.#executions++;
      const problem = judge(input, this.#between, this.#subjects);
      if (problem !== null) return { problem, input, between: this.#between };
      // Small ones only: every input is read between the readings of the next.
      if (input.bytes.length < 20_000) this.#between = input;
    }
    return null;
  }

  /** Half of the time one of the newest, which did something new. */
  #pick(): Input {
    const grown = this.#corpus.length - this.#seeds;
    if (grown === 0 || this.#random.chance(0.5)) return this.#random.pick(this.#corpus);
    return this.#corpus[this.#corpus.length - 1 - this.#random.whole(0, Math.min(grown, 100) - 1)] as Input;
  }

  #judge(input: Input): string | null {
    return judgeInTime(input, this.#between, this.#subjects, this.#hangMs);
  }
}
