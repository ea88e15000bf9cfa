/** `claimgate replay`: what a rule set would have said of claims that are over. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { systemClock } from '../base/clock.js';
import { renderPage } from '../replay/html/page.js';
import { type Known, knownModes } from '../replay/known-modes.js';
import { readPeriod } from '../replay/period.js';
import { type Report, replayMark, reportText } from '../replay/report.js';
import { refuse, settingsOrExit } from './exit.js';
import { replayClaims, sidesNamed } from './replay-sides.js';
import { replaySummary } from './replay-summary.js';
import { type RulesetName, readRulesetName } from './ruleset-desk.js';

interface Options {
  readonly from: string;
  readonly to: string;
  readonly ruleset?: RulesetName;
  readonly against?: RulesetName;
  readonly known: Known;
  readonly out?: string;
  readonly threads?: number;
}

export function replayCommand(): Command {
  return new Command('replay')
    .description('judge claims of the past with a rule set, and compare it with another')
    .argument('[files...]', 'NDJSON, one body a line; without any, the stream CLAIMS')
    .requiredOption('--from <day>', 'first day that is judged, YYYY-MM-DD')
    .requiredOption('--to <day>', 'last day that is judged')
    .option('--ruleset <rules>', 'version, or rules folder (default: CLAIMGATE_RULES)', readRulesetName)
    .option('--against <rules>', 'version or rules folder that it is compared with', readRulesetName)
    .addOption(
      new Option('--known <when>', 'knowledge as of today, or as of each claim')
        .choices(knownModes)
        .default('now'),
    )
    .option('--out <folder>', 'where replay.json and replay.html go (default: replay-<from>-<to>)')
    .option('--threads <n>', 'threads that judge (default: one for each core)', threadsOf)
    .addHelpText('after', help)
    .action(replay);
}

const help = `
Everything before --from only fills the history that rules ask; nothing is sent or kept. A message of a file belongs
to the day that it says it was sent. With --known then, rows of the knowledge tables that became known after a claim's
day do not count for it. A version is a number, or "live" for the one in force: it comes from the broker, and must be
signed with a trusted key (./12 is a folder of that name). The digest is that of replay.json; a release names it. Ends
with 1 where nothing could be judged.`;

function threadsOf(text: string): number {
  const threads = Number(text);
  if (Number.isInteger(threads) && threads >= 1 && threads <= 256) return threads;
  throw new InvalidArgumentError('a whole number from 1 to 256');
}

async function replay(files: readonly string[], options: Options): Promise<void> {
  const period = readPeriod(options.from, options.to);
  if (!period.ok) return refuse(period.error, 2);
  const settings = settingsOrExit();
  const own = options.ruleset ?? { folder: settings.CLAIMGATE_RULES };
  const names = options.against === undefined ? [own] : [own, options.against];
  const terms = { known: options.known, period: period.value };
  const sides = await sidesNamed(names, terms);
  if (sides === null) return;
  try {
    const { threads } = options;
    const rest = threads === undefined ? {} : { threads };
    const report = await replayClaims(sides, { ...terms, ...rest, files, settings });
    if (report !== null) await keep(report, options.out ?? `replay-${options.from}-${options.to}`);
  } catch (error) {
    refuse(error instanceof Error ? error.message : String(error), 1);
  }
}

async function keep(report: Report, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'replay.json'), reportText(report));
  const mark = replayMark(report);
  await writeFile(
    join(folder, 'replay.html'),
    renderPage(report, mark?.digest ?? null, systemClock.wallMs()),
  );
  for (const line of replaySummary(report, mark)) console.log(line);
  console.log(`${join(folder, 'replay.html')}`);
  if (mark === null) refuse('no claim was judged in this period', 1);
}
