/** What an author changes between two looks at a rules folder: one file at a time, and what that must come to. */
import type { RulesSource } from '../../src/ruleset/build-ruleset.js';

export const changeKinds = ['condition', 'row', 'mistake'] as const;
export type ChangeKind = (typeof changeKinds)[number];

export interface Change {
  readonly kind: ChangeKind;
  /** Rule or table. */
  readonly name: string;
  readonly path: string;
  /** Of the file, after the change. */
  readonly text: string;
}

/**
 * Of every rule a further condition that always holds, and one that names a fact which does not exist; of every
 * table that rules name and that has rows with codes a further code in its first row.
 */
export function changesOf({ files }: RulesSource): readonly Change[] {
  const rules = [...files].filter(([path]) => path.startsWith('packs/')).map(([, text]) => text);
  const named = new Set(rules.flatMap((text) => text.match(/\w+/g) ?? []));
  return [...files].flatMap(([path, text]): readonly Change[] => {
    const rule = /^packs\/.*\/([^/.]+)\.yaml$/.exec(path)?.[1];
    if (rule !== undefined) {
      return [
        { kind: 'condition', name: rule, path, text: withCondition(text, 'size(claim.lines) > 0') },
        { kind: 'mistake', name: rule, path, text: withCondition(text, 'size(claim.linez) > 0') },
      ];
    }
    const table = /^tables\/(\w+)\.csv$/.exec(path)?.[1] ?? '';
    const changed = named.has(table) ? withCode(text) : text;
    return changed === text ? [] : [{ kind: 'row', name: table, path, text: changed }];
  });
}

/** The folder after a change. */
export function changed({ label, files }: RulesSource, { path, text }: Change): RulesSource {
  return { label, files: new Map([...files, [path, text]]) };
}

/** So many of each kind, spread over the whole list. */
export function someOf(changes: readonly Change[], ofEach: number): readonly Change[] {
  return changeKinds.flatMap((kind) => {
    const all = changes.filter((change) => change.kind === kind);
    const count = Math.min(ofEach, all.length);
    return Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)] as Change);
  });
}

/** A condition on one line, quoted or not, or over several. */
const written = /^when: (?:>-\n((?: +.*\n)+)|"(.*)"\n|(.*)\n)/m;

function withCondition(text: string, more: string): string {
  return text.replace(written, (_, block?: string, quoted?: string, plain?: string) => {
    const old = block?.trim().replaceAll(/\n */g, '\n  ') ?? quoted ?? plain;
    return `when: >-\n  (\n  ${old}\n  ) && ${more}\n`;
  });
}

const newCode = 'ZZ99ZZZ0099990199999';

function withCode(text: string): string {
  const [head = '', first = '', ...rows] = text.split('\n');
  const at = head.split(',').indexOf('codes');
  const cells = first.split(',');
  if (at < 0 || first === '') return text;
  return [head, cells.with(at, `${cells[at]} ${newCode}`).join(','), ...rows].join('\n');
}
