/**
 * Every mistake that the compiler can name. Codes are stable: they are in golden files, in rule authors'
 * notes and in the catalogue of rules/README.md. Never reuse one.
 */
export const diagnosticCodes = {
  // Files, YAML, keys
  'CG-E101': 'file missing or unreadable',
  'CG-E102': 'not valid YAML',
  'CG-E103': 'unknown key',
  'CG-E104': 'key missing',
  'CG-E105': 'value of the wrong shape',
  'CG-E106': 'value outside the closed set',
  'CG-E107': 'rule id does not equal the file name',
  'CG-E108': 'name defined twice',
  'CG-E109': 'not a calendar day',
  'CG-E110': 'rule text too large',
  // Expressions: outside the language
  'CG-E201': 'not valid CEL',
  'CG-E202': 'unsigned integers are not in the rule language',
  'CG-E203': 'bytes are not in the rule language',
  'CG-E204': 'null is not in the rule language; ask has(fact)',
  'CG-E205': 'maps and messages are not in the rule language',
  'CG-E206': 'indexing is not in the rule language; use exists, all or filter',
  'CG-E207': 'map() is not in the rule language',
  'CG-E208': 'conversions and dynamic types are not in the rule language',
  'CG-E209': 'regular expressions are not in the rule language',
  'CG-E210': 'division only by a constant other than zero',
  'CG-E211': 'a leading dot is not in the rule language',
  'CG-E212': 'filter() stands only before exists, all, exists_one or size',
  'CG-E213': 'this operation is not defined for these values in the rule language',
  'CG-E214': 'type outside the rule language',
  'CG-E215': 'two-variable macros are not in the rule language',
  'CG-E216': 'has() asks only about a fact or a table column',
  'CG-E217': 'binding macros are not in the rule language; use let',
  'CG-E218': 'a macro over the empty list asks nothing',
  // Names and types
  'CG-E301': 'unknown name',
  'CG-E302': 'unknown fact or column',
  'CG-E303': 'unknown function',
  'CG-E304': 'wrong number of arguments',
  'CG-E305': 'types do not fit',
  'CG-E306': 'condition is not true or false',
  'CG-E307': 'value not in the closed set of this fact',
  'CG-E308': 'integer can leave the exact range',
  'CG-E309': 'fact may not be read here',
  'CG-E310': 'condition costs too much',
  'CG-E311': 'name already taken',
  'CG-E312': 'expression nested too deeply',
  'CG-E313': 'condition reads too many facts that can be unknown',
  // Tables
  'CG-E401': 'unknown table',
  'CG-E402': 'table header differs from its schema',
  'CG-E403': 'cell does not fit its column',
  'CG-E404': 'table without key cannot be joined',
  'CG-E405': 'two rows are valid at the same time for one code',
  'CG-E406': 'too many rows',
  'CG-E407': 'row without key',
  // Rules
  'CG-E501': 'unknown exception',
  'CG-E502': 'weakening does not weaken',
  'CG-E503': 'blame is not a line',
  'CG-E504': 'excess is not a number of fen',
  'CG-E505': 'message placeholder cannot be shown',
  'CG-E506': 'join needs a fact of type string',
  'CG-E507': 'partner source is not a list of lines',
  'CG-E508': 'too many joins',
  'CG-E509': 'rule never applies',
  'CG-E510': 'duplicate rule id',
  // Examples
  'CG-E601': 'rule without examples',
  'CG-E602': 'rule without an example that hits',
  'CG-E603': 'rule without an example that misses',
  'CG-E604': 'rule without an example that is not evaluated',
  'CG-E605': 'example of no rule',
} as const;

/**
 * What the policy guard refuses, lowers or remarks. The last two digits are those of the check (PG-01 …);
 * guard/clauses.ts has clause and lawful alternative of each.
 */
export const guardCodes = {
  'CG-P100': 'condition too tangled to be judged',
  'CG-P101': 'reads a budget, a quota or a remaining amount',
  'CG-P102': 'limits the length of a stay',
  'CG-P103': 'limits the days or the amount of drugs without a basis for the item',
  'CG-P104': 'limits money per patient, visit or period',
  'CG-P105': 'judges a claim by a ratio or an average',
  'CG-P106': 'selects drugs by price, negotiation or purchase',
  'CG-P107': 'acts on the number of visits or stays before or at care',
  'CG-P108': 'tells somebody to refuse or to end care',
  'CG-P109': 'frequency of visits without exemptions',
  'CG-P110': 'speaks of treatment where payment is meant',
  'CG-P111': 'depends on the calendar',
  'CG-P112': 'treats groups of persons differently without a basis',
  'CG-P113': 'no sufficient basis',
  'CG-P114': 'hold without what a hold needs',
  'CG-P115': 'can hit where facts are missing, or lines that are not judged',
  'CG-P116': 'not yet measured on history',
  'CG-P117': 'nobody answers for the rule, or nothing ends it',
  'CG-P118': 'penalises the length of a stay paid by the day',
  'CG-P119': 'a locally set count may remind, no more',
} as const;

export type GuardCode = keyof typeof guardCodes;
export type DiagnosticCode = keyof typeof diagnosticCodes | GuardCode;
