/** `claimgate history …`: what this node remembers of settled claims, and its upkeep. */
import { Command } from 'commander';
import { type EraseOptions, eraseHelp, runErase } from './history-erase.js';
import { type ExportOptions, runExport } from './history-export.js';
import { type RebindOptions, rebindHelp, runRebind } from './history-rebind.js';
import { type RebuildOptions, rebuildHelp, runRebuild } from './history-rebuild.js';

export function historyCommand(): Command {
  const command = new Command('history').description(
    'what this node remembers of settled claims, and its upkeep',
  );
  command
    .command('export')
    .description('print the history of one person, or of everyone, as JSON')
    .argument('[person]', "national person number, as in claims' patient.id")
    .option('--all', 'position, digest, every patient, stock and trace codes, one JSON value a line', false)
    .option('--region <code>', 'only under this region of institutions (its first two digits count)')
    .addHelpText('after', exportHelp)
    .action((person: string | undefined, options: ExportOptions) => runExport(person, options));
  command
    .command('erase')
    .description('take one person out of this node and out of the streams, for good')
    .argument('<person>', "national person number, as in claims' patient.id")
    .option('--region <code>', 'only claims of institutions in this region (its first two digits count)')
    .option('--yes', 'do not ask', false)
    .addHelpText('after', eraseHelp)
    .action((person: string, options: EraseOptions) => runErase(person, options));
  command
    .command('rebuild')
    .description('make the state of this node anew from the streams')
    .option('--afresh', 'begin again, whatever an earlier run has done', false)
    .option('--accept-difference', 'take the new state though it is not known to equal the old one', false)
    .addHelpText('after', rebuildHelp)
    .action((options: RebuildOptions) => runRebuild(options));
  command
    .command('rebind')
    .description('go on in streams CLAIMS and DECISIONS that are not the ones this node knew')
    .option('--yes', 'do not ask', false)
    .addHelpText('after', rebindHelp)
    .action((options: RebindOptions) => runRebind(options));
  return command;
}

const exportHelp = `
Reads only, beside a running service as well as without one; what is printed is one state at one position.
Patients are known by a keyed hash of the person number: for one person the node's secret is needed
(CLAIMGATE_PATIENT_SECRET or the data directory). Ends with 1 where there is nothing to show.`;
