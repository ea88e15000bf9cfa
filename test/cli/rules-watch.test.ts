/** `rules check --watch` as an author has it: the built command on a real folder, waited for by what it says. */
import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeSmallRules } from '../releases/small-rules.js';
import { claimgate, endAll, Running } from './command-line.js';

let base = '';
let count = 0;
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'claimgate-watch-'));
});
afterAll(async () => {
  await endAll();
  await rm(base, { recursive: true, force: true });
});

const pack = 'packs/reasonable-use';
const rule = `${pack}/sex-drug.yaml`;
const other = `${pack}/child-only-drug.yaml`;
const rows = 'tables/sex_drugs.csv';
const well = /no mistakes \(.*\)\nsha256:\w{64}\n/;

/** A folder of its own under a running watcher; `saw` waits for what is said after it was asked last. */
class Watched {
  readonly folder: string;
  readonly running: Running;
  #heard = 0;

  private constructor(folder: string) {
    this.folder = folder;
    this.running = new Running(['rules', 'check', '--watch', folder]);
  }

  static async start(): Promise<Watched> {
    const watched = new Watched(await writeSmallRules(join(base, `rules-${++count}`), 1));
    await watched.saw(/watching .*; Ctrl-C ends\n/);
    return watched;
  }

  /** What was said up to and with the pattern. */
  async saw(pattern: RegExp): Promise<string> {
    const [said] = await this.running.said(
      new RegExp(`(?<=^[\\s\\S]{${this.#heard}})[\\s\\S]*?${pattern.source}`),
    );
    this.#heard += said.length;
    return said;
  }

  at(path: string): string {
    return join(this.folder, path);
  }

  text(path: string): Promise<string> {
    return readFile(this.at(path), 'utf8');
  }

  /** As editors do that write beside and rename; half a file would be a change of its own. */
  async change(path: string, change: (text: string) => string): Promise<void> {
    await this.write(path, change(await this.text(path)));
  }

  async write(path: string, text: string): Promise<void> {
    const beside = `${this.folder}.new-${++count}`;
    await writeFile(beside, text);
    await rename(beside, this.at(path));
  }

  async end(): Promise<void> {
    const { code, err } = await this.running.stop('SIGINT');
    expect({ code, err }).toEqual({ code: 0, err: '' });
  }
}

const withMistake = (text: string) => text.replace('patient.sex != row.sex', 'patient.sexx != row.sex');
const mended = (text: string) => text.replace('patient.sexx', 'patient.sex');
const withNote = (text: string) => `${text}# a note\n`;

