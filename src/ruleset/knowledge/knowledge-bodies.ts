/** What clients send of knowledge, worked out beside the service: the texts of the node are read here as well. */
import { fail, ok, type Result } from '../../base/result.js';
import { readRulesFolder } from '../parse/pack-folder.js';
import type { RulesSource } from '../parse/parse-rules.js';
import { type BundledText, openText } from '../release/bundle.js';
import { jsonBytes, malformed, type Objection, refused } from '../release/desk-body.js';
import { describeImport } from './import-document.js';
import { readKnowledgeFolder } from './knowledge-folder.js';
import { type ListAnswer, type ListTask, workOnLists } from './list-work.js';

/** A rule set, not opened yet. */
export type RulesText = { readonly folder: string } | BundledText;

export interface ImportBodyTask {
  /** As it came. */
  readonly body: Uint8Array;
  /** Rules folder of the node. */
  readonly folder: string;
  /** The rule set whose tables would change. */
  readonly rules: RulesText;
  /** `YYYY-MM-DD`, in China. */
  readonly today: string;
  /** Whether the answer holds the texts that would change. */
  readonly texts: boolean;
  /** What a replay of the effect is to be ordered with, besides its rule set; null: nobody asks for it. */
  readonly effect: ({ readonly from: string } & Readonly<Record<string, unknown>>) | null;
}

export interface ImportedBody {
  /** The answer. */
  readonly json: Uint8Array;
  /** The batch can be imported. */
  readonly sound: boolean;
  /** Order of a replay, as a client would send it; null: nobody asked. */
  readonly order: Uint8Array | null;
}

export async function importBody(task: ImportBodyTask): Promise<Result<ImportedBody, Objection>> {
  const source = await opened(task.rules);
  if (!source.ok) return source;
  const { body, folder, texts, effect, today } = task;
  const given = { body, own: await readKnowledgeFolder(folder), source: source.value };
  const found = describeImport({ ...given, asIfOn: effect?.from ?? null, today });
  if (!found.ok) return malformed(found.error);
  if (!found.value.ok) {
    const json = jsonBytes({ sound: false, problems: found.value.error });
    return ok({ json, sound: false, order: null });
  }
  const { document, candidate } = found.value.value;
  const { files, ...told } = document;
  const json = jsonBytes({ sound: true, problems: [], ...told, ...(texts ? { files } : {}) });
  const order =
    effect === null || candidate === null ? null : jsonBytes({ ...effect, ruleset: { files: candidate } });
  return ok({ json, sound: true, order });
}

export type ListBodyTask =
  | { readonly what: 'show'; readonly rules: RulesText; readonly today: string }
  | {
      readonly what: 'draft' | 'enter';
      readonly table: string;
      /** As it came. */
      readonly body: Uint8Array;
      /** Rules folder of the node. */
      readonly folder: string;
      /** `YYYY-MM-DD`, in China. */
      readonly today: string;
    };

export async function listBody(task: ListBodyTask): Promise<Result<ListAnswer, Objection>> {
  const given = await listTask(task);
  const answer = given.ok ? workOnLists(given.value) : given;
  if (answer.ok) return answer;
  return typeof answer.error === 'string' ? malformed(answer.error) : fail(answer.error);
}

async function listTask(task: ListBodyTask): Promise<Result<ListTask, Objection>> {
  if (task.what === 'show') {
    const source = await opened(task.rules);
    return source.ok ? ok({ what: 'show', source: source.value, today: task.today }) : source;
  }
  const { folder, ...rest } = task;
  return ok({ ...rest, own: await readKnowledgeFolder(folder) });
}

async function opened(rules: RulesText): Promise<Result<RulesSource, Objection>> {
  if ('folder' in rules) {
    const read = await readRulesFolder(rules.folder);
    return read.ok ? read : fail({ is: 'failed', message: 'The rules folder of this node cannot be read.' });
  }
  const source = openText(rules);
  return source.ok ? source : refused(source.error);
}
