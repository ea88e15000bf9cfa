/**
 * The corpus as rules folders of one rule each. A case is one of the templates with some keys replaced; tables
 * and exceptions come along where the rule's text names them.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { RulesSource } from '../../src/ruleset/build-ruleset.js';

/** What a compiler must do with a case; checks are ids of DOMAIN §6.1, or `any` for what none of them names. */
export type Verdict =
  | { readonly is: 'lawful' }
  /** A text check speaks: it refuses, or it warns. */
  | { readonly is: 'linted'; readonly checks: readonly string[] }
  /** Any one of the checks refuses it; or it compiles with at most the effect `orEffect` and a warning. */
  | { readonly is: 'forbidden'; readonly checks: readonly string[]; readonly orEffect: string | null }
  /** It compiles with at most the effect `to` and a warning of one of the checks; or it is refused by one. */
  | {
      readonly is: 'downgraded';
      readonly checks: readonly string[];
      readonly to: string;
      readonly orForbidden: boolean;
    };

export interface GuardCase {
  /** `stays: a stay longer than a constant`. */
  readonly name: string;
  readonly why: string;
  readonly verdict: Verdict;
  readonly authored: { readonly severity: string; readonly effect: string };
  readonly source: RulesSource;
  /** The same rule with its condition said otherwise, and names given beside its own. */
  readonly reworded: (reword: (condition: string) => Reworded) => RulesSource;
}

export interface Reworded {
  readonly when: string;
  readonly let: Readonly<Record<string, string>>;
}

type Keys = Readonly<Record<string, unknown>>;

/** A case as it stands in its file. */
interface CaseText {
  readonly case: string;
  readonly lawful?: string;
  readonly forbidden?: string | readonly string[];
  readonly downgraded?: string | readonly string[];
  readonly linted?: string | readonly string[];
  readonly to?: string;
  readonly or?: string;
  readonly why?: string;
  readonly like?: string;
  readonly rule?: Keys;
  readonly exceptions?: Readonly<Record<string, string>>;
}

interface TableText {
  readonly title: string;
  readonly key: string | readonly string[];
  readonly columns: Readonly<Record<string, unknown>>;
  readonly rows: readonly string[];
}

interface Shared {
  readonly templates: Readonly<Record<string, Keys>>;
  readonly tables: Readonly<Record<string, TableText>>;
  readonly exceptions: Readonly<Record<string, string>>;
}

const folder = new URL('corpus', import.meta.url).pathname;
const sharedFiles = ['templates.yaml', 'tables.yaml', 'exceptions.yaml'];
const provenance = 'point,batch,row,knownFrom,validFrom,validTo,region,decided';
/** One of each, so that any rule is complete. */
const examples = '[{name: a, expect: hit}, {name: b, expect: miss}, {name: c, expect: not_evaluated}]\n';
const ruleId = 'a-rule';

export function loadCorpus(): readonly GuardCase[] {
  const [templates, tables, exceptions] = sharedFiles.map(read);
  const shared = { templates, tables, exceptions } as Shared;
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml') && !sharedFiles.includes(name))
    .toSorted()
    .flatMap((name) => (read(name) as readonly CaseText[]).map((text) => guardCase(name, text, shared)));
}

function read(name: string): unknown {
  return parse(readFileSync(join(folder, name), 'utf8'));
}

function guardCase(file: string, text: CaseText, shared: Shared): GuardCase {
  const like = shared.templates[text.like ?? 'line'];
  if (like === undefined) throw new Error(`${file}: no template '${text.like}'`);
  const all: Keys = { id: ruleId, ...shared.templates['line'], ...like, ...text.rule };
  const keys = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
  const exceptions = { ...shared.exceptions, ...text.exceptions };
  return {
    name: `${file.replace('.yaml', '')}: ${text.case}`,
    why: text.lawful ?? text.why ?? '',
    verdict: verdictOf(file, text),
    authored: { severity: String(keys['severity']), effect: String(keys['effect']) },
    source: sourceOf(keys, exceptions, shared),
    reworded: (reword) => {
      const { when, let: names } = reword(String(keys['when']));
      const lets = { ...(keys['let'] as Keys | undefined), ...names };
      return sourceOf(
        { ...keys, when, ...(Object.keys(lets).length > 0 ? { let: lets } : {}) },
        exceptions,
        shared,
      );
    },
  };
}

function verdictOf(file: string, text: CaseText): Verdict {
  if (text.forbidden !== undefined) {
    return { is: 'forbidden', checks: [text.forbidden].flat(), orEffect: text.or ?? null };
  }
  if (text.downgraded !== undefined) {
    const orForbidden = text.or === 'forbidden';
    return { is: 'downgraded', checks: [text.downgraded].flat(), to: text.to ?? '', orForbidden };
  }
  if (text.linted !== undefined) return { is: 'linted', checks: [text.linted].flat() };
  if (text.lawful === undefined) throw new Error(`${file}: '${text.case}' has no verdict`);
  return { is: 'lawful' };
}

function sourceOf(keys: Keys, exceptions: Readonly<Record<string, string>>, { tables }: Shared): RulesSource {
  const rule = stringify(keys, { lineWidth: 0 });
  const exceptionsText = stringify(exceptions, { lineWidth: 0 });
  const files = new Map([
    ['ruleset.yaml', 'name: guarded\nversion: 1\nasOf: 2026-11-01\npacks: [pack]\n'],
    ['exceptions.yaml', exceptionsText],
    [`packs/pack/${ruleId}.yaml`, rule],
    [`packs/pack/${ruleId}.examples.yaml`, examples],
  ]);
  for (const [name, table] of Object.entries(tables)) {
    if (!new RegExp(`\\b${name}\\b`).test(rule + exceptionsText)) continue;
    const { rows, ...schema } = table;
    files.set(`tables/${name}.yaml`, stringify({ table: name, ...schema }, { lineWidth: 0 }));
    const header = [provenance, ...Object.keys(table.columns)].join(',');
    files.set(`tables/${name}.csv`, `${[header, ...rows].join('\n')}\n`);
  }
  return { label: 'rules/', files };
}
