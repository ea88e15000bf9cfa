/** Picks decisions worth a person's look out of a stream of them, and puts each on two lines. */
import type { GeneratedClaim } from '../../bench/claims/generate.js';
import type { Decision, Status } from '../decision/decision.js';
import type { Screen } from './terminal.js';
import { fitted, padded } from './text-width.js';
import { gapWords, statusWords, yuan } from './words.js';

/** The order in which kinds are shown, so that no kind crowds out the others. */
const turns: readonly (readonly Status[])[] = [
  ['alert', 'hold'],
  ['alert', 'hold'],
  ['pass'],
  ['alert', 'hold'],
  ['partial'],
];

/** Says when the next sample is due; at most one every `pauseMs`. */
export class SamplePicker {
  #turn = 0;
  #nextMs = 0;
  readonly #pauseMs: number;

  constructor(pauseMs: number) {
    this.#pauseMs = pauseMs;
  }

  /** Whether a decision of this status is to be shown now. */
  wants(status: string, nowMs: number): boolean {
    const wanted = turns[this.#turn % turns.length] ?? [];
    if (nowMs < this.#nextMs || !wanted.some((word) => word === status)) return false;
    this.#turn++;
    this.#nextMs = nowMs + this.#pauseMs;
    return true;
  }
}

/** What a decision says, in one line about the claim and one about the reason. */
export function sampleLines(screen: Screen, { claim }: GeneratedClaim, decision: Decision): string[] {
  const { style } = statusWords[decision.status];
  const totalFen = claim.lines.reduce((sum, line) => sum + line.amountFen, 0);
  const visit = claim.encounter.type === 'inpatient' ? '住院' : '门诊';
  const status = screen.paint(style, padded(decision.status, 8));
  const head = `${status} ${claim.institution.name} ${visit} ${claim.encounter.id}`;
  const size = `${claim.lines.length} lines, ¥${yuan(totalFen)}`;
  return [
    `${head}  ${screen.paint('dim', size)}`,
    `         ${fitted(reason(decision), screen.columns - 10)}`,
  ];
}

function reason({ findings, coverage, excessFen }: Decision): string {
  const [first] = findings;
  if (first !== undefined) {
    const more = findings.length > 1 ? ` (+${findings.length - 1} more)` : '';
    const excess = excessFen > 0 ? `  ¥${yuan(excessFen)}` : '';
    return `${first.message}${excess}${more}`;
  }
  const [gap] = coverage.notEvaluated;
  if (gap === undefined) return 'every rule that applies was decided, nothing to say';
  const more = coverage.notEvaluated.length > 1 ? ` (+${coverage.notEvaluated.length - 1} more)` : '';
  return `${gap.rule} not evaluated: ${gapWords[gap.cause]}${more}`;
}
