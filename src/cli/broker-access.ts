/**
 * A command's way to the streams: the broker of NATS_URL, the one of a running `claimgate start`, or one of
 * our own.
 */
import { join, resolve } from 'node:path';
import { payloadBytesFor } from '../base/broker-limits.js';
import { fail, ok, type Result } from '../base/result.js';
import type { Settings } from '../config/settings.js';
import { readBrokerRecord } from '../nats/broker-record.js';
import { NatsLink } from '../nats/connection.js';
import { startBroker } from '../nats/embedded.js';
import { describeProcess } from '../nats/process-table.js';
import { obtainServer } from '../nats/server-binary.js';

export interface BrokerAccess {
  /** Up. */
  readonly link: NatsLink;
  close(): Promise<void>;
}

interface Found {
  readonly url: string;
  /** Ends a broker that was started for the command. */
  readonly stop: () => Promise<void>;
}

const patienceMs = 5_000;

/** Connects. Fails with one line for a person; nothing is left running then. */
export async function openBroker(settings: Settings): Promise<Result<BrokerAccess, string>> {
  const running = await runningUrl(settings);
  if (running !== null) return connect({ url: running, stop: async () => {} });
  const folder = brokerFolder(settings);
  if ((await readBrokerRecord(folder)) === null) {
    return fail(`NATS_URL is not set, and ${settings.CLAIMGATE_DATA_DIR} has never had a broker of its own`);
  }
  const started = await startOwn(settings, folder);
  return started.ok ? connect(started.value) : started;
}

/** The same for those who only look: null where no broker runs. */
export async function openRunningBroker(settings: Settings): Promise<Result<BrokerAccess, string> | null> {
  const running = await runningUrl(settings);
  return running === null ? null : connect({ url: running, stop: async () => {} });
}

async function connect({ url, stop }: Found): Promise<Result<BrokerAccess, string>> {
  const link = new NatsLink({ url, name: 'claimgate command' });
  const patience = setTimeout(() => void link.close(), patienceMs);
  const up = await link.up();
  clearTimeout(patience);
  const close = async () => {
    await link.close();
    await stop();
  };
  if (up.ok) return ok({ link, close });
  await close();
  return fail(`the broker cannot be reached (${up.error}); start it or correct NATS_URL`);
}

/** Of NATS_URL, or of the embedded broker of a service that runs on the data directory. */
async function runningUrl(settings: Settings): Promise<string | null> {
  if (settings.NATS_URL !== null) return settings.NATS_URL;
  const folder = brokerFolder(settings);
  const record = await readBrokerRecord(folder);
  if (record === null) return null;
  const running = await describeProcess(record.brokerPid);
  // Another program may have got the number.
  return running?.command.includes(resolve(folder)) === true ? record.url : null;
}

function brokerFolder(settings: Settings): string {
  return join(settings.CLAIMGATE_DATA_DIR, 'nats');
}

/** The broker of a stopped `claimgate start`, for as long as the command takes. */
async function startOwn(settings: Settings, folder: string): Promise<Result<Found, string>> {
  const program = await obtainServer(settings.CLAIMGATE_CACHE_DIR);
  if (!program.ok) return program;
  const maxPayloadBytes = payloadBytesFor(settings.CLAIMGATE_MAX_BODY_BYTES);
  const started = await startBroker({ program: program.value.path, folder, maxPayloadBytes });
  return started.ok ? ok({ url: started.value.url, stop: () => started.value.stop() }) : started;
}
