/** Judges one input: every subject well-formed, forgetful and in agreement with the first. */
import { isDeepStrictEqual } from 'node:util';
import { keepsPersons } from './personal.js';
import { comparable, type Input, type Outcome, type Subject } from './subject.js';
import { illFormed } from './well-formed.js';

/**
 * What is wrong with how the subjects read `input`; null for nothing. `between` is read in between, so that
 * state which a reader carries from claim to claim shows. Starts with the subject's name; holds no time and
 * no position, so that one mistake has one text.
 */
export function judge(input: Input, between: Input, subjects: readonly Subject[]): string | null {
  let expected: Outcome | null = null;
  for (const subject of subjects) {
    const judged = judgeAlone(input, between, subject);
    if (typeof judged === 'string') return `${subject.name}: ${judged}`;
    if (expected === null) {
      expected = judged;
      // Asked of one is asked of all, since all must agree.
      if (judged.ok && keepsPersons(input, judged))
        return `${subject.name}: keeps a name or a number of a person`;
      continue;
    }
    const [mine, theirs] = [comparable(judged), comparable(expected)];
    if (!isDeepStrictEqual(mine, theirs)) {
      return `${subject.name}: differs from ${subjects[0]?.name} in ${difference(mine, theirs)}`;
    }
  }
  return null;
}

/** One subject's answer, or what is wrong with it whatever others say. */
function judgeAlone(input: Input, between: Input, subject: Subject): string | Outcome {
  try {
    const sent = Uint8Array.from(input.bytes);
    const first = subject.read(input.bytes, input.format);
    if (Buffer.compare(sent, input.bytes) !== 0) return 'writes into the body';
    const problem = illFormed(first);
    if (problem !== null) return problem;
    const kept = spell(first);
    subject.read(between.bytes, between.format);
    const again = subject.read(input.bytes, input.format);
    if (spell(first) !== kept) return 'changes an answer while the next claim is read';
    if (spell(again) === kept) return first;
    return `reads otherwise after another claim: ${difference(comparable(again), comparable(first))}`;
  } catch (error) {
    return `throws ${error instanceof Error ? error.name : typeof error}: ${firstFrame(error)}`;
  }
}

const spell = (outcome: Outcome): string => JSON.stringify(comparable(outcome));

function firstFrame(error: unknown): string {
  const frame = error instanceof Error ? /at (.*)/.exec(error.stack ?? '')?.[1] : undefined;
  return frame?.replace(/\(.*\/(.*?)(:\d+)*\)/, '($1)') ?? 'no stack';
}

/** Path of the first difference between two plain values, list positions left out. */
function difference(a: unknown, b: unknown): string {
  if (!isObject(a) || !isObject(b) || a instanceof Map) return 'value';
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const [left, right] = [(a as Values)[key], (b as Values)[key]];
    if (isDeepStrictEqual(left, right)) continue;
    const name = Array.isArray(a) ? '[]' : key;
    const rest = difference(left, right);
    return rest === 'value' ? name : `${name}.${rest}`;
  }
  return 'value';
}

type Values = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
