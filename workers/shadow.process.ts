/**
 * Entry of the process in which a candidate is tried. It does nothing itself: rules run in a thread, which may be lost
 * and leaves behind what it was lost by. Questions come by the standard input, answers leave by a pipe that nothing
 * else is written to; it ends when the node has closed the one or is gone.
 */
import { writeSync } from 'node:fs';
import { assert } from '../src/base/assert.js';
import { PartsReader } from '../src/screening/compile-parts.js';
import type { PackedArtifact } from '../src/screening/packed-artifact.js';
import {
  answerParts,
  QuestionReader,
  type ShadowAnswers,
  type ShadowQuestion,
} from '../src/screening/protocol/shadow-pipe.js';
import { ShadowThread } from '../src/screening/shadow-thread.js';
import { sidePipes } from '../src/screening/side-pipes.js';

const [parts, questions] = [new PartsReader(), new QuestionReader()];
let thread: ShadowThread | null = null;

process.stdin.on('data', (piece: Buffer) => {
  parts.take(piece);
  for (const [question, packed] of questions.take(parts.takeWhole())) void answer(question, packed);
});
process.stdin.once('end', () => void leave());

async function answer(question: ShadowQuestion, packed: PackedArtifact | null): Promise<void> {
  if (question.ask === 'begin') {
    thread = new ShadowThread(question);
    return;
  }
  assert(thread !== null, 'it has begun');
  if (question.ask === 'compare') say(await thread.compare(question.under, question.claims));
  else {
    assert(packed !== null, 'the rule set comes with the question');
    say(await thread.load(packed, question.keep));
  }
}

function say(reply: ShadowAnswers[keyof ShadowAnswers]): void {
  for (const part of answerParts(reply)) {
    for (let left = part; left.byteLength > 0; ) left = left.subarray(writeSync(sidePipes.answer, left));
  }
}

/** In order, so that the store of the history knows that it is not read any more. */
async function leave(): Promise<void> {
  await thread?.stop();
  process.exit();
}