describe('claimgate rules check --watch', () => {
  it('says what a change breaks, and that it is mended, until Ctrl-C', async () => {
    const watched = await Watched.start();
    expect(watched.running.out).toMatch(well);
    // In place: it may be seen empty before.
    const text = await watched.text(rule);
    await writeFile(watched.at(rule), withMistake(text));
    const broken = await watched.saw(/sexx[\s\S]*?\n1 mistake \(\d+ ms\)\n/);
    expect(broken).toContain(`\n${rule} changed\n`);
    expect(broken).toMatch(/\n\S+\/sex-drug\.yaml:\d+:\d+ CG-E\d+ .*sexx.*\n.*sexx.*\n +\^/);
    await writeFile(watched.at(rule), text);
    expect(await watched.saw(well)).toContain(`\n${rule} changed\n`);
    await watched.end();
  });

  it('runs the examples of what a change touches, and remembers the others', async () => {
    const watched = await Watched.start();
    const examples = (await watched.text(`${pack}/sex-drug.examples.yaml`)).match(/^- name/gm)?.length;
    await watched.change(rows, (text) => text.replaceAll(/,female$/gm, ',male'));
    const failing = await watched.saw(/examples do not hold \(.*\)\n/);
    expect(failing).toContain('✗ sex-drug: 男性患者开出限女性使用的药品\n');
    expect(failing).toMatch(new RegExp(` do not hold \\(${examples} of \\d+ examples run again, \\d+ ms\\)`));
    const failed = /\d+ of \d+ examples do not hold/.exec(failing)?.[0];

    await watched.change(other, withNote);
    const still = await watched.saw(/examples do not hold \(.*\)\n/);
    expect(still).toContain('✗ sex-drug: 男性患者开出限女性使用的药品\n');
    expect(still).toContain(failed);
    const once = await claimgate(['rules', 'check', watched.folder]);
    expect([once.code, once.out]).toEqual([1, expect.stringContaining(failed ?? '')]);

    // Any rule may rest on them.
    await watched.change('exceptions.yaml', withNote);
    const all = await watched.saw(/ (\d+) examples do not hold \(\1 of \1 examples run again, \d+ ms\)\n/);
    expect(all).toContain('exceptions.yaml changed');
    await watched.end();
  });

  it('runs after a mistake the examples of all that was changed meanwhile', async () => {
    const watched = await Watched.start();
    const text = await watched.text(other);
    await watched.write(other, `${text}nonsense: true\n`);
    await watched.saw(/nonsense[\s\S]*?\n1 mistake \(/);
    await watched.change(rows, (csv) => csv.replaceAll(/,female$/gm, ',male'));
    await watched.saw(/sex_drugs\.csv changed\n[\s\S]*?\n1 mistake \(/);
    await watched.write(other, text);
    expect(await watched.saw(/examples do not hold \(.*\)\n/)).toContain('✗ sex-drug:');
    await watched.end();
  });

  it('sees every save of an editor that writes beside and renames', async () => {
    const watched = await Watched.start();
    for (let save = 0; save < 2; save++) {
      await watched.change(rule, withMistake);
      await watched.saw(/sex-drug\.yaml changed\n[\s\S]*?\n1 mistake \(/);
      await watched.change(rule, mended);
      await watched.saw(well);
    }
    await watched.end();
  });

  it('sees a file in a new folder, its changes, and its end', async () => {
    const watched = await Watched.start();
    const path = `${pack}/new/deep/more.yaml`;
    await mkdir(watched.at(`${pack}/new/deep`), { recursive: true });
    await watched.write(path, '{');
    await watched.saw(/more\.yaml new\n[\s\S]*?mistakes? \(/);
    await watched.write(path, 'title: x\n');
    await watched.saw(/more\.yaml changed\n[\s\S]*?mistakes? \(/);
    await rm(watched.at(path));
    await watched.saw(/more\.yaml gone\n/);
    await watched.saw(well);
    await watched.write(path, '{');
    await watched.saw(/more\.yaml new\n[\s\S]*?mistakes? \(/);
    await rm(watched.at(`${pack}/new`), { recursive: true });
    await watched.saw(/more\.yaml gone\n/);
    await watched.saw(well);
    await watched.end();
  });

  it('checks what changes while it is checking', async () => {
    const watched = await Watched.start();
    await Promise.all([watched.change(rule, withMistake), watched.change(other, withNote)]);
    await watched.saw(/sex-drug\.yaml changed/);
    // Said before the check begins.
    await watched.change(rule, mended);
    await watched.saw(well);
    const changes = watched.running.out.match(/^packs.* changed$/gm)?.join(', ');
    expect(changes).toContain(`${other} changed`);
    const once = await claimgate(['rules', 'check', watched.folder]);
    const id = /sha256:\w{64}/.exec(once.out)?.[0] ?? 'none';
    expect(watched.running.out.trimEnd().endsWith(id)).toBe(true);
    await watched.end();
  });

  it('waits for a folder that has gone, and watches the one that takes its place', async () => {
    const watched = await Watched.start();
    const away = `${watched.folder}-away`;
    await rename(watched.folder, away);
    await watched.saw(/rules-\d+ is gone; it is checked when it is back\n/);
    await rename(away, watched.folder);
    expect(await watched.saw(well)).toContain('everything is there again, as it was\n');

    await cp(watched.folder, away, { recursive: true });
    // It may be seen half gone before.
    await rm(watched.folder, { recursive: true });
    await watched.saw(/rules-\d+ is gone; it is checked when it is back\n/);
    await rename(away, watched.folder);
    await watched.saw(well);
    await watched.change(rule, withMistake);
    await watched.saw(/sex-drug\.yaml changed\n[\s\S]*?\n1 mistake \(/);

    // A folder within that is replaced by another of its name.
    await cp(watched.at(pack), watched.at('packs/next'), { recursive: true });
    await rm(watched.at(pack), { recursive: true });
    await rename(watched.at('packs/next'), watched.at(pack));
    await watched.change(rule, mended);
    await watched.saw(well);
    await watched.change(rule, withMistake);
    await watched.saw(/sex-drug\.yaml changed\n[\s\S]*?\n1 mistake \(/);
    await watched.end();
  });

  it('is refused where there is no folder', async () => {
    const { code, err } = await claimgate(['rules', 'check', '--watch', join(base, 'nowhere')]);
    expect([code, err]).toEqual([1, expect.stringContaining('there is no rules folder')]);
  });
});
