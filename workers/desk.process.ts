/**
 * Entry of a process that does one thing for the desk of releases and knowledge, and ends. The task comes by the
 * standard input, the answer leaves by a pipe that nothing else is written to.
 */
import { readFileSync, writeSync } from 'node:fs';
import { serialize } from 'node:v8';
import { importBody, listBody } from '../src/ruleset/knowledge/knowledge-bodies.js';
import { weighImpact } from '../src/ruleset/release/impact.js';
import { checkBody, diffBody, offerBody, ruleBody } from '../src/ruleset/release/release-bodies.js';
import { partsOf } from '../src/screening/compile-parts.js';
import { type DeskAnswers, type DeskTask, openTask } from '../src/screening/desk-task.js';
import { sidePipes } from '../src/screening/side-pipes.js';
import { endWithNode } from './end-with-node.js';

async function answer(task: DeskTask): Promise<DeskAnswers[DeskTask['do']]> {
  switch (task.do) {
    case 'check':
      return checkBody(task);
    case 'offer':
      return offerBody(task);
    case 'diff':
      return diffBody(task);
    case 'rule':
      return ruleBody(task);
    case 'weigh':
      return weighImpact(task);
    case 'import':
      return await importBody(task);
    case 'lists':
      return await listBody(task);
  }
}

endWithNode(sidePipes.node);
const whole = serialize(await answer(openTask(readFileSync(sidePipes.task))));
for (const part of partsOf([whole])) {
  for (let left = part; left.byteLength > 0; ) left = left.subarray(writeSync(sidePipes.answer, left));
}
