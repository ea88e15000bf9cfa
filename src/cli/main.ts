#!/usr/bin/env node
/** `claimgate`: reads the words of the command line and hands over to one file per command. */
import { EventEmitter } from 'node:events';
import { Command } from 'commander';
import { programVersion } from '../config/program-version.js';
import { EarlySignals } from './early-signals.js';

const wanted = process.argv[2] ?? '';
const runsService = ['start', 'serve', 'demo'].includes(wanted);
// Listened to before anything else is loaded: whoever is told to stop in the first second ends in order too.
const signals = new EarlySignals(runsService ? process : new EventEmitter(), () => process.exit(130));

/** In the order of the help. Only the wanted one is loaded: `screen` needs no web server. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  start: async () => (await import('./start.js')).startCommand(signals),
  serve: async () => (await import('./serve.js')).serveCommand(signals),
  demo: async () => (await import('./demo.js')).demoCommand(signals),
  simulate: async () => (await import('./simulate.js')).simulateCommand(),
  screen: async () => (await import('./screen.js')).screenCommand(),
  replay: async () => (await import('./replay.js')).replayCommand(),
  rules: async () => (await import('./rules.js')).rulesCommand(),
  ruleset: async () => (await import('./ruleset.js')).rulesetCommand(),
  overlay: async () => (await import('./overlay.js')).overlayCommand(),
  keys: async () => (await import('./keys.js')).keysCommand(),
  knowledge: async () => (await import('./knowledge.js')).knowledgeCommand(),
  history: async () => (await import('./history.js')).historyCommand(),
  deadletter: async () => (await import('./deadletter.js')).deadletterCommand(),
  doctor: async () => (await import('./doctor.js')).doctorCommand(),
};

const program = new Command('claimgate')
  .description('Screens medical-insurance (医保) claims in real time and explains every decision.')
  .version(programVersion())
  .showHelpAfterError('(claimgate --help lists the commands)')
  .showSuggestionAfterError()
  .configureHelp({ sortSubcommands: false, showGlobalOptions: false })
  .addHelpText(
    'after',
    `
First steps:
  claimgate demo                 service and simulated hospital, decisions on the terminal
  claimgate start                service with a broker of its own
  claimgate screen claim.json    explain one claim`,
  );

const needed = Object.hasOwn(commands, wanted) ? [wanted] : Object.keys(commands);
for (const name of needed) {
  const command = await commands[name]?.();
  if (command !== undefined) program.addCommand(command);
}

// A pipe that is closed early (`| head`) is the reader's choice, not a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

await program.parseAsync();
