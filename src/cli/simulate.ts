/** `claimgate simulate`: a seeded hospital load at a set rate against a running service. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { type SimulatedFormat, simulatedFormats } from '../../bench/claims/render.js';
import { Tally } from '../../bench/load/tally.js';
import { fail, type Result } from '../base/result.js';
import type { Settings } from '../config/settings.js';
import { refuse, settingsOrExit } from './exit.js';
import { reportLive, summaryLines } from './load-report.js';
import { httpSender, natsSender, type Sender } from './sender.js';
import { openHospital, simulate } from './simulation.js';
import { openScreen } from './terminal.js';

interface SimulateOptions {
  readonly rate: number;
  readonly seconds: number;
  readonly seed: number;
  readonly format: SimulatedFormat;
  readonly transport: 'nats' | 'http';
  readonly url?: string;
}

export function simulateCommand(): Command {
  return new Command('simulate')
    .description('a seeded hospital: realistic claims with official codes at a set rate')
    .option('--rate <claims>', 'claims a second', positiveNumber, 50)
    .option('--seconds <seconds>', 'how long; 0: until Ctrl-C', nonNegativeNumber, 0)
    .option('--seed <number>', 'the same seed sends the same claims', wholeNumber, 1)
    .addOption(
      new Option('--format <format>', 'form of the claims').choices(simulatedFormats).default('native-json'),
    )
    .addOption(
      new Option('--transport <transport>', 'how they travel').choices(['nats', 'http']).default('nats'),
    )
    .option('--url <url>', 'broker (default: NATS_URL) or service (default: its HTTP settings)')
    .addHelpText('after', '\nEnds with 1 where a claim got no answer, with 2 where nobody could be reached.')
    .action(runSimulate);
}

async function runSimulate(options: SimulateOptions): Promise<void> {
  const settings = settingsOrExit();
  const hospital = openHospital(settings.CLAIMGATE_RULES, options.seed);
  if (!hospital.ok) return refuse(hospital.error, 2);
  const sender = await openSender(options, settings);
  if (!sender.ok) return refuse(sender.error, 2);
  const screen = openScreen();
  const tally = new Tally();
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  const reasons = new Map<string, number>();
  const live = reportLive(screen, tally);
  const plan = {
    generator: hospital.value,
    rate: options.rate,
    seconds: options.seconds === 0 ? Number.POSITIVE_INFINITY : options.seconds,
    format: options.format,
  };
  const loop = await simulate(plan, sender.value, tally, stop.signal, {
    failed: (reason) => reasons.set(reason, (reasons.get(reason) ?? 0) + 1),
  });
  live.stop();
  await sender.value.close();
  for (const line of summaryLines(screen, loop, tally.whole())) screen.say(line);
  for (const [reason, times] of reasons) console.error(`${times} without an answer: ${reason}`);
  if (tally.whole().failed > 0) process.exitCode = 1;
}

async function openSender(options: SimulateOptions, settings: Settings): Promise<Result<Sender, string>> {
  if (options.transport === 'http') {
    const { CLAIMGATE_HTTP_HOST: host, CLAIMGATE_HTTP_PORT: port, CLAIMGATE_API_KEY: key } = settings;
    const sender = httpSender(options.url ?? `http://${host}:${port}`, key);
    return { ok: true, value: sender };
  }
  const url = options.url ?? settings.NATS_URL;
  return url === null
    ? fail(
        'no broker: set NATS_URL or give --url (the address stands in the first lines of `claimgate start`)',
      )
    : natsSender(url);
}

function positiveNumber(text: string): number {
  const number = Number(text);
  if (!(number > 0 && number <= 1_000_000)) throw new InvalidArgumentError('a number above 0 is wanted.');
  return number;
}

export function nonNegativeNumber(text: string): number {
  const number = Number(text);
  if (!(number >= 0 && number <= 10_000_000)) throw new InvalidArgumentError('a number from 0 is wanted.');
  return number;
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0)
    throw new InvalidArgumentError('a whole number from 0 is wanted.');
  return number;
}
