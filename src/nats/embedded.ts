/**
 * The embedded broker: a real nats-server as a supervised child on a free loopback port, JetStream in the
 * data directory. For one machine and for tests; a larger installation sets NATS_URL.
 *
 * starting ──ready──▶ running ──exit──▶ waiting ──pause──▶ starting …      stop(): any ──▶ stopped
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { type Clock, systemClock } from '../base/clock.js';
import { fail, ok, type Result } from '../base/result.js';
import { readBrokerRecord, reapOrphan, writeBrokerRecord } from './broker-record.js';
import { syncsAlways, verifyServer } from './server-binary.js';

const run = promisify(execFile);
const firstPauseMs = 100;
const longestPauseMs = 5_000;
/** A broker that lived this long has recovered: the next pause is short again. */
const settledMs = 10_000;
const killAfterMs = 5_000;

export interface BrokerOptions {
  /** Path of a verified nats-server (see server-binary). */
  readonly program: string;
  /** Folder of its own: configuration, record, JetStream store. */
  readonly folder: string;
  /** Largest message in bytes. */
  readonly maxPayloadBytes: number;
  readonly clock?: Clock;
  /** Called when it ended without being asked; it is started again after `pauseMs`. */
  readonly onLost?: (exit: string, pauseMs: number) => void;
}

interface Launched {
  readonly child: ChildProcess;
  readonly port: number;
}

/**
 * Starts the broker of a data directory and keeps it running until `stop()`. It listens on the port of the
 * last run where that is free, so that clients find it again, else on any free one. Fails with one line.
 */
export async function startBroker(options: BrokerOptions): Promise<Result<EmbeddedBroker, string>> {
  const folder = resolve(options.folder);
  const configPath = join(folder, 'nats-server.conf');
  await mkdir(folder, { recursive: true });
  const reaped = await reapOrphan(folder, configPath);
  if (!reaped.ok) return reaped;
  const version = (await verifyServer(options.program))?.version ?? '';
  await writeFile(configPath, configuration(folder, options.maxPayloadBytes, version));
  const launch = await launcher(options.program, configPath);
  const lastPort = (await readBrokerRecord(folder))?.port ?? null;
  const again = lastPort === null ? null : await launch(lastPort);
  const first = again?.ok ? again : await launch(-1);
  if (!first.ok) return first;
  const broker = new EmbeddedBroker(options, folder, launch, first.value);
  await broker.record();
  return ok(broker);
}

export class EmbeddedBroker {
  readonly url: string;
  readonly #options: BrokerOptions;
  readonly #clock: Clock;
  readonly #folder: string;
  readonly #launch: Launch;
  readonly #port: number;
  #child: ChildProcess;
  #startedAtMs: number;
  #pauseMs = firstPauseMs;
  #waiting: NodeJS.Timeout | null = null;
  #relaunching: Promise<void> = Promise.resolve();
  #stopped = false;

  /** Only `startBroker` makes one: it has proved that the first child is ready. */
  constructor(options: BrokerOptions, folder: string, launch: Launch, first: Launched) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#folder = folder;
    this.#launch = launch;
    this.#port = first.port;
    this.#child = first.child;
    this.#startedAtMs = this.#clock.tickMs();
    this.url = `nats://127.0.0.1:${first.port}`;
    this.#watch();
  }

  /** Process number of the present child. */
  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** Says in the folder who runs it, for the next start. */
  async record(): Promise<void> {
    const { pid: brokerPid, url } = this;
    await writeBrokerRecord(this.#folder, { ownerPid: process.pid, brokerPid, port: this.#port, url });
  }

  /** Ends the child in order (JetStream is flushed), by force after five seconds. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#waiting !== null) clearTimeout(this.#waiting);
    // A relaunch under way would leave a child behind.
    await this.#relaunching;
    await endChild(this.#child);
  }

  #watch(): void {
    this.#child.once('exit', (code, signal) => {
      if (this.#stopped) return;
      const settled = this.#clock.tickMs() - this.#startedAtMs >= settledMs;
      if (settled) this.#pauseMs = firstPauseMs;
      this.#retryLater(signal ?? `code ${code}`);
    });
  }

  #retryLater(exit: string): void {
    const pauseMs = this.#pauseMs;
    this.#pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    this.#options.onLost?.(exit, pauseMs);
    this.#waiting = setTimeout(() => {
      this.#relaunching = this.#relaunch();
    }, pauseMs);
  }

  /** Always on the same port: clients know it and reconnect. */
  async #relaunch(): Promise<void> {
    const launched = await this.#launch(this.#port);
    if (!launched.ok) {
      if (!this.#stopped) this.#retryLater(launched.error);
      return;
    }
    this.#child = launched.value.child;
    this.#startedAtMs = this.#clock.tickMs();
    this.#watch();
    await this.record();
  }
}

type Launch = (port: number) => Promise<Result<Launched, string>>;

async function launcher(program: string, configPath: string): Promise<Launch> {
  const prefix = await diesWithParent();
  return async (port) => {
    const [command = program, ...rest] = [...prefix, program, '--config', configPath, `--port=${port}`];
    // A process group of its own: Ctrl-C in a terminal must reach the service first, which still has to
    // answer.
    const child = spawn(command, rest, { detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
    const ready = await untilReady(child);
    if (!ready.ok) await endChild(child);
    return ready;
  };
}

/**
 * Where the system can end a child with its parent (Linux, util-linux), the command prefix that asks for it.
 */
async function diesWithParent(): Promise<readonly string[]> {
  const prefix = ['setpriv', '--pdeathsig', 'TERM', '--'];
  try {
    await run('setpriv', [...prefix.slice(1), 'true']);
    return prefix;
  } catch {
    // The record and the next start take care of it then.
    return [];
  }
}

/** Reads what the server says until it is ready or has ended; afterwards the pipe is only kept empty. */
async function untilReady(child: ChildProcess): Promise<Result<Launched, string>> {
  let port = 0;
  let lastWord = 'it did not start';
  const said = createInterface({ input: child.stderr! });
  return await new Promise((settle) => {
    child.once('error', (error) => settle(fail(`nats-server: ${error.message}`)));
    child.once('exit', () => settle(fail(`nats-server ended: ${lastWord}`)));
    said.on('line', (line) => {
      const listening = /Listening for client connections on \S+:(\d+)/.exec(line);
      if (listening !== null) port = Number(listening[1]);
      if (/\[(FTL|ERR)\]/.test(line)) lastWord = line.replace(/^.*?\[(FTL|ERR)\]\s*/, '');
      if (line.includes('Server is ready')) settle(ok({ child, port }));
    });
  });
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  await ended;
  clearTimeout(force);
}

/**
 * Loopback only and without accounts, as the HTTP side is by default. Where the server can, a publisher is told
 * "stored" only when the disk has it.
 */
function configuration(folder: string, maxPayloadBytes: number, version: string): string {
  const store = JSON.stringify(join(folder, 'jetstream'));
  return [
    '# Written by claimgate at every start; changes are lost.',
    'host: 127.0.0.1',
    `max_payload: ${maxPayloadBytes}`,
    `jetstream { store_dir: ${store}${syncsAlways(version) ? ', sync_interval: always' : ''} }`,
    '',
  ].join('\n');
}
