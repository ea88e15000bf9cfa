/** `claimgate demo`: service and simulated hospital in one process, decisions on the terminal. */
import { Command } from 'commander';
import { Tally } from '../../bench/load/tally.js';
import { systemClock } from '../base/clock.js';
import type { Settings } from '../config/settings.js';
import type { Decision } from '../decision/decision.js';
import type { Service } from '../main.js';
import { freeDemoFolder } from './demo-folder.js';
import type { EarlySignals } from './early-signals.js';
import { refuse } from './exit.js';
import { launch, sayAddresses, settingsWithPort } from './launch.js';
import { reportLive, summaryLines } from './load-report.js';
import { SamplePicker, sampleLines } from './sample-decisions.js';
import { natsSender } from './sender.js';
import { nonNegativeNumber } from './simulate.js';
import { openHospital, simulate } from './simulation.js';
import { furtherPorts } from './start.js';
import { openScreen, type Screen } from './terminal.js';

interface DemoOptions {
  readonly rate: number;
  readonly seconds: number;
  readonly seed: number;
  readonly port?: string;
}

export function demoCommand(signals: EarlySignals): Command {
  return new Command('demo')
    .description('service and simulated hospital together, decisions on the terminal')
    .option('--rate <claims>', 'claims a second', nonNegativeNumber, 100)
    .option('--seconds <seconds>', 'end by itself after so long; 0: at Ctrl-C', nonNegativeNumber, 0)
    .option('--seed <number>', 'the same seed sends the same claims', nonNegativeNumber, 1)
    .option('--port <port>', 'HTTP port; the next free one is taken where it is in use')
    .action((options: DemoOptions) => runDemo(options, signals));
}

async function runDemo(options: DemoOptions, signals: EarlySignals): Promise<void> {
  const settings = settingsWithPort(options.port);
  if (!settings.ok) return refuse(settings.error.join('\n'), 2);
  const screen = openScreen();
  const started = await launch(await quietly(settings.value), {
    embedBroker: true,
    furtherPorts,
    screen,
    signals,
    readable: true,
    sink: { write: (line) => screen.say(line.trimEnd()) },
  });
  if (!started.ok) return refuse(started.error, 1);
  const service = started.value;
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    signals.on(signal, () => (stop.signal.aborted ? process.exit(130) : stop.abort()));
  }
  // Whoever stopped it while it was starting wants no show.
  if (!stop.signal.aborted) banner(screen, settings.value, service, options);
  const failed =
    !stop.signal.aborted && (await runTown(screen, settings.value, service, options, stop.signal));
  const report = await service.stop();
  for (const problem of report.problems) console.error(problem);
  process.exitCode = failed || !report.clean ? 1 : 0;
}

/** The demo shows decisions: log lines only where something is wrong, and a folder of its own. */
async function quietly(settings: Settings): Promise<Settings> {
  const level = settings.CLAIMGATE_LOG_LEVEL === 'info' ? 'warn' : settings.CLAIMGATE_LOG_LEVEL;
  const folder = await freeDemoFolder(settings.CLAIMGATE_DATA_DIR);
  return { ...settings, CLAIMGATE_LOG_LEVEL: level, CLAIMGATE_DATA_DIR: folder };
}

function banner(screen: Screen, settings: Settings, service: Service, { rate, seconds }: DemoOptions): void {
  screen.say(screen.paint('bold', 'claimgate demo'));
  sayAddresses(screen, settings, service);
  const end = seconds === 0 ? 'Ctrl-C stops everything' : `ends after ${seconds} s`;
  screen.say(`\nA simulated town of eight hospitals sends ${rate} claims a second over NATS; ${end}.`);
  screen.say('A few of the decisions, as they come back; below them what the last second was like.\n');
}

/** Sends claims until told to stop; true where some of them got no answer. */
async function runTown(
  screen: Screen,
  settings: Settings,
  service: Service,
  options: DemoOptions,
  stop: AbortSignal,
): Promise<boolean> {
  await Promise.race([service.whenReady, new Promise((resolve) => stop.addEventListener('abort', resolve))]);
  const hospital = openHospital(settings.CLAIMGATE_RULES, options.seed);
  const sender = await natsSender(service.natsUrl);
  if (!hospital.ok || !sender.ok) {
    for (const result of [hospital, sender]) if (!result.ok) console.error(result.error);
    return true;
  }
  const tally = new Tally();
  const picker = new SamplePicker(1_200);
  const live = reportLive(screen, tally);
  const plan = {
    generator: hospital.value,
    rate: Math.max(1, options.rate),
    seconds: options.seconds === 0 ? Number.POSITIVE_INFINITY : options.seconds,
    format: 'native-json' as const,
  };
  const loop = await simulate(plan, sender.value, tally, stop, {
    answered: (generated, reply) => {
      if (!picker.wants(reply.status, systemClock.tickMs())) return;
      const decision = JSON.parse(Buffer.from(reply.body).toString()) as Decision;
      for (const line of sampleLines(screen, generated, decision)) screen.say(line);
    },
  });
  live.stop();
  await sender.value.close();
  screen.say('');
  for (const line of summaryLines(screen, loop, tally.whole())) screen.say(line);
  return tally.whole().failed > 0;
}
