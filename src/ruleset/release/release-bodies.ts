/** What clients send of releases, worked out from the bytes that came to the JSON that leaves. */
import { sha256Hex } from '../../base/hash.js';
import { fail, ok, type Result } from '../../base/result.js';
import { canonicalText } from '../compile/canonical.js';
import { type Bundle, type BundledText, openText, packBundle } from './bundle.js';
import {
  jsonBytes,
  type Members,
  malformed,
  membersIn,
  type Objection,
  refused,
  sourceIn,
} from './desk-body.js';
import { type ComparedText, compareTexts } from './diff-document.js';
import type { SoundRuleset } from './examine.js';
import {
  appraise,
  draftManifest,
  examineAt,
  type Footing,
  notCompared,
  type Offer,
  obstacle,
} from './publish.js';
import { refusal } from './refusal.js';
import { type ReadReplay, readReplay } from './replay-mark.js';
import { ruleWords } from './rule-words.js';
import { signedIn } from './statement.js';

export interface CheckTask {
  /** As it came. */
  readonly body: Uint8Array;
  readonly ground: Footing;
  readonly publishedAtMs: number;
}

/** The answer to a check, whatever it finds. */
export function checkBody({ body, ground, publishedAtMs }: CheckTask): Result<Uint8Array, Objection> {
  const members = membersIn(body);
  if (!members.ok) return malformed(members.error);
  const source = sourceIn(members.value['files']);
  if (!source.ok) return malformed(source.error);
  const replay = reportIn(members.value);
  if (!replay.ok) return malformed(replay.error);
  const examined = examineAt(source.value, ground);
  if (!examined.ok) return refused(examined.error);
  const found = examined.value;
  const { next } = ground;
  const stands = obstacle(found, next);
  const diagnostics = found.compiles ? found.warnings : found.diagnostics;
  const examples = found.compiles ? examplesOf(found) : null;
  const told = { next, notCompared: notCompared(ground), diagnostics, examples };
  if (stands !== null || !found.compiles) {
    const { reason, message } = stands ?? { reason: 'does-not-compile', message: '' };
    return ok(jsonBytes({ sound: false, obstacle: { reason, message }, ...told }));
  }
  const { digest } = packBundle(source.value);
  const statement = canonicalText(
    draftManifest(found, ground, { digest, publishedAtMs, replay: replay.value }),
  );
  const { rulesetId, diff } = found;
  return ok(jsonBytes({ sound: true, obstacle: null, ...told, rulesetId, diff, statement }));
}

function examplesOf({ examples, failed }: SoundRuleset) {
  return { run: examples, failed };
}

export interface OfferTask {
  /** As it came. */
  readonly body: Uint8Array;
  readonly ground: Footing;
}

/** What is to be published, with what stands in its way; who has signed it is not looked at. */
export function offerBody({ body, ground }: OfferTask): Result<Offer, Objection> {
  const members = membersIn(body);
  if (!members.ok) return malformed(members.error);
  const signed = signedIn(members.value['manifest']);
  if (signed === null) return malformed('"manifest" has no "statement", "key" and "signature".');
  const replay = reportIn(members.value);
  if (!replay.ok) return malformed(replay.error);
  const bundle = bundleIn(members.value);
  if (!bundle.ok) return malformed(bundle.error);
  return ok(appraise({ signed, bundle: bundle.value, report: replay.value?.bytes ?? null }, ground));
}

/** The very bytes that were signed for, or texts that give them again here. */
function bundleIn({ bundle, files }: Members): Result<Bundle, string> {
  if (typeof bundle === 'string') {
    const bytes = Buffer.from(bundle, 'base64');
    return ok({ bytes, digest: sha256Hex(bytes) });
  }
  const source = sourceIn(files);
  return source.ok ? ok(packBundle(source.value)) : source;
}

function reportIn({ replay }: Members): Result<ReadReplay | null, string> {
  if (replay === undefined || replay === null) return ok(null);
  const read = readReplay(jsonBytes(replay));
  return read.ok ? read : fail(`${read.error}.`);
}

export interface RuleTask {
  readonly text: BundledText;
  readonly rule: string;
}

export function ruleBody({ text, rule }: RuleTask): Result<Uint8Array, Objection> {
  const source = openText(text);
  if (!source.ok) return refused(source.error);
  const words = ruleWords(source.value, rule);
  if (words.ok) return ok(jsonBytes(words.value));
  const near = words.error === null ? '' : `; did you mean '${words.error}'?`;
  return refused(refusal('unknown-rule', `${text.label}there is no rule '${rule}'${near}`));
}

export interface DiffTask {
  readonly before: ComparedText;
  readonly after: ComparedText;
}

export function diffBody({ before, after }: DiffTask): Result<Uint8Array, Objection> {
  const compared = compareTexts(before, after);
  return compared.ok ? ok(jsonBytes(compared.value)) : refused(compared.error);
}
