/**
 * PG-13, PG-14, PG-17: what stands behind a rule, who answers for it, and what a hold needs.
 *
 * Forbidden (PG-13): no issuing level, a local document without number or area, no first day; a rule about items
 * that names none of them (no table, no points, no codes) and asks for their kind only, or that leaves open of
 * which rule of the national libraries it is; rows of one area in a table of the national libraries without a
 * document of that area.
 * Forbidden (PG-17): no owner, no review or last day, or none within ten years.
 * Lowered (PG-14): `hold`, unless the rule is a national payment limit or only a conflict of identity, rests on
 * official points, never fires on the absence of a fact, and says how to appeal.
 */
import { isItemCodeOfSlot } from '../../check/probe.js';
import { type Typed, walk } from '../../check/typed.js';
import { type Atom, atomsOf, occurrences } from '../formula.js';
import { type JudgedRule, valuesOf } from '../judged-rule.js';
import { limitsNothing, readingsOf } from '../measures.js';
import { isNationalCode, lastNumber, numberOfCode } from '../national-numbers.js';
import { hasDocumentNumber, isNationalLibrary } from '../official.js';
import { isOfPoints, selectionOf } from '../selection.js';
import { traitsOf } from '../table-traits.js';
import type { Verdict } from '../verdict.js';

export function checkBasis(rule: JudgedRule, verdict: Verdict): void {
  const { parsed } = rule.rule;
  const { basis } = parsed;
  const refuse = (found: string) => verdict.refuse('CG-P113', found, parsed.placeOf('basis'));
  const isNational = isNationalLibrary(parsed) || basis.level === 'national';
  if (basis.level === null && !isNationalLibrary(parsed))
    refuse('who issued the document is not said (level)');
  if (!hasDocumentNumber(parsed) && !isNationalLibrary(parsed))
    refuse(`'${parsed.document}' has no document number (number)`);
  if (!isNational && basis.level !== null && basis.region === null)
    refuse('the area for which it was issued is not said (region)');
  if (parsed.validFrom === null)
    verdict.refuse('CG-P113', 'the first day is not said (valid.from)', parsed.placeOf('valid'));
  if (!namesItems(rule))
    refuse('neither a table, points, codes nor a rule of the 88 say which items it is about');
  const homeMade = homeMadeTable(rule);
  if (homeMade !== null && isNationalLibrary(parsed) && !hasDocumentNumber(parsed))
    refuse(`rows of '${homeMade}' are not of the national library, and no other document is named`);
  checkNumber(rule, verdict);
}

/** Number and code of the 88, and that they are of one rule. */
function checkNumber({ rule: { parsed } }: JudgedRule, verdict: Verdict): void {
  const { nationalSeq: seq, nationalCode: code } = parsed;
  const place = parsed.placeOf('national');
  if (seq !== null && seq > lastNumber) verdict.refuse('CG-P113', `there is no national rule ${seq}`, place);
  else if (code !== null && !isNationalCode(code))
    verdict.refuse('CG-P113', `there is no national code ${code}`, place);
  else if (seq !== null && code !== null && numberOfCode(code) !== seq)
    verdict.refuse('CG-P113', `${code} is national rule ${numberOfCode(code)}, not ${seq}`, place);
}

/** A rule about visits, or about codes of diagnoses and operations, has no items to name. */
function namesItems(rule: JudgedRule): boolean {
  const { parsed, joins } = rule.rule;
  if (joins.length > 0 || parsed.basisTable !== null || parsed.basis.points.length > 0) return true;
  if (parsed.anchor === 'encounter' || parsed.anchor === 'claim') return true;
  const asked = [...occurrences(rule.condition)];
  if (asked.some((occurrence) => selectionOf(rule, occurrence, null) !== null)) return true;
  if (!asked.some(({ atom }) => asksSomething(atom))) return false;
  return asked.some((occurrence) => [...valuesOf(occurrence)].some((v) => isAbout(rule, v)));
}

/** That a fact is known, that there is any at all, or of what kind a line is, asks for nothing. */
function asksSomething(atom: Atom): boolean {
  if (atom.kind === 'test' && atom.of.kind === 'has') return false;
  const isKind = (value: Typed) => value.kind === 'fact' && value.path === 'line.kind';
  const readings = readingsOf(atom);
  if (readings.length > 0) return !readings.every((reading) => limitsNothing(reading));
  return ![...valuesOf({ atom, context: [] })].some(isKind);
}

/**
 * What a rule without named items is about: illness, operations, what a line says beside its kind. The national
 * libraries have rules and points: without a number of theirs (`national`), a line's price or time is none.
 */
