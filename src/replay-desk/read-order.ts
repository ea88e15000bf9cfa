/** What clients want replayed, as it comes in a body; read where it is replayed, as texts of rules are long. */
import { availableParallelism } from 'node:os';
import { fail, ok, type Result } from '../base/result.js';
import { type Known, knownModes } from '../replay/known-modes.js';
import { readPeriod } from '../replay/period.js';
import { type Members, membersIn, sourceIn } from '../ruleset/release/desk-body.js';
import type { OrderedRuleset, ReplayOrder, ShownOrder } from './order.js';

/** Fails with a sentence. */
export function readOrder(body: Uint8Array): Result<ReplayOrder, string> {
  const members = membersIn(body);
  if (!members.ok) return members;
  const { ruleset, against = null, known = 'now', threads = 1 } = members.value;
  const period = periodIn(members.value);
  if (!period.ok) return period;
  if (!knownModes.includes(known as Known)) return fail(`"known" is ${knownModes.join(' or ')}.`);
  const most = availableParallelism();
  if (!Number.isSafeInteger(threads) || Number(threads) < 1 || Number(threads) > most) {
    return fail(`"threads" is a whole number from 1 to ${most}.`);
  }
  const meant = rulesetIn('ruleset', ruleset);
  if (!meant.ok) return meant;
  const beside = against === null ? ok(null) : rulesetIn('against', against);
  if (!beside.ok) return beside;
  const rest = { known: known as Known, threads: Number(threads) };
  return ok({ ...period.value, ...rest, ruleset: meant.value, against: beside.value });
}

export function shownOrder({ ruleset, against, ...rest }: ReplayOrder): ShownOrder {
  return { ...rest, ruleset: nameOf(ruleset), against: against === null ? null : nameOf(against) };
}

function nameOf(name: OrderedRuleset): number | string {
  return typeof name === 'object' ? 'files' : name;
}

/** `from` and `to`, days. Fails with a sentence. */
export function periodIn({
  from,
  to,
}: Members): Result<{ readonly from: string; readonly to: string }, string> {
  if (typeof from !== 'string' || typeof to !== 'string') {
    return fail('"from" and "to" are days (YYYY-MM-DD).');
  }
  const period = readPeriod(from, to);
  return period.ok ? ok({ from, to }) : fail(`${period.error}.`);
}

function rulesetIn(name: string, value: unknown): Result<OrderedRuleset, string> {
  if (value === 'live' || value === 'folder') return ok(value);
  if (Number.isSafeInteger(value) && Number(value) > 0) return ok(Number(value));
  if (typeof value === 'object' && value !== null) {
    const source = sourceIn((value as { readonly files?: unknown }).files);
    return source.ok ? ok({ files: Object.fromEntries(source.value.files) }) : source;
  }
  return fail(`"${name}" is a version, "live", "folder", or has "files".`);
}
