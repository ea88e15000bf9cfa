/**
 * The process in which a candidate is tried. A thread of this one would take from those who wait for an answer even
 * where it gives way: its garbage and its code are collected and optimised by threads that all of a process share.
 */
import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { assert } from '../base/assert.js';
import { fail, ok, type Result } from '../base/result.js';
import { PartsReader } from './compile-parts.js';
import { mannersOf } from './compile-process.js';
import type { Loss } from './loss.js';
import type { PackedArtifact } from './packed-artifact.js';
import type { ComparedUnder, CompareReply } from './protocol/shadow.js';
import {
  questionParts,
  readAnswer,
  type ShadowAnswers,
  type ShadowQuestion,
  type ShadowTerms,
} from './protocol/shadow-pipe.js';
import type { UnreadClaim } from './protocol.js';
import { endOf, fromOutside, letGo, startAside } from './side-process.js';

export interface ShadowProcessSettings extends ShadowTerms {
  /** Compiled entry of the process; the default lies beside the compiled main program. */
  readonly entryFile?: URL;
}

/** A process that cannot be asked any more, and why. */
export interface ShadowLoss extends Omit<Loss, 'cause'> {
  readonly cause: string;
  /** By somebody else, the kernel, or before it had begun: that says nothing of the rules. */
  readonly wasKilled: boolean;
}

const defaultEntryFile = new URL('../../workers/shadow.process.js', import.meta.url);
/** Of the process itself, which only passes on; its thread has a limit of its own. */
const ownHeapMb = 128;
/** It has a store to close. */
const leavePatienceMs = 1_000;

export class ShadowProcess {
  readonly #child: ChildProcess | null;
  readonly #held = new Set<string>();
  readonly #answers = new PartsReader();
  #answered: ((answer: Result<SharedArrayBuffer, ShadowLoss>) => void) | null = null;
  #loss: ShadowLoss | null = null;
  #words = '';
  /** It has come so far that its end is its own doing. */
  #hasAnswered = false;

  constructor({ entryFile = defaultEntryFile, ...terms }: ShadowProcessSettings) {
    const manners = { idle: true, priority: mannersOf('gently').priority };
    const started = startAside({ ...manners, maxOldGenerationSizeMb: ownHeapMb, entryFile });
    this.#child = started.ok ? started.value : null;
    if (started.ok) {
      this.#listen(started.value);
      this.#write({ ask: 'begin', ...terms });
    } else this.#lose({ ...unknown, cause: started.error, wasKilled: true });
  }

  /** Undefined: it could not be started. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  has(rulesetId: string): boolean {
    return this.#held.has(rulesetId);
  }

  /** `keep`: ids that it holds on to besides. One question at a time. */
  async load(packed: PackedArtifact, keep: readonly string[]): Promise<Result<null, ShadowLoss>> {
    const answer = await this.#ask({ ask: 'load', id: packed.id, keep }, packed);
    if (!answer.ok) return answer;
    const loaded = readAnswer(answer.value) as ShadowAnswers['load'];
    if (!loaded.ok) return fail({ ...unknown, cause: loaded.error, wasKilled: false });
    for (const held of this.#held) if (!keep.includes(held)) this.#held.delete(held);
    this.#held.add(packed.id);
    return ok(null);
  }

  /** Both rule sets must have been loaded. Fails where the thread that judges did not survive it. */
  async compare(
    under: ComparedUnder,
    claims: readonly UnreadClaim[],
  ): Promise<Result<CompareReply, ShadowLoss>> {
    assert(this.has(under.rulesetId) && this.has(under.candidate), 'both have been loaded');
    const answer = await this.#ask({ ask: 'compare', under, claims });
    if (!answer.ok) return answer;
    const reply = readAnswer(answer.value) as ShadowAnswers['compare'];
    return reply.ok ? reply : fail({ ...reply.error, wasKilled: false });
  }

  /** Whatever it does. */
  async stop(): Promise<void> {
    this.#lose({ ...unknown, cause: 'exit', wasKilled: false });
    const child = this.#child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.stdin?.end();
    const late = setTimeout(() => child.kill('SIGKILL'), leavePatienceMs);
    await ended;
    clearTimeout(late);
  }

  #ask(question: ShadowQuestion, packed?: PackedArtifact): Promise<Result<SharedArrayBuffer, ShadowLoss>> {
    assert(this.#answered === null, 'one question at a time');
    if (this.#loss !== null) return Promise.resolve(fail(this.#loss));
    return new Promise((resolve) => {
      this.#answered = resolve;
      this.#write(question, packed);
    });
  }

  #write(question: ShadowQuestion, packed?: PackedArtifact): void {
    for (const part of questionParts(question, packed)) this.#child?.stdin?.write(part);
  }

  #listen(child: ChildProcess): void {
    letGo(child);
    // A process that has ended reads no question; how it ended says why.
    child.stdin?.on('error', () => {});
    child.stderr?.on('data', (text: Buffer) => {
      this.#words = `${this.#words}${text.toString()}`.slice(0, 10_000);
    });
    child.on('error', (error) => this.#lose({ ...unknown, cause: error.message, wasKilled: true }));
    child.once('close', (code, signal) => {
      const cause = `its process ${endOf(this.#words, code, signal)}`;
      // What a thread is lost by ends no process; one that could not even begin ends by itself, with a number.
      const neverBegan = signal === null && !this.#hasAnswered;
      this.#lose({ ...unknown, cause, wasKilled: neverBegan || fromOutside.has(signal) });
    });
    const answers = child.stdio[3] as Readable;
    answers.on('error', (error) => this.#lose({ ...unknown, cause: error.message, wasKilled: true }));
    answers.on('data', (piece: Buffer) => {
      this.#hasAnswered = true;
      this.#answers.take(piece);
      for (const whole of this.#answers.takeWhole()) this.#settle(ok(whole));
    });
  }

  /** The first cause counts. */
  #lose(loss: ShadowLoss): void {
    this.#loss ??= loss;
    this.#settle(fail(this.#loss));
  }

  #settle(answer: Result<SharedArrayBuffer, ShadowLoss>): void {
    const answered = this.#answered;
    this.#answered = null;
    answered?.(answer);
  }
}

const unknown = { claim: -1, rule: null } as const;
