/** What a decision is. Shapes and words are the contract at the edges (v1): other programs read them. */
import type { ClaimKind } from '../claim/claim.js';

export const statuses = ['pass', 'partial', 'alert', 'hold', 'not_screened'] as const;
export type Status = (typeof statuses)[number];
/** 明确违规 · 高度可疑 · 轻度可疑 */
export type Severity = 'definite' | 'highly_suspicious' | 'suspicious';
export type Effect = 'record' | 'remind' | 'justify' | 'hold';
/**
 * Why no rule ran. Grows with the contract, never shrinks: metrics, messages and the OpenAPI page list all of
 * them.
 */
export const notScreenedCauses = [
  'overload',
  'budget',
  'worker',
  'unreadable',
  'too-large',
  'wrong-institution',
  'unauthorised',
  'stopping',
] as const;
export type NotScreenedCause = (typeof notScreenedCauses)[number];
/** Why a rule could not be decided. */
export const gapCauses = ['fact', 'history', 'budget', 'list'] as const;
export type GapCause = (typeof gapCauses)[number];

export interface Decision {
  readonly decisionId: string | null;
  readonly kind: ClaimKind;
  readonly claimId: string | null;
  readonly eventId: string | null;
  readonly status: Status;
  readonly cause: NotScreenedCause | null;
  /** For a person: what was unreadable, which rule was running, how much of a long decision is left out. */
  readonly detail: string | null;
  readonly coverage: Coverage;
  readonly retracts: readonly string[];
  readonly findings: readonly Finding[];
  /** Clustered by fee line: the same money is counted once. */
  readonly excessFen: number;
  readonly ruleset: RulesetName | null;
}

export interface RulesetName {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly overlay: number;
}

export interface Coverage {
  readonly complete: boolean;
  readonly notEvaluated: readonly NotEvaluated[];
}

/** One rule that could not be decided for some lines, and why. Sorted, so that equal input gives equal bytes. */
export interface NotEvaluated {
  readonly rule: string;
  readonly cause: GapCause;
  readonly facts: readonly string[];
  readonly lines: readonly string[];
}

export interface Finding {
  readonly findingId: string;
  readonly rule: string;
  readonly title: string;
  readonly national: string | null;
  readonly severity: Severity;
  readonly effect: Effect;
  readonly excessFen: number;
  readonly lines: readonly FindingLine[];
  readonly message: string;
  readonly basis: Basis;
  /** The values that the condition saw, by their name in the rule; nothing personal. */
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;
}

export interface FindingLine {
  readonly id: string;
  readonly role: 'violating' | 'involved';
}

export interface Basis {
  readonly document: string;
  readonly batch: number | null;
  readonly point: string | null;
}
