/** `claimgate overlay …`: rules switched off, snoozed, or taken off the brake, without a release. */
import { Command, InvalidArgumentError } from 'commander';
import { systemClock } from '../base/clock.js';
import { isInstitutionCode, oddCodes } from '../base/institution-code.js';
import type { OverlayChange } from '../ruleset/overlay/change-overlay.js';
import { type ChangeOptions, runChange } from './overlay-change.js';
import { runOverlayList } from './overlay-list.js';

interface PlaceOptions extends ChangeOptions {
  readonly institution?: string;
  readonly department?: string;
}

export function overlayCommand(): Command {
  const command = new Command('overlay').description('switch off or snooze single rules, without a release');
  command
    .command('list')
    .description('what is switched off, snoozed and braked, by whom and why')
    .option('--audit', 'every change, as far as the broker keeps it', false)
    .option('--json', 'as JSON', false)
    .action((options: { readonly audit: boolean; readonly json: boolean }) => runOverlayList(options));
  addSwitches(command);
  addSnoozes(command);
  signed(command.command('release'))
    .description('take rules of a version off the brake, for good')
    .argument('<version>', 'number of the version', wholeNumber)
    .argument('[rules...]', 'rule ids (default: all of the version that are braked)')
    .action((version: number, rules: readonly string[], options: ChangeOptions) =>
      runChange({ do: 'release', version, rules }, options),
    );
  return command.addHelpText('after', overlayHelp);
}

const overlayHelp = `
Every change takes a key that may operate, and a reason; it is in force on every node within a second and needs no
second person. A rule that is switched off counts as not applying. What a snoozed or braked rule finds is kept in
DECISIONS and counted, and shown to nobody. Every decision names the number of the overlay that it was made under.
Ends with 1 where a change is refused, with 2 where the broker is not reached.`;

function addSwitches(command: Command): void {
  withUnknownRule(placed(signed(command.command('kill'))))
    .description('switch a rule off until somebody switches it on again')
    .argument('<rule>', 'rule id, e.g. duplicate-item-charge, or the killSwitch that several rules share')
    .action((rule: string, { institution = null, ...options }: WithNull<PlaceOptions>) =>
      runPlaced({ do: 'kill', rule, institution }, options),
    );
  placed(signed(command.command('revive')))
    .description('switch a rule on again')
    .argument('<rule>', 'as it was switched off')
    .action((rule: string, { institution = null, ...options }: WithNull<PlaceOptions>) =>
      runChange({ do: 'revive', rule, institution }, options),
    );
}

function addSnoozes(command: Command): void {
  withUnknownRule(withDepartment(placed(signed(command.command('snooze')))))
    .description('keep what a rule finds without showing it, until a time')
    .argument('<rule>', 'rule id')
    .requiredOption('--until <time>', 'a time, of China or with an offset, or a span: 8h, 7d', untilOf)
    .action((rule: string, options: WithNull<PlaceOptions> & { readonly until: string }) => {
      const { institution = null, department = null, until, ...rest } = options;
      return runPlaced({ do: 'snooze', rule, institution, department, until }, rest);
    });
  withDepartment(placed(signed(command.command('wake'))))
    .description('end a snooze before its time')
    .argument('<rule>', 'rule id')
    .action((rule: string, { institution = null, department = null, ...options }: WithNull<PlaceOptions>) =>
      runChange({ do: 'wake', rule, institution, department }, options),
    );
}

/** Somewhere that nobody is, a change would come to nothing. */
async function runPlaced(
  change: OverlayChange & { readonly institution: string | null },
  options: ChangeOptions,
): Promise<void> {
  const odd = oddCodes(change.institution === null ? [] : [change.institution]);
  if (odd !== null) console.error(odd);
  await runChange(change, options);
}

type WithNull<Options extends PlaceOptions> = Omit<Options, 'institution' | 'department'> & {
  readonly institution?: string | null;
  readonly department?: string | null;
};

function signed(command: Command): Command {
  return command
    .requiredOption('--key <file>', 'private key of the operator')
    .requiredOption('--reason <text>', 'why; kept with the change');
}

function placed(command: Command): Command {
  return command.option(
    '--institution <code>',
    'only there (default: everywhere)',
    (text: string): string => {
      if (isInstitutionCode(text)) return text;
      throw new InvalidArgumentError('the code of an institution is wanted.');
    },
  );
}

function withDepartment(command: Command): Command {
  return command.option('--department <code>', "only where the encounter's department is this one");
}

function withUnknownRule(command: Command): Command {
  return command.option('--unknown-rule', 'though no rule of this name is in force (yet)', false);
}

function wholeNumber(text: string): number {
  const number = /^v?([1-9]\d{0,8})$/.exec(text)?.[1];
  if (number === undefined) throw new InvalidArgumentError('the number of a version is wanted.');
  return Number(number);
}

const spans = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** UTC. That it is over, or too far away, is said where it is checked. */
function untilOf(text: string): string {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (unit !== undefined) {
    return new Date(systemClock.wallMs() + Number(count) * spans[unit as keyof typeof spans]).toISOString();
  }
  const [, day, time = '00:00', offset = '+08:00'] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?))?(Z|[+-]\d\d:\d\d)?$/.exec(text) ?? [];
  const ms = Date.parse(`${day}T${time}${offset}`);
  if (!Number.isNaN(ms)) return new Date(ms).toISOString();
  throw new InvalidArgumentError('a time is wanted: 2026-07-01T18:00 (China) or with an offset, 8h, 7d.');
}
