/** Asking before what cannot be taken back. */
import { createInterface } from 'node:readline/promises';

/** `what`: `to erase`, for who cannot be asked. Only `yes`, written out, is one. */
export async function confirmed(question: string, what: string): Promise<boolean> {
  if (process.stdin.isTTY !== true) {
    console.error(`${what} without being asked, say --yes`);
    return false;
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await lines.question(`${question} There is no way back. Type yes: `);
  lines.close();
  return answer.trim() === 'yes';
}
