/** One service process on a data directory of its own: started, killed, frozen and asked what it remembers. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { dist, root } from './place.js';
import { slowDown } from './slow-disk.js';
import { type Export, readExport } from './state.js';

const program = join(dist, 'src/cli/main.js');
const loseWorkers = pathToFileURL(join(dist, 'test/chaos/lose-workers.js')).href;

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export class NodeProcess {
  readonly name: string;
  readonly dataDir: string;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #logFile: string;
  #child: ChildProcess | undefined;
  #http: string | undefined;
  /** When it has ended, and said its last word. */
  #closed: Promise<unknown> = Promise.resolve();
  /** When its log so far is written; piece by piece, so that lines stay whole. */
  #logged: Promise<void> = Promise.resolve();

  /** `further`: settings beside the usual ones. */
  constructor(name: string, folder: string, natsUrl: string, further: NodeJS.ProcessEnv = {}) {
    this.name = name;
    this.dataDir = join(folder, name);
    this.#logFile = join(folder, `${name}.log`);
    this.#environment = {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      NATS_URL: natsUrl,
      CLAIMGATE_DATA_DIR: this.dataDir,
      CLAIMGATE_HTTP_PORT: '0',
      CLAIMGATE_PATIENT_SECRET: 'the-same-on-every-node-of-a-run',
      CLAIMGATE_RULES: join(root, 'rules'),
      CLAIMGATE_WORKERS: '2',
      ...further,
    };
  }

  get running(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Of the operating system; undefined before the first start. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Address of its HTTP edge, as soon as it has said so. */
  get http(): string | undefined {
    return this.running ? this.#http : undefined;
  }

  start(): void {
    if (this.running) return;
    const child = spawn(process.execPath, ['--import', loseWorkers, program, 'serve'], {
      cwd: root,
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.#closed = once(child, 'close');
    this.#http = undefined;
    const listen = (chunk: Buffer): void => {
      const text = chunk.toString();
      this.#http ??= /"http":"([^"]+)"/.exec(text)?.[1];
      this.#logged = this.#logged.then(() => appendFile(this.#logFile, text));
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
  }

  signal(signal: NodeJS.Signals): void {
    if (this.running) this.#child?.kill(signal);
  }

  /** Sends a signal that ends it, and resolves when it has ended and its log is written. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<Exit> {
    const child = this.#child;
    if (child === undefined) return { code: null, signal: null };
    if (this.running) child.kill(signal);
    await this.#closed;
    await this.#logged;
    return { code: child.exitCode, signal: child.signalCode };
  }

  /** Its worker threads die in the middle of the next batch; not before it is ready, or the signal would end it. */
  loseWorkers(): void {
    this.signal('SIGUSR2');
  }

  /** Resolves when its disk is as fast as before, or the process gone. */
  async slowDown(slowMs: number): Promise<void> {
    if (this.#child !== undefined && this.running) await slowDown(this.#child, slowMs);
  }

  /** How many of its workers died in all its lives with messages or claims in hand, as it says itself. */
  async workersLostAtWork(): Promise<number> {
    await this.#logged;
    const log = await readFile(this.#logFile, 'utf8');
    return log.match(/"claims":[1-9]\d*,"msg":"worker lost"/g)?.length ?? 0;
  }

  async ready(): Promise<boolean> {
    if (this.http === undefined) return false;
    try {
      const answer = await fetch(new URL('/readyz', this.http), { signal: AbortSignal.timeout(1000) });
      return answer.ok;
    } catch {
      return false;
    }
  }

  /** What it remembers now; works beside the running process and on what a dead one left. */
  async export(): Promise<Export> {
    const words = [program, 'history', 'export', '--all'];
    const options = { cwd: root, env: this.#environment, maxBuffer: 1 << 30 };
    const { stdout } = await promisify(execFile)(process.execPath, words, options);
    return readExport(this.name, stdout);
  }
}
