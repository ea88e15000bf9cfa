/**
 * The service as a user starts it: the built command line, a process of its own, ready when it says so over
 * HTTP.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/base/clock.js';

export interface ServiceUnderTest {
  readonly url: string;
  readonly pid: number;
  /** From spawn to ready. */
  readonly startedInMs: number;
  stop(): Promise<void>;
}

const readyWithinMs = 180_000;

/** Under full load a claim waits; one that is answered unscreened for that would count as a fast answer. */
const wholeAnswers = { CLAIMGATE_BUDGET_PRE_MS: '10000', CLAIMGATE_BUDGET_MID_MS: '10000' };

/** Throws with the service's last words where it does not get ready within three minutes. */
export async function startServiceUnderTest(
  natsUrl: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<ServiceUnderTest> {
  const dataDir = await mkdtemp(join(tmpdir(), 'claimgate-bench-data-'));
  const port = await freePort();
  const main = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
  const startedMs = systemClock.tickMs();
  const child = spawn(process.execPath, [main, 'serve'], {
    env: {
      ...process.env,
      NATS_URL: natsUrl,
      CLAIMGATE_HTTP_PORT: String(port),
      CLAIMGATE_DATA_DIR: dataDir,
      ...wholeAnswers,
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const words = lastWords(child);
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    await endProcess(child);
    await rm(dataDir, { recursive: true, force: true });
  };
  while (!(await isReady(url))) {
    const late = systemClock.tickMs() - startedMs > readyWithinMs;
    if (late || child.exitCode !== null) {
      await stop();
      throw new Error(`the service did not get ready\n${words()}`);
    }
    await sleep(10);
  }
  return { url, pid: child.pid ?? -1, startedInMs: systemClock.tickMs() - startedMs, stop };
}

export async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`)).ok;
  } catch {
    // Not listening yet.
    return false;
  }
}

/** Its output has to be read, or it would stop at a full pipe. */
function lastWords(child: ChildProcess): () => string {
  let words = '';
  const keep = (chunk: Buffer): void => {
    words = (words + chunk.toString()).slice(-4_000);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return () => words;
}

export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await exit;
  clearTimeout(force);
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
