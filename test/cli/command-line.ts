/** Runs the built command line as a user does, and keeps what it said. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Another build than `dist` can be tested by naming its folder. */
const main = resolve(process.env['TEST_DIST'] ?? 'dist', 'src/cli/main.js');

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  /** Without progress, which is only shown where a machine is slow. */
  readonly err: string;
}

const progress = /^.* {2}\[[#.]{24}\] [ \d]{3} % {2}.*\n/gm;

const all = new Set<Running>();

/** Ends what a failed test has left running. */
export async function endAll(): Promise<void> {
  await Promise.all([...all].map((running) => running.stop('SIGTERM')));
}

export class Running {
  readonly child: ChildProcess;
  out = '';
  err = '';
  readonly #ended: Promise<Ended>;

  constructor(words: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    // Only what a program needs: the settings of whoever runs the tests are not the tests' business.
    const { PATH = '', HOME = '' } = process.env;
    const env = { PATH, HOME, ...environment };
    this.child = spawn(process.execPath, [main, ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stdout?.on('data', (chunk: Buffer) => {
      this.out += chunk.toString();
    });
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.err += chunk.toString();
    });
    all.add(this);
    this.#ended = once(this.child, 'close').then(([code]) => {
      all.delete(this);
      return { code: code as number | null, out: this.out, err: this.err.replace(progress, '') };
    });
  }

  /** Resolves with the first match in what it has said; rejects where it ends before. */
  async said(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.out);
      if (found !== null) return found;
      if (this.child.exitCode !== null || this.child.signalCode !== null) {
        throw new Error(
          `ended with ${this.child.exitCode} before it said ${pattern}\n${this.out}\n${this.err}`,
        );
      }
      await sleep(20);
    }
  }

  async stop(signal: 'SIGINT' | 'SIGTERM' = 'SIGINT'): Promise<Ended> {
    this.child.kill(signal);
    return this.#ended;
  }

  ended(): Promise<Ended> {
    return this.#ended;
  }
}

/** Runs a command to its end. */
export function claimgate(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return new Running(words, environment).ended();
}

export function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
