/** `claimgate rules check --watch`: checks a rules folder, and again after every change, until Ctrl-C. */
import { existsSync, type FSWatcher, statSync, watch } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../base/clock.js';
import { fail, ok, type Result } from '../base/result.js';
import { missingRulesFolder } from '../config/rules-folder.js';
import {
  type Diagnostic,
  type ExaminedSource,
  RulesetWorkbench,
  type RulesSource,
  readRulesFolder,
  renderDiagnostics,
} from '../ruleset/build-ruleset.js';
import { type ExampleOutcome, type TestedRuleset, testRuleset } from '../ruleset/examples/test-ruleset.js';
import type { Parsed } from '../ruleset/parse/parse-rules.js';
import { refuse } from './exit.js';

/** Says what came of a check that found a rule set; `note` ends it. */
export type TellChecked = (tested: TestedRuleset, note: () => string) => void;

/** Resolves when the process is told to stop. Everything goes to standard output, in the order of the looks. */
export async function watchRules(folder: string, tellChecked: TellChecked): Promise<void> {
  const missing = missingRulesFolder(folder);
  if (missing !== null) return refuse(missing, 1);
  const changes = new Changes();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => changes.end());
  const watched = new WatchedFolder(folder, () => changes.happened());
  const looks = new Looks(folder, tellChecked);
  try {
    // Watched before it is read: what changes in between is seen in the next look.
    await watched.attend();
    await looks.look();
    console.log(`watching ${folder}; Ctrl-C ends`);
    while (await changes.next()) {
      await watched.attend();
      await looks.look();
    }
  } catch (error) {
    if (!(error instanceof CannotWatch)) throw error;
    refuse(error.message, 1);
  } finally {
    watched.close();
  }
}

/** One save makes several events, a checkout hundreds: they are one change until it has been quiet for this long. */
const quietMs = 50;
/** But whoever never stops writing is told something meanwhile. */
const mostPauses = 20;

/** Whether something has happened since it was asked last. */
class Changes {
  #happened = false;
  #ended = false;
  #wake = (): void => {};

  happened(): void {
    this.#happened = true;
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** Resolves when something has happened, or had before; false: it has ended. */
  async next(): Promise<boolean> {
    while (!this.#happened && !this.#ended) {
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    }
    for (let pause = 0; this.#happened && !this.#ended && pause < mostPauses; pause++) {
      this.#happened = false;
      await sleep(quietMs);
    }
    return !this.#ended;
  }
}

/** The system has no more watches, or none for such a folder. */
class CannotWatch extends Error {}

/**
 * Every folder has a watcher of its own, as Node's recursive one on Linux follows files: it loses those that an
 * editor replaces, and fails where a folder goes while it is being listed. An event only says that it is time to
 * look; what has changed is seen by comparing texts.
 */
class WatchedFolder {
  readonly #root: string;
  readonly #happened: () => void;
  #watchers = new Map<string, FSWatcher | null>();

  constructor(folder: string, happened: () => void) {
    this.#root = resolve(folder);
    this.#happened = happened;
  }

  /**
   * Watches the folders that are there now. All of them anew: one that was replaced by another of its name, as by a
   * checkout, would be watched no more. The earlier watchers end last, so that no change falls between.
   */
  async attend(): Promise<void> {
    const earlier = this.#watchers;
    this.#watchers = new Map();
    try {
      // What appears in a folder after that is watched, tells; what appeared before, the next round finds.
      for (let missed = await this.#unwatched(); missed.length > 0; missed = await this.#unwatched()) {
        for (const path of missed) this.#watchers.set(path, this.#watch(path));
      }
    } finally {
      closeAll(earlier);
    }
  }

