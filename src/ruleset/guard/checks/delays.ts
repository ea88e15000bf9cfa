/**
 * PG-02 by the time from a line to when it was sent. Claims of a stay carry all its lines, so where only stays are
 * asked, or so long a time that nothing else has it, that time is the stay.
 *
 * Lawful look-alikes: late uploads of other visits; the national rule about them (41).
 */

import type { SceneName } from '../../parse/rule-text.js';
import { type Atom, atomsOf } from '../formula.js';
import { type JudgedRule, valuesOf } from '../judged-rule.js';
import type { Reading } from '../measures.js';
import { numberOfCode } from '../national-numbers.js';
import { allKnown, canHold, firstOf, type Situation, withTexts } from '../situations.js';

/** 就诊数据非实时上传监管. */
const lateUpload = 41;
/** A week late is a stay before it is a delay. */
const daysOfDelay = 7;
const scenesOfStays: readonly SceneName[] = [3, 4, 5, 8, 9];
const medTypesOfStays = ['21', '22', '23', '24', '25', '26', '27', '28', '52', '61'];
const otherMedTypes = ['11', '12', '13', '14', '15', '16', '51', '81'];

const visitOf = (type: string, medType: string): Situation =>
  firstOf(allKnown, withTexts({ 'encounter.type': type, 'encounter.medType': medType }));
const otherVisits = [
  ...otherMedTypes.map((medType) => visitOf('outpatient', medType)),
  visitOf('pharmacy', '41'),
];

export function isStayUntilSent(rule: JudgedRule, reading: Reading): boolean {
  const written = [...atomsOf(rule.fires)].flatMap(textsOf).filter((text) => /^(2|52|61)/.test(text));
  const stays = [...medTypesOfStays, ...written].map((medType) => visitOf('inpatient', medType));
  if (!stays.some((stay) => canHold(rule.fires, stay))) return false;
  const { scenes, nationalSeq, nationalCode } = rule.rule.parsed;
  const isOfStays = scenes.every((scene) => scenesOfStays.includes(scene));
  if (isOfStays || !otherVisits.some((visit) => canHold(rule.fires, visit))) return true;
  const isOfUploads = (nationalSeq ?? numberOfCode(nationalCode ?? '')) === lateUpload;
  return !isOfUploads && daysAskedFor(reading) >= daysOfDelay;
}

function textsOf(atom: Atom): readonly string[] {
  return [...valuesOf({ atom, context: [] })].flatMap((value) =>
    value.kind === 'constant' && typeof value.value === 'string' ? [value.value] : [],
  );
}

/** Between two times; no number of the rule's own counts as many. */
function daysAskedFor({ sum }: Reading): number {
  const isOfTimes = sum.terms.every((term) => term.factors.every((factor) => factor.isTime));
  const scale = Math.max(...sum.terms.map((term) => Math.abs(term.coefficient)));
  return isOfTimes ? Math.abs(sum.constant) / scale : Number.MAX_SAFE_INTEGER;
}
