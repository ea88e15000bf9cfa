/**
 * What the thread of a shadow is asked: claims that have their answers, to be judged by the version in force and by the
 * candidate over the same history and overlay; and what it answers: how the two differ, claim by claim.
 */
import type { Status } from '../../decision/decision.js';
import type { BatchRequest, Crash, JudgedUnder, UnreadClaim } from '../protocol.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { type RequestHead, readRequestHead, writeRequest } from './request.js';
import { statusWords } from './words.js';

/** Whom they are judged by: rule set and overlay as they are in force, and the candidate under the same overlay. */
export interface ComparedUnder extends JudgedUnder {
  readonly candidate: string;
}

export type CompareRequest = Omit<BatchRequest, 'progress'> & ComparedUnder;

/** Findings on one line each, `record` included. */
export interface RuleComparison {
  readonly rule: string;
  /** How many either has. */
  readonly live: number;
  readonly candidate: number;
  /** How many only the one or the other has. */
  readonly gained: number;
  readonly lost: number;
  /** How many both have, with different effects. */
  readonly otherEffect: number;
}

export interface ComparedClaim {
  /** Number of a screening's scene, or the kind of a durable event. */
  readonly scene: string;
  readonly live: Status;
  readonly candidate: Status;
  /** Of rules that either has a finding of; none where either has not screened the claim. */
  readonly rules: readonly RuleComparison[];
  /** The bug that has cost the candidate this claim. */
  readonly failure: Crash | null;
}

export interface CompareReply {
  readonly claims: readonly ComparedClaim[];
  /** What the two have taken for all of them. */
  readonly liveMs: number;
  readonly candidateMs: number;
}

export function writeCompareRequest(
  to: ByteWriter,
  under: ComparedUnder,
  claims: readonly UnreadClaim[],
): void {
  to.text(under.candidate);
  writeRequest(to, under, claims);
}

/** The head; `from` then stands at the first body. */
export function readCompareRequestHead(from: ByteReader): RequestHead & ComparedUnder {
  const candidate = from.someText();
  return { candidate, ...readRequestHead(from) };
}

export function writeCompareReply(to: ByteWriter, { claims, liveMs, candidateMs }: CompareReply): void {
  to.f64(liveMs);
  to.f64(candidateMs);
  to.list(claims, (claim) => {
    to.text(claim.scene);
    to.u8(statusWords.code(claim.live));
    to.u8(statusWords.code(claim.candidate));
    to.list(claim.rules, (rule) => writeRule(to, rule));
    to.u8(claim.failure === null ? 0 : 1);
    if (claim.failure === null) return;
    to.text(claim.failure.rule);
    to.text(claim.failure.error);
    to.text(claim.failure.at);
  });
}

export function readCompareReply(from: ByteReader): CompareReply {
  const [liveMs, candidateMs] = [from.f64(), from.f64()];
  const claims = from.list((): ComparedClaim => {
    return {
      scene: from.someText(),
      live: statusWords.some(from.u8()),
      candidate: statusWords.some(from.u8()),
      rules: from.list(() => readRule(from)),
      failure: from.u8() === 0 ? null : { rule: from.text(), error: from.someText(), at: from.someText() },
    };
  });
  from.end();
  return { claims, liveMs, candidateMs };
}

function writeRule(
  to: ByteWriter,
  { rule, live, candidate, gained, lost, otherEffect }: RuleComparison,
): void {
  to.text(rule);
  for (const count of [live, candidate, gained, lost, otherEffect]) to.u32(count);
}

function readRule(from: ByteReader): RuleComparison {
  return {
    rule: from.someText(),
    live: from.u32(),
    candidate: from.u32(),
    gained: from.u32(),
    lost: from.u32(),
    otherEffect: from.u32(),
  };
}
