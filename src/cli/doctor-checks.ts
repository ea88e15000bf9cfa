/** What has to be right on a machine. Each check answers with what it saw, and with how to mend it. */
import { existsSync } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { availableParallelism, freemem, totalmem } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Settings } from '../config/settings.js';
import { type SettingSpec, settingTable } from '../config/table.js';
import { NatsLink } from '../nats/connection.js';
import { obtainServer } from '../nats/server-binary.js';

export interface Finding {
  /** `note`: works, but worth knowing; `missing`: claimgate cannot run like this. */
  readonly level: 'fine' | 'note' | 'missing';
  readonly what: string;
  /** What to do about it; null where nothing is to be done. */
  readonly mend: string | null;
}

export function fine(what: string): Finding {
  return { level: 'fine', what, mend: null };
}

export function note(what: string, mend: string | null = null): Finding {
  return { level: 'note', what, mend };
}

export function missing(what: string, mend: string): Finding {
  return { level: 'missing', what, mend };
}

const oldestNode = [20, 18] as const;

export function checkNode(version: string = process.versions.node): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const recent = major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
  return recent
    ? fine(`Node ${version}`)
    : missing(`Node ${version} is too old`, `install Node ${oldestNode.join('.')} or newer`);
}

/** National messages come in GBK too; a Node built without full ICU cannot read them. */
export function checkText(): Finding {
  try {
    const text = new TextDecoder('gbk', { fatal: true }).decode(new Uint8Array([0xd2, 0xbd, 0xb1, 0xa3]));
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    return text === '医保'
      ? fine(`GBK can be read; times are computed in China time whatever this machine's zone (${zone})`)
      : missing('GBK is read wrongly', 'install a Node built with full ICU');
  } catch {
    return missing('this Node cannot read GBK', 'install a Node built with full ICU');
  }
}

export function checkMachine(workers: number): Finding {
  const cores = availableParallelism();
  const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  const what = `${cores} cores, ${gib(totalmem())} of memory, ${gib(freemem())} of it free, ${workers} workers`;
  // Measured with the official rule set; see bench/results/startup.json.
  const needed = 300 * 2 ** 20 * (workers + 1);
  if (totalmem() < needed)
    return missing(what, `claimgate needs about ${gib(needed)}: set CLAIMGATE_WORKERS lower`);
  return workers > Math.max(2, cores)
    ? note(what, 'more workers than cores only add latency: set CLAIMGATE_WORKERS lower')
    : fine(what);
}

/** The broker that NATS_URL names, or a nats-server to run ourselves; fetches one where none is installed. */
export async function checkBroker(settings: Settings): Promise<Finding> {
  const url = settings.NATS_URL;
  if (url !== null) return checkRemoteBroker(url);
  let fetched = false;
  const program = await obtainServer(settings.CLAIMGATE_CACHE_DIR, () => {
    fetched = true;
  });
  if (!program.ok) return missing('no broker', program.error);
  const { path, version } = program.value;
  return fine(`nats-server ${version} at ${path}${fetched ? ', fetched now' : ''} (NATS_URL is not set)`);
}

async function checkRemoteBroker(url: string): Promise<Finding> {
  const link = new NatsLink({ url, name: 'claimgate doctor' });
  const patience = setTimeout(() => void link.close(), 3_000);
  const up = await link.up();
  clearTimeout(patience);
  await link.close();
  return up.ok
    ? fine('the broker of NATS_URL answers')
    : missing('the broker of NATS_URL does not answer', `${up.error}; start it or correct NATS_URL`);
}

export async function checkPort(host: string, port: number): Promise<Finding> {
  const problem = await new Promise<string | null>((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(port, host, () => server.close(() => resolve(null)));
  });
  if (problem === null) return fine(`${host}:${port} is free`);
  const what = `${host}:${port} cannot be used (${problem})`;
  return problem === 'EADDRINUSE'
    ? note(
        what,
        '`claimgate start` takes the next free port; for `serve` stop what uses it or set CLAIMGATE_HTTP_PORT',
      )
    : missing(what, 'set CLAIMGATE_HTTP_HOST and CLAIMGATE_HTTP_PORT to an address of this machine');
}

/** The directory, or the one in which the first start makes it. */
export async function checkDataDir(folder: string): Promise<Finding> {
  let nearest = resolve(folder);
  while (!existsSync(nearest)) nearest = dirname(nearest);
  try {
    await access(`${nearest}/`, constants.R_OK | constants.W_OK | constants.X_OK);
    const is = nearest === resolve(folder) ? 'can be written' : 'can be made';
    return fine(`data directory ${folder} ${is}`);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    return missing(
      `data directory ${folder} cannot be written (${reason})`,
      'set CLAIMGATE_DATA_DIR to one that can',
    );
  }
}

export async function checkSecret(given: string | null, dataDir: string): Promise<Finding> {
  if (given !== null) return fine('patient secret from CLAIMGATE_PATIENT_SECRET');
  const path = join(dataDir, 'patient-secret');
  const known = await stat(path).then(
    () => true,
    () => false,
  );
  return known
    ? fine(`patient secret in ${path}; keep a copy, patients' histories depend on it`)
    : note(`no patient secret yet; the first start makes ${path}`, 'several nodes must share one');
}

/** Settings that are not at their default, secrets without their value. */
export function settingsInForce(settings: Settings): string[] {
  return Object.entries<SettingSpec>(settingTable).flatMap(([name, spec]) => {
    const value = settings[name as keyof Settings];
    if (String(value) === String(spec.default)) return [];
    const secret = spec.kind === 'optional' && spec.secret === true;
    return [`${name} = ${secret ? '(set)' : String(value)}`];
  });
}
