/**
 * Entry of a process that compiles one rule set, runs its examples, and ends: main goes on answering meanwhile, and a
 * rule set that nobody can compile takes nothing with it. The task comes by the standard input, the answer leaves by
 * a pipe that nothing else is written to.
 */
import { readFileSync, writeSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';
import { ok } from '../src/base/result.js';
import { partsOf } from '../src/screening/compile-parts.js';
import type { CompileAnswer, CompileTask } from '../src/screening/compile-process.js';
import { sidePipes } from '../src/screening/side-pipes.js';
import { compileRelease } from './compile-release.js';
import { endWithNode } from './end-with-node.js';

endWithNode(sidePipes.node);
answer(deserialize(readFileSync(sidePipes.task)) as CompileTask);

function answer(task: CompileTask): void {
  const compiled = compileRelease(task);
  if (compiled.ok) {
    const { packed, ...release } = compiled.value;
    send(ok({ ...release, id: packed.id }), new Uint8Array(packed.bytes), new Uint8Array(packed.tables));
  } else send(compiled);
}

function send(first: CompileAnswer, ...rest: readonly Uint8Array[]): void {
  for (const part of partsOf([serialize(first), ...rest])) {
    for (let left = part; left.byteLength > 0; ) left = left.subarray(writeSync(sidePipes.answer, left));
  }
}
