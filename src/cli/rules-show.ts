/** What the compiler made of one rule, as text. */
import type { RuleIndex } from '../ruleset/compile/artifact.js';
import type { ShownRule } from '../ruleset/compile/show-rule.js';
import { effectWords, severityWords } from './words.js';

export function shownRuleText({ rule, index, rows, codes, sources, fastWhenKnown, code }: ShownRule): string {
  const lines = [
    `${rule.id}  ${rule.title}${rule.national === null ? '' : `  ${rule.national}`}`,
    `severity   ${severityWords[rule.severity]}, effect ${effectWords[rule.effect]}`,
    `scenes     ${rule.scenes.join(', ')}`,
    `applies    ${indexWords(index)}${codes === null ? '' : `, ${codes} codes`}`,
    ...Object.entries(rows).map(([table, count]) => `table      ${table}, ${count} rows`),
    `undecided  ${sources.map(({ cause, fact }) => (cause === 'fact' ? fact : cause)).join(', ') || 'never'}`,
    `fast form  ${fastWhenKnown.length === 0 ? 'none' : `where known: ${fastWhenKnown.join(', ')}`}`,
    '',
    code,
  ];
  return lines.join('\n');
}

function indexWords(index: RuleIndex): string {
  switch (index.by) {
    case 'rows':
      return `to lines whose code is a key of ${index.table}`;
    case 'listed':
      return `to lines whose code is listed in ${index.table}`;
    case 'codes':
      return 'to lines with one of its codes';
    case 'every-line':
      return 'to every line';
    case 'prescription':
      return 'to every prescription';
    case 'claim':
      return 'once to every claim';
  }
}
