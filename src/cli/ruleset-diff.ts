/** `claimgate ruleset diff`: two rule sets beside each other, and what replays have shown of what differs. */
import { fail, ok, type Result } from '../base/result.js';
import { renderDiagnostics } from '../ruleset/build-ruleset.js';
import type { Desk } from '../ruleset/release/desk.js';
import { diffRulesets } from '../ruleset/release/diff.js';
import {
  type Compared,
  diffDocument,
  openCompared,
  publishedText,
} from '../ruleset/release/diff-document.js';
import type { Refusal } from '../ruleset/release/refusal.js';
import { versionMeant } from '../ruleset/release/version-meant.js';
import { refuse } from './exit.js';
import { folderSource, type RulesetName, readRulesetName, refuseRelease, withDesk } from './ruleset-desk.js';
import { diffText } from './ruleset-diff-text.js';
import { openScreen } from './terminal.js';

interface DiffOptions {
  readonly json: boolean;
}

export const diffHelp = `
A rule set is a version number, \`live\` for the version in force, or a rules folder. Only versions need the broker.`;

export async function runDiff(before: string, after: string, options: DiffOptions): Promise<void> {
  const names = [readRulesetName(before), readRulesetName(after)] as const;
  if (names.every((name) => typeof name === 'object')) return await show(names, folderOnly, options);
  await withDesk((desk) => show(names, (name) => sideOf(desk, name), options));
}

type Open = (name: RulesetName) => Promise<Result<Compared, Refusal | string>>;

async function show(
  names: readonly [RulesetName, RulesetName],
  open: Open,
  { json }: DiffOptions,
): Promise<void> {
  const before = await open(names[0]);
  if (!before.ok) return complain(before.error);
  const after = await open(names[1]);
  if (!after.ok) return complain(after.error);
  const diff = diffRulesets(before.value.source, after.value.source);
  if (!diff.ok) return refuse(renderDiagnostics(diff.error), 1);
  const { replay, rulesetId } = before.value;
  const document = diffDocument(diff.value, replay, after.value.replay, rulesetId);
  console.log(json ? JSON.stringify(document, null, 2) : diffText(document, openScreen()));
}

function complain(problem: Refusal | string): void {
  if (typeof problem === 'string') refuse(problem, 1);
  else refuseRelease(problem);
}

const folderOnly: Open = async (name) =>
  typeof name === 'object' ? await folderSide(name.folder) : fail('only a broker knows versions');

async function folderSide(folder: string): Promise<Result<Compared, string>> {
  const source = await folderSource(folder);
  return source.ok ? ok({ source: source.value, replay: null, rulesetId: null }) : source;
}

async function sideOf(desk: Desk, name: RulesetName): Promise<Result<Compared, Refusal | string>> {
  if (typeof name === 'object') return await folderSide(name.folder);
  const version = await versionMeant(desk, name);
  const published = version.ok ? await publishedText(desk, version.value) : version;
  return published.ok ? openCompared(published.value) : published;
}
