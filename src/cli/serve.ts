/** `claimgate serve`: the service alone, for a broker that others run; the form for containers. */
import { Command } from 'commander';
import { settingsHelp } from '../config/reference.js';
import { runUntilStopped } from '../main.js';
import type { EarlySignals } from './early-signals.js';
import { refuse } from './exit.js';
import { launch, type PortOption, settingsWithPort } from './launch.js';
import { openScreen } from './terminal.js';

export function serveCommand(signals: EarlySignals): Command {
  return new Command('serve')
    .description('the service alone, with the broker of NATS_URL')
    .option('--port <port>', 'HTTP port; an error where it is in use')
    .addHelpText('after', `\n${settingsHelp()}`)
    .action((options: PortOption) => runServe(options, signals));
}

async function runServe({ port }: PortOption, signals: EarlySignals): Promise<void> {
  const settings = settingsWithPort(port);
  if (!settings.ok) return refuse(settings.error.join('\n'), 2);
  const screen = openScreen();
  const started = await launch(settings.value, {
    embedBroker: false,
    // A node behind a load balancer has to be where it is looked for.
    furtherPorts: 0,
    screen,
    signals,
    readable: screen.interactive,
    sink: process.stdout,
  });
  if (!started.ok) return refuse(started.error, 1);
  process.exitCode = await runUntilStopped(started.value, signals, () => process.exit(130));
}