function isAbout({ rule: { parsed } }: JudgedRule, value: Typed): boolean {
  if (value.kind === 'call') return value.name === 'diagnosisIn' || value.name === 'trace.soldBefore';
  if (value.kind === 'listed') return true;
  const isOfRule = parsed.nationalSeq !== null || parsed.nationalCode !== null;
  const isSaid = isOfRule || hasDocumentNumber(parsed);
  if (value.kind === 'size') return isSaid;
  if (value.kind !== 'fact' || value.path === 'line.kind') return false;
  return /^(diagnoses|procedures)\./.test(value.path) || (value.path.startsWith('line.') && isSaid);
}

/** A joined table of items with rows that an area or the author has added. */
function homeMadeTable({ rule, tables }: JudgedRule): string | null {
  const found = rule.joins.find((join) => {
    const table = tables.get(join.table);
    return isItemCodeOfSlot(join.on) && table !== undefined && traitsOf(table).isHomeMade;
  });
  return found?.table ?? null;
}

export function checkResponsibility(rule: JudgedRule, verdict: Verdict): void {
  const { parsed } = rule.rule;
  if (isNobody(parsed.owner)) verdict.refuse('CG-P117', 'it has no owner', parsed.placeOf('owner'));
  const last = rule.asOf + farthestReview;
  const ends = [parsed.review, parsed.validTo].filter((end) => end !== null);
  if (ends.length > 0 && ends.every((end) => end > last))
    verdict.refuse('CG-P117', 'nobody now in office will review it', parsed.placeOf('review'));
  if (parsed.review === null && parsed.validTo === null)
    verdict.refuse('CG-P117', 'it has neither a review nor a last day', parsed.placeOf('review'));
  const first = parsed.validFrom ?? -Infinity;
  if (parsed.review !== null && parsed.review <= first)
    verdict.refuse('CG-P117', 'its review is over before it begins', parsed.placeOf('review'));
  if (parsed.killSwitch.trim() === '' || parsed.killSwitch === 'none')
    verdict.refuse('CG-P117', 'nothing can switch it off', parsed.placeOf('killSwitch'));
}

/** From the day to which the rule set is adopted; days. A day beyond it stands for never. */
const farthestReview = 3_660;

/** Nothing, or a word that stands where a name will come. */
function isNobody(owner: string): boolean {
  return /^(待定|待补|未定|暂无|无|某人?|n\/?a|tbd|todo|none|unknown|x+|[-?？—]+)?$/i.test(owner.trim());
}

export function checkHold(rule: JudgedRule, verdict: Verdict): void {
  const { parsed } = rule.rule;
  if (parsed.effect !== 'hold') return;
  const lacking = [
    ...(isPaymentLimit(rule) || isIdentityConflict(rule) ? [] : ['a national payment limit (1 to 34)']),
    ...(parsed.severity === 'definite' || isIdentityConflict(rule) ? [] : ['a definite finding']),
    ...(restsOnPoints(rule) ? [] : ['official points for every item']),
    ...(firesOnAbsence(rule) ? ['all facts known'] : []),
    ...(parsed.appeal.trim() === '' ? ['a way to appeal (appeal)'] : []),
  ];
  if (lacking.length === 0) return;
  const found = `a hold lacks ${lacking.join(', ')}`;
  verdict.lower('CG-P114', found, { effect: 'remind' }, parsed.placeOf('effect'));
}

/** 政策限定类: the first 34, and codes that begin as theirs. */
function isPaymentLimit({ rule: { parsed } }: JudgedRule): boolean {
  const { nationalSeq: seq, nationalCode: code } = parsed;
  return seq === null ? code?.startsWith('GZ100001') === true : seq <= 34;
}

/** Nothing of the patient is asked but sex or payer, against a row of the item. */
function isIdentityConflict(rule: JudgedRule): boolean {
  const asked = [...atomsOf(rule.condition)].flatMap((atom) => [...valuesOf({ atom, context: [] })]);
  const facts = asked.filter((v) => v.kind === 'fact' && v.path !== 'line.itemCode');
  const isIdentity = (v: (typeof facts)[number]) =>
    v.kind === 'fact' && ['patient.sex', 'patient.insurance'].includes(v.path);
  return facts.length > 0 && facts.every(isIdentity);
}

function restsOnPoints(rule: JudgedRule): boolean {
  const { parsed } = rule.rule;
  if (parsed.basis.points.length > 0) return true;
  const tables = rule.joins.map(({ join }) => join.table);
  const listed = [rule.rule.when].flatMap((when) =>
    [...walk(when)].flatMap((v) => (v.kind === 'listed' ? [v.table] : [])),
  );
  const all = [...tables, ...listed];
  return all.length > 0 && all.every((name) => isOfPoints(rule, name));
}

function firesOnAbsence(rule: JudgedRule): boolean {
  return [...atomsOf(rule.fires)].some(
    (atom) => atom.kind === 'test' && !atom.holds && atom.of.kind === 'has' && atom.of.of.kind === 'fact',
  );
}
