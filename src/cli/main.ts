#!/usr/bin/env node
/** `claimgate`: reads the words of the command line and hands over to one file per command. */
import { Command } from 'commander';
import { programVersion } from '../config/program-version.js';

/** In the order of the help. Only the wanted one is loaded: `screen` needs no web server. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  start: async () => (await import('./start.js')).startCommand(),
  serve: async () => (await import('./serve.js')).serveCommand(),
  demo: async () => (await import('./demo.js')).demoCommand(),
  simulate: async () => (await import('./simulate.js')).simulateCommand(),
  screen: async () => (await import('./screen.js')).screenCommand(),
  rules: async () => (await import('./rules.js')).rulesCommand(),
  knowledge: async () => (await import('./knowledge.js')).knowledgeCommand(),
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

const wanted = process.argv[2] ?? '';
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
