/** How a process beside the service that compiles is heard. */
import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { fail, ok, type Result } from '../base/result.js';
import { PartsReader } from './compile-parts.js';
import { endOf } from './side-process.js';

/**
 * What it answers by pipe 3, as soon as it is whole: what else was loaded into the process may keep it from ending.
 * `read` answers null while parts are missing. Fails with a sentence where the process ends before.
 */
export function answerOf<Answer>(
  child: ChildProcess,
  read: (parts: readonly SharedArrayBuffer[]) => Answer | null,
): Promise<Result<Answer, string>> {
  const parts = new PartsReader();
  let words = '';
  // A process that has ended reads no task; how it ended says why.
  child.stdin?.on('error', () => {});
  child.stderr?.on('data', (text: Buffer) => {
    words = `${words}${text.toString()}`.slice(0, 100_000);
  });
  return new Promise((resolve) => {
    // Stays: a process that could not be started may be told to end.
    child.on('error', (error) => resolve(fail(`the compiler failed: ${error.message}`)));
    // Absent where the process could not be started.
    const answered = child.stdio?.[3] as Readable | null | undefined;
    answered?.on('error', (error) => resolve(fail(`the compiler cannot be heard: ${error.message}`)));
    answered?.on('data', (bytes: Buffer) => {
      parts.take(bytes);
      const answer = read(parts.whole);
      if (answer !== null) resolve(ok(answer));
    });
    child.once('close', (code, signal) => resolve(fail(`the compiler ${endOf(words, code, signal)}`)));
  });
}
