/** Starting the service from a command: what `start`, `serve` and `demo` have in common. */
import type { Result } from '../base/result.js';
import { readSettings, type Settings } from '../config/settings.js';
import { type Service, startService } from '../main.js';
import type { LogSink } from '../ops/logger.js';
import type { EarlySignals } from './early-signals.js';
import type { Screen } from './terminal.js';

export interface LaunchOptions {
  readonly embedBroker: boolean;
  readonly furtherPorts: number;
  readonly screen: Screen;
  /** Log lines as text for a person instead of JSON. */
  readonly readable: boolean;
  readonly sink: LogSink;
  readonly signals: EarlySignals;
}

/** Starts the service. A stop signal on the way ends the process with 0, once what had started is stopped. */
export async function launch(settings: Settings, options: LaunchOptions): Promise<Result<Service, string>> {
  const { screen, embedBroker, furtherPorts, readable, sink, signals } = options;
  const onStep = (step: string): void => screen.live(`${step} …`);
  const { stopping } = signals;
  const log = { readable, sink };
  const started = await startService(settings, { embedBroker, furtherPorts, log, onStep, stopping });
  screen.settle();
  // Threads that are still warming up hold nothing, and need not be waited for.
  if (!started.ok && stopping.aborted) process.exit(0);
  return started;
}

export interface PortOption {
  readonly port?: string;
}

/** The settings of this process with the port of a command's `--port`, or every problem with them. */
export function settingsWithPort(port: string | undefined): Result<Settings, readonly string[]> {
  return readSettings(port === undefined ? process.env : { ...process.env, CLAIMGATE_HTTP_PORT: port });
}

/** Says where the service can be reached, and that it took another port where it had to. */
export function sayAddresses(screen: Screen, settings: Settings, service: Service): void {
  const { name, version, id } = service.ruleset;
  const wanted = settings.CLAIMGATE_HTTP_PORT;
  const got = Number(new URL(service.httpUrl).port);
  if (wanted !== 0 && got !== wanted) {
    screen.say(screen.paint('yellow', `port ${wanted} is in use; listening on ${got} instead`));
  }
  const broker = service.natsUrl.replaceAll(/\/\/[^/@,]*@/g, '//');
  screen.say(`  HTTP    ${screen.paint('cyan', service.httpUrl)}   API at /docs, metrics at /metrics`);
  screen.say(`  NATS    ${screen.paint('cyan', broker)}   claims to claimgate.screen.<institution>`);
  screen.say(`  rules   ${name} version ${version}, ${id.slice(0, 19)}…`);
}
