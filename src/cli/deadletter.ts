/**
 * `claimgate deadletter …`: what could not be taken into account, to be listed, looked at and tried again.
 */
import { Command, InvalidArgumentError } from 'commander';
import { bodyLeftOut } from '../egress/dead-letter.js';
import type { NatsLink } from '../nats/connection.js';
import type { LogMessage } from '../nats/ordered-log.js';
import { openBroker } from './broker-access.js';
import { hexDump, plainText } from './deadletter-body.js';
import {
  type LetterFilter,
  letterAt,
  letterHeader,
  letterStream,
  letters,
  retryOf,
} from './deadletter-letters.js';
import { conflicting, LetterRetries } from './deadletter-retry.js';
import { refuse, settingsOrExit } from './exit.js';
import { openProgress, type ProgressBar } from './progress-bar.js';
import { openScreen } from './terminal.js';
import { fitted } from './text-width.js';
import { count } from './words.js';

interface ListOptions extends LetterFilter {
  readonly limit: number;
}

interface RetryOptions extends LetterFilter {
  readonly all: boolean;
  readonly force: boolean;
}

interface ShowOptions {
  readonly hex: boolean;
  readonly raw: boolean;
}

export function deadletterCommand(): Command {
  const command = new Command('deadletter').description('events that could not be taken into account');
  command
    .command('list')
    .description('the latest letters, newest first')
    .option('--reason <reason>', 'only of this reason: unreadable, conflicting-content …')
    .option('--institution <code>', 'only of this institution')
    .option('--limit <number>', 'at most so many', wholeNumber, 50)
    .action((options: ListOptions) => withBroker((link) => list(link, options)));
  command
    .command('show')
    .description('one letter: headers and body (which is of a patient: handle it so)')
    .argument('<sequence>', 'sequence in DEADLETTER, as `list` shows it', wholeNumber)
    .option('--hex', 'the body as bytes even where it is text', false)
    .option('--raw', 'the body alone, byte for byte, for a file or a pipe', false)
    .action((seq: number, options: ShowOptions) => withBroker((link) => show(link, seq, options)));
  command
    .command('retry')
    .description('send a letter again: a new event that names it, its body unchanged')
    .argument('[sequence]', 'sequence in DEADLETTER', wholeNumber)
    .option('--all', 'every letter of --reason, equal ones once', false)
    .option('--reason <reason>', 'with --all: the letters of this reason')
    .option('--institution <code>', 'with --all: only of this institution')
    .option('--force', 'also letters of reason conflicting-content', false)
    .addHelpText('after', retryHelp)
    .action((seq: number | undefined, options: RetryOptions) => runRetry(seq, options));
  return command;
}

const retryHelp = `
Useful after what stood in the way is mended: a version that reads the message, a permission, a table. What
has been taken into account meanwhile is not counted again: the same event id with the same content is one
event. A letter of reason conflicting-content carries the id of an event that had other content. As it is it
ends here again; its sender has to send it under an event id of its own. The letters stay where they are. Ends
with 1 where a letter was refused, with 2 where the broker is not reached.`;

async function withBroker(work: (link: NatsLink) => Promise<void>): Promise<void> {
  const broker = await openBroker(settingsOrExit());
  if (!broker.ok) return refuse(broker.error, 2);
  try {
    await work(broker.value.link);
  } catch (error) {
    refuse(`the broker does not answer: ${error instanceof Error ? error.message : error}`, 2);
  } finally {
    await broker.value.close();
  }
}

async function list(link: NatsLink, { limit, ...filter }: ListOptions): Promise<void> {
  const stream = await letterStream(link);
  if (!stream.ok) return refuse(stream.error, 1);
  const screen = openScreen();
  const total = stream.value.lastSequence - stream.value.firstSequence + 1;
  const bar = openProgress('looking through DEADLETTER', total);
  let shown = 0;
  try {
    for await (const letter of letters(link, stream.value, 'newest', filter, (seen) => bar.update(seen))) {
      bar.end();
      if (shown === limit) break;
      if (shown === 0) screen.say(screen.paint('bold', heading));
      screen.say(screen.interactive ? fitted(letterLine(letter), screen.columns) : letterLine(letter));
      shown += 1;
    }
  } finally {
    bar.end();
  }
  const all = count(stream.value.messages);
  screen.say(
    shown === 0 ? `no such letter; DEADLETTER holds ${all}` : `${shown} shown; DEADLETTER holds ${all}`,
  );
}

