/** The built service as it is deployed: a process of its own, the generated settings, the broker with its accounts. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeployedBroker, generatedEnvironment, isRecent, parseEnv, removeFolder } from './nats-fixture.js';

const root = new URL('../../', import.meta.url).pathname;
export const entry = join(root, 'dist/src/cli/main.js');

export class DeployedService {
  readonly broker: DeployedBroker;
  readonly httpUrl: string;
  /** The broker's environment: passwords of the institutions. */
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly #child: ChildProcess;
  #stopped: Promise<number | null> | null = null;

  private constructor(
    broker: DeployedBroker,
    child: ChildProcess,
    httpUrl: string,
    scratch: { readonly folder: string; readonly env: Record<string, string> },
  ) {
    this.broker = broker;
    this.#child = child;
    this.httpUrl = httpUrl;
    this.folder = scratch.folder;
    this.env = scratch.env;
  }

  /** Resolves when it takes requests. Needs `npm run build` before. */
  static async start(): Promise<DeployedService> {
    if (!existsSync(entry)) throw new Error('dist/ is not built: npm run build');
    const scratch = await generatedEnvironment();
    const broker = await DeployedBroker.start(
      (await isRecent()) ? 'nats.conf' : 'nats-2.9.conf',
      scratch.env,
    );
    const settings = serviceSettings(scratch.folder, broker.url);
    const child = spawn(process.execPath, [entry, 'serve'], {
      cwd: scratch.folder,
      env: settings,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const httpUrl = await addressOf(child);
    const service = new DeployedService(broker, child, httpUrl, scratch);
    await service.untilReady();
    return service;
  }

  async untilReady(): Promise<void> {
    while ((await fetch(`${this.httpUrl}/readyz`)).status !== 200) await sleep(50);
  }

  /** Connects as an institution, with the password that make-env.sh gave it. */
  async connectAs(institution: string) {
    const pass = this.env[`CLAIMGATE_NATS_${institution}_PASSWORD`]!;
    return await this.broker.connect({ user: institution, pass });
  }

  /** Stops service and broker, once; returns the service's exit code. */
  async stop(): Promise<number | null> {
    this.#stopped ??= this.#stop();
    return await this.#stopped;
  }

  async #stop(): Promise<number | null> {
    const exit = this.#child.exitCode === null ? once(this.#child, 'exit') : Promise.resolve([]);
    this.#child.kill('SIGTERM');
    await exit;
    await this.broker.stop();
    await removeFolder(this.folder);
    return this.#child.exitCode;
  }
}

/** The generated claimgate.env, with the ports of this run. */
function serviceSettings(folder: string, brokerUrl: string): Record<string, string> {
  const generated = parseEnv(readFileSync(join(folder, 'claimgate.env'), 'utf8'));
  const natsUrl = new URL(generated['NATS_URL']!);
  natsUrl.port = new URL(brokerUrl).port;
  return {
    PATH: process.env['PATH'] ?? '',
    ...generated,
    NATS_URL: natsUrl.href,
    CLAIMGATE_HTTP_PORT: '0',
    CLAIMGATE_DATA_DIR: join(folder, 'data'),
    CLAIMGATE_RULES: join(root, 'rules'),
    // A shared machine may hold a thread up for longer than a hospital would wait.
    CLAIMGATE_BUDGET_PRE_MS: '10000',
    CLAIMGATE_BUDGET_MID_MS: '10000',
  };
}

/** Reads its log until it says where it listens; afterwards the pipe is only kept empty. */
async function addressOf(child: ChildProcess): Promise<string> {
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stdout! })) {
    said.push(line);
    const address = /"http":"([^"]+)"/.exec(line)?.[1];
    if (address === undefined) continue;
    child.stdout!.resume();
    return address;
  }
  throw new Error(`the service ended before it listened:\n${said.join('\n')}`);
}
