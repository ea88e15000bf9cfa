/**
 * Fuzzes until it is interrupted: `node dist/test/fuzz/forever.js [--format nhsa-json] [--seed N]`. Inputs
 * that reach new code are kept, in `.cache/fuzz/corpus` too, and mutated further; what is wrong is written
 * to `.cache/fuzz`.
 */
import { createHash, randomInt } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { WireFormat } from '../../src/claim/formats/wire-format.js';
import { Campaign, type Finding } from './campaign.js';
import { Coverage } from './coverage.js';
import { describeFinding, smallest } from './report.js';
import { wireFormats } from './seeds.js';
import { type Input, projectRoot, subjects } from './subject.js';

const folder = join(projectRoot, '.cache/fuzz');
const corpusFolder = join(folder, 'corpus');
const batchSize = 200;
const reportEveryMs = 5_000;

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

/** Bodies that earlier runs kept. */
function storedCorpus(format: WireFormat): Input[] {
  const names = readdirSync(corpusFolder).filter((name) => name.startsWith(`${format}-`));
  return names.map((name) => ({ bytes: new Uint8Array(readFileSync(join(corpusFolder, name))), format }));
}

/** The endless campaign of one format. */
class Pursuit {
  readonly #format: WireFormat;
  readonly #campaign: Campaign;
  readonly #coverage: Coverage;
  /** Mistakes that are written down already. */
  readonly #known: Set<string>;

  constructor(format: WireFormat, seed: number, coverage: Coverage, known: Set<string>) {
    this.#format = format;
    this.#campaign = new Campaign(format, seed, subjects, { more: storedCorpus(format) });
    this.#coverage = coverage;
    this.#known = known;
    this.#write(this.#campaign.judgeSeeds());
    coverage.merge(coverage.take());
  }

  get executions(): number {
    return this.#campaign.executions;
  }

  get corpusSize(): number {
    return this.#campaign.corpusSize;
  }

  run(): void {
    const found = this.#campaign.batch(batchSize);
    this.#write(found);
    const footprint = this.#coverage.take();
    if (found !== null || !this.#coverage.isNew(footprint)) return;
    this.#keepNew(this.#campaign.lastBatch);
    // What only the order of the inputs made run is counted, and belongs to none of them.
    this.#coverage.merge(footprint);
  }

  /** Finds by halving which inputs run what none before has run; few do, and asking is dear. */
  #keepNew(inputs: readonly Input[]): void {
    for (const { bytes, format } of inputs) for (const subject of subjects) subject.read(bytes, format);
    const together = this.#coverage.take();
    if (!this.#coverage.isNew(together)) return;
    const [first] = inputs;
    if (inputs.length > 1 || first === undefined) {
      const middle = inputs.length >> 1;
      this.#keepNew(inputs.slice(0, middle));
      this.#keepNew(inputs.slice(middle));
      return;
    }
    this.#coverage.merge(together);
    this.#campaign.keep(first);
    writeFileSync(join(corpusFolder, `${this.#format}-${digest(first.bytes)}`), first.bytes);
  }

  #write(found: Finding | null): void {
    if (found === null || this.#known.has(found.problem)) return;
    this.#known.add(found.problem);
    const small = smallest(found, subjects);
    const name = `${this.#format}-${digest(small.input.bytes)}`;
    const text = describeFinding(small);
    writeFileSync(join(folder, `${name}.bin`), small.input.bytes);
    writeFileSync(join(folder, `${name}.txt`), `${text}\n`);
    process.stdout.write(`\n${text}\n  written to .cache/fuzz/${name}.bin\n\n`);
  }
}

function wantedFormats(name: string | undefined): readonly WireFormat[] {
  if (name === undefined) return wireFormats;
  const format = wireFormats.find((known) => known === name);
  if (format === undefined) throw new RangeError(`--format is one of ${wireFormats.join(', ')}`);
  return [format];
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

async function fuzzForever(): Promise<void> {
  const { values } = parseArgs({ options: { format: { type: 'string' }, seed: { type: 'string' } } });
  const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
  mkdirSync(corpusFolder, { recursive: true });
  const coverage = new Coverage();
  coverage.start();
  const known = new Set<string>();
  const pursuits = wantedFormats(values.format).map((format) => new Pursuit(format, seed, coverage, known));
  const started = performance.now();
  let interrupted = false;
  process.once('SIGINT', () => {
    interrupted = true;
  });
  process.stdout.write(`seed ${seed}; Ctrl-C ends\n`);
  for (let reported = started; !interrupted; await setImmediate()) {
    for (const pursuit of pursuits) pursuit.run();
    if (performance.now() - reported < reportEveryMs) continue;
    reported = performance.now();
    const executions = sum(pursuits.map((pursuit) => pursuit.executions));
    const rate = Math.round((executions / (reported - started)) * 1000);
    const corpus = sum(pursuits.map((pursuit) => pursuit.corpusSize));
    process.stdout.write(
      `${executions} executions, ${rate}/s, corpus ${corpus}, covered ${coverage.size} characters, ` +
        `${known.size} findings\n`,
    );
  }
  process.exitCode = known.size === 0 ? 0 : 1;
}

await fuzzForever();