const columns = { seq: 9, at: 20, reason: 20, institution: 14, claims: 10, bytes: 10 } as const;
const heading = [
  'sequence'.padStart(columns.seq),
  'stored (UTC)'.padEnd(columns.at),
  'reason'.padEnd(columns.reason),
  'institution'.padEnd(columns.institution),
  'in CLAIMS'.padStart(columns.claims),
  'bytes'.padStart(columns.bytes),
  'detail',
].join('  ');

function letterLine(letter: LogMessage): string {
  return [
    String(letter.seq).padStart(columns.seq),
    new Date(letter.streamMs).toISOString().slice(0, 19).padEnd(columns.at),
    said(letter, letterHeader.reason).padEnd(columns.reason),
    said(letter, letterHeader.institution).padEnd(columns.institution),
    said(letter, letterHeader.sequence).padStart(columns.claims),
    count(letter.data.byteLength).padStart(columns.bytes),
    said(letter, letterHeader.detail),
  ].join('  ');
}

function said(letter: LogMessage, name: string): string {
  return letter.header(name) ?? '-';
}

async function show(link: NatsLink, seq: number, { hex, raw }: ShowOptions): Promise<void> {
  const found = await letterAt(link, seq);
  if (!found.ok) return refuse(found.error, 1);
  const letter = found.value;
  if (raw) {
    process.stdout.write(letter.data);
    return;
  }
  const screen = openScreen();
  screen.say(`subject: ${letter.subject}`);
  screen.say(`stored: ${new Date(letter.streamMs).toISOString()}`);
  for (const name of [...Object.values(letterHeader), retryOf, bodyLeftOut]) {
    const value = letter.header(name);
    if (value !== null) screen.say(`${name}: ${value}`);
  }
  const text = hex ? null : plainText(letter.data);
  screen.say(`${count(letter.data.byteLength)} bytes${text === null ? ', as hex' : ''}:\n`);
  screen.say(text ?? hexDump(letter.data));
}

async function runRetry(seq: number | undefined, options: RetryOptions): Promise<void> {
  if ((seq === undefined) !== options.all) return refuse('name a sequence, or --all with --reason', 2);
  if (options.all && options.reason === undefined) return refuse('--all wants a --reason', 2);
  if (options.reason === conflicting && !options.force) return refuse(conflictWords, 1);
  await withBroker(async (link) => {
    const retries = new LetterRetries(link);
    if (seq === undefined) await retryAll(link, retries, options);
    else await retryOne(link, retries, seq, options.force);
    retries.close();
  });
}

const conflictWords =
  'a letter of reason conflicting-content has to come under another event id; --force sends it as it is';

async function retryOne(link: NatsLink, retries: LetterRetries, seq: number, force: boolean): Promise<void> {
  const found = await letterAt(link, seq);
  if (!found.ok) return refuse(found.error, 1);
  if (said(found.value, letterHeader.reason) === conflicting && !force) return refuse(conflictWords, 1);
  const sent = await retries.send(found.value);
  if (!sent.ok) return refuse(`letter ${seq} ${sent.error}`, 1);
  console.log(`letter ${seq} is message ${sent.value} of CLAIMS; its entry follows in DECISIONS`);
}

async function retryAll(
  link: NatsLink,
  retries: LetterRetries,
  { reason, institution }: RetryOptions,
): Promise<void> {
  const stream = await letterStream(link);
  if (!stream.ok) return refuse(stream.error, 1);
  // Those of now: what fails again is a letter behind them.
  const { lastSequence, firstSequence } = stream.value;
  const bar = openProgress('retrying', lastSequence - firstSequence + 1);
  const filter = {
    ...(reason === undefined ? {} : { reason }),
    ...(institution === undefined ? {} : { institution }),
  };
  const tally = { sent: 0, equal: 0, refused: 0 };
  try {
    for await (const letter of letters(link, stream.value, 'oldest', filter, (seen) => bar.update(seen))) {
      if (retries.isRepetition(letter)) {
        tally.equal += 1;
        continue;
      }
      const sent = await retries.send(letter);
      if (sent.ok) tally.sent += 1;
      else tally.refused += 1;
      if (!sent.ok) complain(bar, `letter ${letter.seq} ${sent.error}`);
    }
  } finally {
    bar.end();
  }
  const equal = tally.equal === 0 ? '' : `, ${count(tally.equal)} equal to one of them left out`;
  console.log(`${count(tally.sent)} letters sent again${equal}, ${count(tally.refused)} refused`);
  if (tally.refused > 0) process.exitCode = 1;
}

function complain(bar: ProgressBar, problem: string): void {
  bar.end();
  console.error(problem);
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new InvalidArgumentError('a whole number from 1 is wanted.');
  return number;
}
