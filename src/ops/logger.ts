/**
 * Structured logs: JSON lines for machines, one readable line each on a terminal. The only file that knows
 * pino. Nobody hands claim content to a logger; the redaction list is the net below.
 */
import { pino } from 'pino';

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];
type Fields = Readonly<Record<string, unknown>>;

export interface Logger {
  error(fields: Fields, message: string): void;
  warn(fields: Fields, message: string): void;
  info(fields: Fields, message: string): void;
  debug(fields: Fields, message: string): void;
}

/** Where lines go: one call per line, newline included. */
export interface LogSink {
  write(line: string): void;
}

/**
 * Names under which personal data or a secret could come along by mistake, on any of the first three levels.
 */
const neverLogged = [
  'authorization',
  'apikey',
  'apiKey',
  'patientSecret',
  'password',
  'pass',
  'body',
  'payload',
  'claim',
  'patient',
  'patientId',
  'patientKey',
  'patn_id',
  'patn_name',
  'psn_no',
  'psn_name',
  'certno',
  'opter_name',
  'brdy',
];

/** `readable` is for a person at a terminal; otherwise every line is one JSON object. */
export function createLogger(options: {
  readonly level: LogLevel;
  readonly readable: boolean;
  readonly sink: LogSink;
}): Logger {
  const { level, readable, sink } = options;
  const paths = neverLogged.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
  const form = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths, censor: '[redacted]' },
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return pino(form, readable ? { write: (line) => sink.write(readableLine(line)) } : sink);
}

/** `10:21:40.208 info  service ready  url=http://127.0.0.1:8787` */
function readableLine(line: string): string {
  const { time, level, msg, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const clock = String(time).slice(11, 23);
  const details = Object.entries(fields).map(([name, value]) => `  ${name}=${plain(value)}`);
  return `${clock} ${String(level).padEnd(5)} ${String(msg)}${details.join('')}\n`;
}

function plain(value: unknown): string {
  return typeof value === 'string' && !/[\s"=]/.test(value) ? value : JSON.stringify(value);
}