  close(): void {
    closeAll(this.#watchers);
  }

  async #unwatched(): Promise<readonly string[]> {
    const all = [above(this.#root), ...(await foldersOf(this.#root))];
    return all.filter((path) => !this.#watchers.has(path));
  }

  /** Null where the folder has gone, of which the one above tells, or may not be read, of which the look tells. */
  #watch(path: string): FSWatcher | null {
    try {
      const watcher = watch(path, (_, name) => {
        if (this.#concerns(path, name)) this.#happened();
      });
      return watcher.on('error', this.#happened);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
      if (['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'].includes(code)) return null;
      throw new CannotWatch(`${path} cannot be watched (${code}); check it without --watch`);
    }
  }

  /** Above the rules only the way to them counts. */
  #concerns(path: string, name: string | null): boolean {
    const [next = ''] = relative(path, this.#root).split(sep);
    const isInside = next === '' || next === '..';
    return isInside || name === null || name === next || name === basename(path);
  }
}

function closeAll(watchers: ReadonlyMap<string, FSWatcher | null>): void {
  for (const watcher of watchers.values()) watcher?.close();
}

/** The nearest folder above that is there: it tells when the one below comes, goes, or is replaced. */
function above(path: string): string {
  const parent = dirname(path);
  return existsSync(parent) || parent === path ? parent : above(parent);
}

/** A folder and all below it, itself first; none where it is not there. */
async function foldersOf(path: string): Promise<readonly string[]> {
  if (!isFolder(path)) return [];
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  const inner: string[] = [];
  for (const entry of entries) {
    // Links are followed, as by whoever reads the folder.
    if (entry.isFile()) continue;
    inner.push(...(await foldersOf(join(path, entry.name))));
  }
  return [path, ...inner];
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    // Gone meanwhile, or a link that leads nowhere.
    return false;
  }
}

type Files = RulesSource['files'];

/** Looks at the folder again and again, and says what is new. */
class Looks {
  readonly #folder: string;
  readonly #tellChecked: TellChecked;
  readonly #checks = new Checks();
  #files: Files | null = null;
  /** Why there was nothing to check at the last look; empty: there was. */
  #trouble = '';

  constructor(folder: string, tellChecked: TellChecked) {
    this.#folder = folder;
    this.#tellChecked = tellChecked;
  }

  async look(): Promise<void> {
    const startedMs = systemClock.tickMs();
    const source = await readRulesFolder(this.#folder);
    if (!source.ok) return this.#tellTrouble(renderDiagnostics(source.error));
    const changed = this.#files === null ? [] : changesOf(this.#files, source.value.files);
    const isAgain = this.#files !== null;
    if (isAgain && changed.length === 0 && this.#trouble === '') return;
    if (isAgain) console.log(`\n${changesText(changed)}`);
    this.#files = source.value.files;
    this.#trouble = '';
    const took = (): string => `${Math.round(systemClock.tickMs() - startedMs)} ms`;
    const checked = this.#checks.check(source.value);
    if (!checked.ok)
      return console.log(`${renderDiagnostics(checked.error)}\n${errorsText(checked.error, took())}`);
    const { tested, ran } = checked.value;
    this.#tellChecked(tested, () => (isAgain ? `${ran}, ${took()}` : took()));
  }

  #tellTrouble(reason: string): void {
    const trouble = existsSync(this.#folder)
      ? reason
      : `${this.#folder} is gone; it is checked when it is back`;
    if (trouble !== this.#trouble) console.log(`\n${trouble}`);
    this.#trouble = trouble;
  }
}

function errorsText(diagnostics: readonly Diagnostic[], took: string): string {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnostics.length - errors;
  const mistakes = `${errors} ${errors === 1 ? 'mistake' : 'mistakes'}`;
  return `${warnings === 0 ? mistakes : `${mistakes}, ${warnings} warnings`} (${took})`;
}

interface Change {
  readonly path: string;
  readonly how: 'changed' | 'new' | 'gone';
}

function changesOf(before: Files, after: Files): readonly Change[] {
  return [...new Set([...before.keys(), ...after.keys()])].toSorted().flatMap((path): readonly Change[] => {
    if (!before.has(path)) return [{ path, how: 'new' }];
    if (!after.has(path)) return [{ path, how: 'gone' }];
    return before.get(path) === after.get(path) ? [] : [{ path, how: 'changed' }];
  });
}

const mostNamed = 8;

function changesText(changes: readonly Change[]): string {
  if (changes.length === 0) return 'everything is there again, as it was';
  const named = changes.slice(0, mostNamed).map(({ path, how }) => `${path} ${how}`);
  const more = changes.length - named.length;
  return more === 0 ? named.join(', ') : `${named.join(', ')} and ${more} more`;
}

interface Checked {
  readonly tested: TestedRuleset;
  /** Which examples were run. */
  readonly ran: string;
}

/** What came of all examples, each when it was last run, and the texts of that. */
interface Remembered {
  readonly files: Files;
  readonly outcomes: readonly ExampleOutcome[];
}

/** As `testRuleset`, where of files that have not changed nothing is read, checked or run again. */
class Checks {
  readonly #workbench = new RulesetWorkbench();
  #last: Remembered | null = null;

  check(source: RulesSource): Result<Checked, readonly Diagnostic[]> {
    const examined = this.#workbench.examine(source);
    const { artifact, parsed, diagnostics } = examined;
    if (artifact === null || parsed === null) return fail(diagnostics);
    const touched =
      this.#last === null
        ? new Set(parsed.examples.keys())
        : touchedRules(parsed, source.label, changesOf(this.#last.files, source.files));
    const examples = new Map([...parsed.examples].filter(([id]) => touched.has(id)));
    const asked: ExaminedSource = { ...source, examined: { ...examined, parsed: { ...parsed, examples } } };
    const tested = testRuleset(asked);
    if (!tested.ok) return tested;
    const known = this.#last?.outcomes.filter(({ rule }) => !touched.has(rule)) ?? [];
    const outcomes = artifact.rules.flatMap(({ id }) =>
      [...known, ...tested.value.outcomes].filter(({ rule }) => rule === id),
    );
    this.#last = { files: source.files, outcomes };
    const failed = outcomes.filter(({ problems }) => problems.length > 0).length;
    const ran = `${tested.value.outcomes.length} of ${outcomes.length} examples run again`;
    return ok({ tested: { ...tested.value, outcomes, failed }, ran });
  }
}

/**
 * Rules that may judge otherwise than before: their own files have changed, or a table that they or their exceptions
 * name, or something that all of them rest on. Rather one too many.
 */
function touchedRules(parsed: Parsed, label: string, changes: readonly Change[]): ReadonlySet<string> {
  const paths = changes.map(({ path }) => path);
  if (paths.some((path) => !/^(packs|tables)\//.test(path))) return new Set(parsed.examples.keys());
  const tables = paths.flatMap((path) => /^tables\/(?:.*\/)?([^/]+)\.\w+$/.exec(path)?.[1] ?? []);
  const changed = new Set(paths.map((path) => `${label}${path}`));
  const touched = parsed.rules.filter(({ id, file, except }) => {
    const examples = parsed.examples.get(id.value)?.file.path ?? '';
    if (changed.has(file.path) || changed.has(examples)) return true;
    const conditions = except.map(({ value }) => parsed.exceptions.get(value)?.when.text ?? '');
    return tables.some((table) => [file.text, ...conditions].some((text) => text.includes(table)));
  });
  return new Set(touched.map(({ id }) => id.value));
}
