/** `claimgate start`: the service with a broker of its own, for one machine. Never simulates. */
import { Command } from 'commander';
import { settingsHelp } from '../config/reference.js';
import { runUntilStopped } from '../main.js';
import type { EarlySignals } from './early-signals.js';
import { refuse } from './exit.js';
import { launch, type PortOption, sayAddresses, settingsWithPort } from './launch.js';
import { openScreen } from './terminal.js';

/** How many ports after the wanted one are tried when it is taken. */
export const furtherPorts = 20;

export function startCommand(signals: EarlySignals): Command {
  return new Command('start')
    .description('the service with a broker of its own (or that of NATS_URL)')
    .option('--port <port>', 'HTTP port; the next free one is taken where it is in use')
    .addHelpText('after', `\n${settingsHelp()}`)
    .action((options: PortOption) => runStart(options, signals));
}

async function runStart({ port }: PortOption, signals: EarlySignals): Promise<void> {
  const settings = settingsWithPort(port);
  if (!settings.ok) return refuse(settings.error.join('\n'), 2);
  const screen = openScreen();
  const started = await launch(settings.value, {
    embedBroker: true,
    furtherPorts,
    screen,
    signals,
    readable: screen.interactive,
    // Through the screen, so that log lines and the line of what is being done do not mix.
    sink: screen.interactive ? { write: (line) => screen.say(line.trimEnd()) } : process.stdout,
  });
  if (!started.ok) return refuse(started.error, 1);
  const service = started.value;
  if (screen.interactive) {
    screen.say(screen.paint('bold', 'claimgate'));
    sayAddresses(screen, settings.value, service);
    screen.say('  Ctrl-C stops it');
  }
  process.exitCode = await runUntilStopped(service, signals, () => process.exit(130));
}
