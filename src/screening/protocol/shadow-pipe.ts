/** What a node and the process of a shadow say to each other: byte strings on pipes, one question at a time. */
import { deserialize, serialize } from 'node:v8';
import type { Result } from '../../base/result.js';
import { partsOf } from '../compile-parts.js';
import type { Loss } from '../loss.js';
import type { PackedArtifact } from '../packed-artifact.js';
import type { UnreadClaim, WorkerSettings } from '../protocol.js';
import type { ComparedUnder, CompareReply } from './shadow.js';

/** The first thing that the process is told. */
export interface ShadowTerms {
  /** Heap limit of its thread, in MiB. */
  readonly maxOldGenerationSizeMb: number;
  readonly loadTimeoutMs: number;
  readonly watchdogMs: number;
  readonly worker: WorkerSettings;
}

/** Behind `load` follow the bytes of the rule set, and its tables. */
export type ShadowQuestion =
  | ({ readonly ask: 'begin' } & ShadowTerms)
  | { readonly ask: 'load'; readonly id: string; readonly keep: readonly string[] }
  | { readonly ask: 'compare'; readonly under: ComparedUnder; readonly claims: readonly UnreadClaim[] };

/** To `load` and to `compare`; nobody waits for an answer to `begin`. */
export interface ShadowAnswers {
  readonly load: Result<null, string>;
  readonly compare: Result<CompareReply, Loss>;
}

export function questionParts(question: ShadowQuestion, packed?: PackedArtifact): readonly Uint8Array[] {
  const rest = packed === undefined ? [] : [new Uint8Array(packed.bytes), new Uint8Array(packed.tables)];
  return partsOf([serialize(question), ...rest]);
}

export function answerParts(answer: ShadowAnswers[keyof ShadowAnswers]): readonly Uint8Array[] {
  return partsOf([serialize(answer)]);
}

/** Puts questions together from what has come of them. */
export class QuestionReader {
  #parts: SharedArrayBuffer[] = [];

  /** The questions that these parts make whole. */
  *take(parts: readonly SharedArrayBuffer[]): Iterable<readonly [ShadowQuestion, PackedArtifact | null]> {
    this.#parts.push(...parts);
    for (;;) {
      const [first, bytes, tables] = this.#parts;
      if (first === undefined) return;
      const question = read(first) as ShadowQuestion;
      if (question.ask !== 'load') {
        this.#parts.shift();
        yield [question, null];
      } else if (bytes === undefined || tables === undefined) return;
      else {
        this.#parts.splice(0, 3);
        yield [question, { id: question.id, bytes, tables }];
      }
    }
  }
}

export function readAnswer(part: SharedArrayBuffer): ShadowAnswers[keyof ShadowAnswers] {
  return read(part) as ShadowAnswers[keyof ShadowAnswers];
}

/** Bytes in it go on from here, and not everybody takes what is shared. */
function read(part: SharedArrayBuffer): unknown {
  return deserialize(Buffer.from(new Uint8Array(part)));
}
