/** `claimgate ruleset …`: versions of the rules, from their publication to their activation and back. */
import { Command, InvalidArgumentError } from 'commander';
import {
  type ActivateOptions,
  activateHelp,
  addressesOf,
  institutionsOf,
  type RollbackOptions,
  runActivate,
  runApprove,
  runRollback,
  timeOf,
} from './ruleset-activate.js';
import { diffHelp, runDiff } from './ruleset-diff.js';
import { runExport } from './ruleset-export.js';
import { runList, runShow } from './ruleset-list.js';
import { type PublishOptions, publishHelp, runPublish } from './ruleset-publish.js';
import { runShadow, type ShadowOptions, shadowHelp } from './ruleset-shadow.js';

export function rulesetCommand(): Command {
  const command = new Command('ruleset').description('publish, activate and compare versions of the rules');
  addLooking(command);
  command
    .command('publish')
    .description('make a rules folder the next version')
    .requiredOption('--key <file>', 'private key of the publisher')
    .option('--rules <folder>', 'rules folder (default: CLAIMGATE_RULES)')
    .option('--replay <report>', 'report of `claimgate replay` over this rule set (JSON)')
    .option('--insufficient-replay', 'though the replay is too small to count', false)
    .option('--floor <version>', 'once it is in force, the lowest version that may come back', wholeNumber)
    .addHelpText('after', publishHelp)
    .action((options: PublishOptions) => runPublish(options));
  command
    .command('activate')
    .description('put a version in force')
    .argument('<version>', 'number of the version', wholeNumber)
    .requiredOption('--key <file>', 'private key of the activator')
    .requiredOption('--reason <text>', 'why; kept with the change')
    .option('--institutions <codes>', 'only for these, separated by commas', institutionsOf)
    .option('--at <time>', 'not before this time, of China or with an offset', timeOf)
    .option('--without-replay', 'though its effect on history is not known', false)
    .option('--shadow <addresses>', 'nodes whose figures of its shadow are taken', addressesOf)
    .option('--request <file>', 'activate nothing; write what is signed for a second person to approve')
    .addHelpText('after', activateHelp)
    .action((version: number, options: ActivateOptions) => runActivate(version, options));
  command
    .command('approve')
    .description('approve, as the second, what another has signed with --request')
    .argument('<file>', 'the request')
    .requiredOption('--key <file>', 'private key of the second activator')
    .action((file: string, options: { readonly key: string }) => runApprove(file, options));
  command
    .command('rollback')
    .description('go back, for all and at once, to a version that has been in force')
    .argument('[version]', 'number of the version (default: the one before)', wholeNumber)
    .requiredOption('--key <file>', 'private key of the activator')
    .requiredOption('--reason <text>', 'why; kept with the change')
    .action((version: number | undefined, options: RollbackOptions) => runRollback(version, options));
  command
    .command('shadow')
    .description('try a version beside the one in force, or show what that has shown')
    .argument('[version]', 'number of the version (default: show)', wholeNumber)
    .option('--key <file>', 'private key of somebody who may publish or activate')
    .option('--reason <text>', 'why; kept with the order (default: to see what it changes)')
    .option('--end', 'try none any more', false)
    .option('--url <address>', 'node whose figures are shown (default: the one of these settings)')
    .option('--json', 'figures as JSON', false)
    .addHelpText('after', shadowHelp)
    .action((version: number | undefined, options: ShadowOptions) => runShadow(version, options));
  return command;
}

/** The sub-commands that change nothing. */
function addLooking(command: Command): void {
  command
    .command('list')
    .description('what was published, and what is in force')
    .option('--audit', 'every change of what is in force, as far as the broker keeps it', false)
    .action((options: { readonly audit: boolean }) => runList(options));
  command
    .command('show')
    .description('what a version is')
    .argument('<version>', 'number of the version, or live', versionOrLive)
    .option('--audit', 'every change to this version', false)
    .action((version: number | 'live', options: { readonly audit: boolean }) => runShow(version, options));
  command
    .command('export')
    .description('write a version out as a rules folder, e.g. for `claimgate replay --against`')
    .argument('<version>', 'number of the version, or live', versionOrLive)
    .argument('<folder>', 'folder that is not there yet')
    .action(runExport);
  command
    .command('diff')
    .description('what differs between two rule sets')
    .argument('<before>', 'version, live, or a rules folder')
    .argument('<after>', 'version, live, or a rules folder')
    .option('--json', 'as JSON, with every row', false)
    .addHelpText('after', diffHelp)
    .action((before: string, after: string, options: { readonly json: boolean }) =>
      runDiff(before, after, options),
    );
}

function wholeNumber(text: string): number {
  const number = /^v?([1-9]\d{0,8})$/.exec(text)?.[1];
  if (number === undefined) throw new InvalidArgumentError('the number of a version is wanted.');
  return Number(number);
}

function versionOrLive(text: string): number | 'live' {
  return text === 'live' ? text : wholeNumber(text);
}
