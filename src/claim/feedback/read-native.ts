/** Native feedback, JSON; also the reader of what is stored of any. Whatever it does not name is dropped. */
import type { Result } from '../../base/result.js';
import { decodeUtf8, parseJson } from '../formats/plain.js';
import { type Fields, isFields, limitSize, own, wrongShape } from '../formats/structure.js';
import type { StructureProblem } from '../unreadable.js';
import {
  type Disposition,
  dispositions,
  type Feedback,
  type FindingFeedback,
  feedbackLimits,
  feedbackStages,
} from './feedback.js';
import { idAt, idOf, instantOf, reasonOf } from './feedback-facts.js';
import { structured } from './structured.js';

/** Fails where it is no JSON object, names no finding, or says of one nothing that we know. */
export function readNativeFeedback(body: Uint8Array): Result<Feedback, StructureProblem> {
  const decoded = decodeUtf8(body);
  const parsed = decoded.ok ? parseJson(decoded.value.text) : decoded;
  return parsed.ok ? structured(() => feedbackIn(parsed.value)) : parsed;
}

function feedbackIn(root: unknown): Feedback {
  if (!isFields(root)) return wrongShape('the body', 'an object');
  const findings = listAt(own(root, 'findings'), 'findings', feedbackLimits.findings);
  if (findings.length === 0) wrongShape('findings', 'at least one finding');
  return {
    eventId: idOf(own(root, 'eventId')),
    sentAt: instantOf(own(root, 'sentAt')),
    institution: idOf(own(root, 'institution')),
    decisionId: idOf(own(root, 'decisionId')),
    claimId: idOf(own(root, 'claimId')),
    stage: feedbackStages.find((stage) => stage === own(root, 'stage')) ?? null,
    findings: findings.map((finding, i) => findingIn(finding, `findings[${i}]`)),
  };
}

function findingIn(finding: unknown, place: string): FindingFeedback {
  if (!isFields(finding)) return wrongShape(place, 'an object');
  const lines = listAt(own(finding, 'lines') ?? [], `${place}.lines`, feedbackLimits.lines);
  return {
    findingId: idAt(own(finding, 'findingId'), `${place}.findingId`),
    lines: lines.map((line, i) => idAt(line, `${place}.lines[${i}]`)),
    disposition: dispositionIn(finding, place),
    code: idOf(own(finding, 'code')),
    reason: reasonOf(own(finding, 'reason')),
  };
}

function dispositionIn(finding: Fields, place: string): Disposition {
  const said = own(finding, 'disposition');
  const known = dispositions.find((one) => one === said);
  return known ?? wrongShape(`${place}.disposition`, `one of ${dispositions.join(', ')}`);
}

function listAt(value: unknown, place: string, limit: number): readonly unknown[] {
  if (!Array.isArray(value)) return wrongShape(place, 'a list');
  limitSize(value.length, limit, place);
  return value;
}
