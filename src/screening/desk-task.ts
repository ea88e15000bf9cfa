/** What the desk asks of the process beside the service, and how it goes there. */
import { deserialize, serialize } from 'node:v8';
import type { Result } from '../base/result.js';
import type { ImpactAnswer } from '../ruleset/guard/impact-gate.js';
import type { ImportBodyTask, ImportedBody, ListBodyTask } from '../ruleset/knowledge/knowledge-bodies.js';
import type { ListAnswer } from '../ruleset/knowledge/list-work.js';
import type { Objection } from '../ruleset/release/desk-body.js';
import type { ImpactTask } from '../ruleset/release/impact.js';
import type { Offer } from '../ruleset/release/publish.js';
import type { Refusal } from '../ruleset/release/refusal.js';
import type { CheckTask, DiffTask, OfferTask, RuleTask } from '../ruleset/release/release-bodies.js';
import { PartsReader, partsOf } from './compile-parts.js';

export type DeskTask =
  | ({ readonly do: 'check' } & CheckTask)
  | ({ readonly do: 'offer' } & OfferTask)
  | ({ readonly do: 'diff' } & DiffTask)
  | ({ readonly do: 'rule' } & RuleTask)
  | ({ readonly do: 'weigh' } & ImpactTask)
  | ({ readonly do: 'import' } & ImportBodyTask)
  | ({ readonly do: 'lists' } & ListBodyTask);

/** Bytes are JSON as it leaves. */
export interface DeskAnswers {
  readonly check: Result<Uint8Array, Objection>;
  readonly offer: Result<Offer, Objection>;
  readonly diff: Result<Uint8Array, Objection>;
  readonly rule: Result<Uint8Array, Objection>;
  readonly weigh: Result<ImpactAnswer, Refusal>;
  readonly import: Result<ImportedBody, Objection>;
  readonly lists: Result<ListAnswer, Objection>;
}

/** In pieces. A body goes as it came: serializing copies what is large several times. */
export function packTask(task: DeskTask): readonly Uint8Array[] {
  const { body, ...rest } = task as DeskTask & { readonly body?: Uint8Array };
  return partsOf([serialize(rest), ...(body === undefined ? [] : [body])]);
}

/** `bytes`: all pieces. */
export function openTask(bytes: Uint8Array): DeskTask {
  const parts = new PartsReader();
  parts.take(bytes);
  // Copied: not everything that works on bytes takes what is shared.
  const [rest, body] = parts.whole.map((part) => Buffer.from(new Uint8Array(part)));
  if (rest === undefined) throw new Error('the task has not come whole');
  return { ...(deserialize(rest) as DeskTask), ...(body === undefined ? {} : { body }) } as DeskTask;
}
