/** `claimgate keys …`: keys of the people who publish and activate rule sets. */
import { readFile, writeFile } from 'node:fs/promises';
import { Command, InvalidArgumentError } from 'commander';
import { fail, ok, type Result } from '../base/result.js';
import { createKey, type Role, readSigningKey, roles, type SigningKey } from '../ruleset/release/keys.js';
import { readTrustedKeys, type TrustedKeys } from '../ruleset/release/trust.js';
import { refuse, settingsOrExit } from './exit.js';
import { padded, textWidth } from './text-width.js';

interface CreateOptions {
  readonly out?: string;
  readonly may: readonly Role[];
}

export function keysCommand(): Command {
  const command = new Command('keys').description('keys of those who publish and activate rule sets');
  command
    .command('create')
    .description(
      'make a key: the private half into a file, the entry for the trusted keys to standard output',
    )
    .argument('<name>', 'of the person, for people')
    .option('--out <file>', 'file of the private key (default: <name>.key.pem); never overwritten')
    .option('--may <roles>', `what the key may do: ${roles.join(', ')}`, rolesOf, ['publish'])
    .addHelpText('after', createHelp)
    .action(create);
  command.command('list').description('the keys that are trusted here (CLAIMGATE_RELEASE_KEYS)').action(list);
  return command;
}

const createHelp = `
The entry belongs into the list "keys" of the file that CLAIMGATE_RELEASE_KEYS names on every node:
  { "keys": [ <entry>, <entry> ] }
Whoever publishes a version does not activate it: it takes two people with a key each. The private key stays with
its person. Ends with 1 where the file is there already.`;

async function create(name: string, { out, may }: CreateOptions): Promise<void> {
  const file = out ?? `${name}.key.pem`;
  if (out === undefined && /[/\\]|^\./.test(name)) return refuse(`"${name}" names no file: give --out`, 1);
  const { id, privatePem, publicKey } = createKey();
  try {
    await writeFile(file, privatePem, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return refuse(code === 'EEXIST' ? `${file} is there already; a key is never overwritten` : message, 1);
  }
  console.log(JSON.stringify({ name, publicKey, may }));
  console.error(`key ${id}: the private half is in ${file}; the line above goes to CLAIMGATE_RELEASE_KEYS`);
}

async function list(): Promise<void> {
  const trusted = await trustedKeys();
  if (!trusted.ok) return refuse(trusted.error, 1);
  const keys = [...trusted.value.values()];
  const width = Math.max(0, ...keys.map(({ name }) => textWidth(name)));
  for (const { id, name, may } of keys) console.log(`${id}  ${padded(name, width)}  ${may.join(', ')}`);
}

/** Fails with a sentence. */
export async function trustedKeys(): Promise<Result<TrustedKeys, string>> {
  const file = settingsOrExit().CLAIMGATE_RELEASE_KEYS;
  if (file === null) {
    return fail(
      'CLAIMGATE_RELEASE_KEYS is not set: name the file of the trusted keys (claimgate keys --help)',
    );
  }
  return await trustedKeysIn(file);
}

/** The same of a file. Fails with a sentence. */
export async function trustedKeysIn(file: string): Promise<Result<TrustedKeys, string>> {
  const text = await textOf(file);
  if (!text.ok) return text;
  const trusted = readTrustedKeys(text.value);
  return trusted.ok ? trusted : fail(`${file}: ${trusted.error}`);
}

/** The private key in a file. Fails with a sentence. */
export async function signingKey(file: string): Promise<Result<SigningKey, string>> {
  const text = await textOf(file);
  if (!text.ok) return text;
  const key = readSigningKey(text.value);
  return key.ok ? key : fail(`${file}: ${key.error}`);
}

async function textOf(file: string): Promise<Result<string, string>> {
  try {
    return ok(await readFile(file, 'utf8'));
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

function rolesOf(text: string): readonly Role[] {
  const named = text.split(/[\s,]+/).filter((word) => word !== '');
  const wrong = named.find((word) => !roles.includes(word as Role));
  if (wrong !== undefined || named.length === 0) {
    throw new InvalidArgumentError(`there are ${roles.join(', ')}.`);
  }
  return [...new Set(named as Role[])];
}
