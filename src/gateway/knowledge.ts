/** What the routes of knowledge are given to call, and the rule sets that they name. */
import { ServiceError } from '../base/errors.js';
import { fail, ok, type Result } from '../base/result.js';
import type { RulesText } from '../ruleset/knowledge/knowledge-bodies.js';
import type { Desk } from '../ruleset/release/desk.js';
import { type Refusal, refusal } from '../ruleset/release/refusal.js';
import type { DeskWork } from '../screening/desk-process.js';
import type { Alone } from './desk-queue.js';
import { versionIn } from './rulesets.js';

export interface KnowledgeDoor {
  readonly work: DeskWork;
  readonly alone: Alone;
  /** Rules folder of the node, with its readings. */
  readonly folder: string;
}

/** The door with the desk of releases; null: nobody is trusted here, so there are no versions. */
export interface KnowledgeTerms extends KnowledgeDoor {
  readonly desk: Desk | null;
}

/** The rule set that is meant: a version, `live`, or `folder`, the node's own. Throws ServiceError. */
export async function rulesMeant(
  { desk, folder }: KnowledgeTerms,
  name: unknown,
): Promise<Result<RulesText, Refusal>> {
  if (name === undefined || name === null || name === 'folder') return ok({ folder });
  if (typeof name !== 'string' && typeof name !== 'number') {
    throw new ServiceError('malformed', 'A rule set is a version, "live", or "folder".');
  }
  if (desk === null) return fail(refusal('unknown-version', 'nobody is trusted here: there are no versions'));
  const version = await versionIn(desk, String(name));
  return version.ok ? await desk.bundled(version.value) : version;
}
