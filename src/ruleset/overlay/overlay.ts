/**
 * What is done to rules without a release: switched off, stopped by the brake, snoozed. One numbered document for all
 * nodes (`stored-overlay.ts`); here is what of it rules go by. A decision names the number that it was made under.
 */

export interface Overlay {
  /** One more with every change; 0: nobody has ever changed anything. */
  readonly number: number;
  readonly switches: readonly RuleSwitch[];
  readonly snoozes: readonly Snooze[];
}

export interface RuleSwitch {
  /** Id; of `kill` also a word of the rules that it switches off together. */
  readonly rule: string;
  /** Code; null: everywhere. */
  readonly institution: string | null;
  /** `kill`: the rule is not asked. `brake`: it is, and its findings are kept without being shown. */
  readonly kind: 'kill' | 'brake';
  /** Only in this rule set; null: in all. */
  readonly rulesetId: string | null;
}

/** Findings are kept without being shown, until an hour that somebody has named. */
export interface Snooze {
  readonly rule: string;
  readonly institution: string | null;
  /** Of the encounter; null: all. */
  readonly department: string | null;
  /** ISO instant at which it ends. */
  readonly until: string;
}

export const noOverlay: Overlay = { number: 0, switches: [], snoozes: [] };

/** Short, since it travels with every batch; rules of one brake are told of together. */
interface Spelled {
  readonly number: number;
  readonly switches: readonly (readonly [
    kind: RuleSwitch['kind'],
    rulesetId: string | null,
    institution: string | null,
    rules: readonly string[],
  ])[];
  readonly snoozes: readonly (readonly [string, string | null, string | null, string])[];
}

/** How an overlay travels with a batch; empty for none. */
export function overlayText({ number, switches, snoozes }: Overlay): string {
  if (number === 0) return '';
  const alike = new Map<string, RuleSwitch[]>();
  for (const one of switches) {
    const key = JSON.stringify([one.kind, one.rulesetId, one.institution]);
    alike.set(key, [...(alike.get(key) ?? []), one]);
  }
  const spelled: Spelled = {
    number,
    switches: [...alike.values()].map((own) => {
      const { kind, rulesetId, institution } = own[0] as RuleSwitch;
      return [kind, rulesetId, institution, own.map(({ rule }) => rule)];
    }),
    snoozes: snoozes.map((one) => [one.rule, one.institution, one.department, one.until]),
  };
  return JSON.stringify(spelled);
}

/** Of a text that `overlayText` has made. */
export function overlayOf(text: string): Overlay {
  if (text === '') return noOverlay;
  const { number, switches, snoozes } = JSON.parse(text) as Spelled;
  return {
    number,
    switches: switches.flatMap(([kind, rulesetId, institution, rules]) =>
      rules.map((rule) => ({ rule, institution, kind, rulesetId })),
    ),
    snoozes: snoozes.map(([rule, institution, department, until]) => ({
      rule,
      institution,
      department,
      until,
    })),
  };
}
