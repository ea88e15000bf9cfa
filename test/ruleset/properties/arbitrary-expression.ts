/**
 * Random expressions of the rule language, well typed by construction, over the facts of arbitrary-claim.ts.
 */
import fc from 'fast-check';
import { diagnosisCodes, itemCodes } from './arbitrary-claim.js';

type Text = fc.Arbitrary<string>;

/** Elements in scope, by the kind of list that binds them. */
interface Scope {
  readonly lines: readonly string[];
  readonly diagnoses: readonly string[];
  /** Questions about the past are asked as well. */
  readonly past?: true;
}

const quoted = (words: readonly string[]) => fc.constantFrom(...words.map((w) => `'${w}'`));
const pick = (...texts: string[]) => fc.constantFrom(...texts);
const template = (parts: readonly string[], ...holes: readonly Text[]): Text =>
  fc.tuple(...holes).map((texts) => parts.map((part, i) => part + (texts[i] ?? '')).join(''));

export function boolText(depth: number, scope: Scope = { lines: ['line'], diagnoses: [] }): Text {
  const leaf = leafBool(scope);
  if (depth <= 0) return leaf;
  const inner = boolText(depth - 1, scope);
  const shallow = boolText(depth - 2, scope);
  const int = intText(depth - 1, scope);
  return fc.oneof(
    { weight: 3, arbitrary: template(['(', ' ', ' ', ')'], inner, pick('&&', '||'), inner) },
    template(['!(', ')'], inner),
    template(['(', ' ? ', ' : ', ')'], shallow, inner, inner),
    template(['', ' ', ' ', ''], int, pick('<', '<=', '>', '>=', '==', '!='), int),
    template(
      ['', ' ', ' ', ''],
      doubleText(depth - 1, scope),
      pick('<', '>=', '==', '!='),
      doubleText(0, scope),
    ),
    template(['', ' ', ' ', ''], int, pick('<', '>=', '==', '!='), doubleText(depth - 1, scope)),
    { weight: 2, arbitrary: lineLoop(depth, scope) },
    diagnosisLoop(depth, scope),
    leaf,
  );
}

function leafBool(scope: Scope): Text {
  const { lines, diagnoses } = scope;
  const sex = template(['patient.sex ', ' ', ''], pick('==', '!='), quoted(['female', 'male']));
  const options: Text[] = [
    pick('true', 'false', 'encounter.emergency', 'has(patient.sex)', 'has(encounter.dischargedAt)'),
    sex,
    template(
      ['encounter.medType.', '(', ')'],
      pick('startsWith', 'endsWith', 'contains'),
      quoted(['2', '1', '51']),
    ),
    template(
      ['patient.insurance in [', ', ', ']'],
      quoted(['resident', 'other']),
      quoted(['employee', 'retired_cadre']),
    ),
    template(
      ['encounter.admittedAt ', ' ', ''],
      pick('<', '>=', '==', '!='),
      pick('encounter.dischargedAt', 'claim.sentAt'),
    ),
  ];
  if (lines.length > 0) {
    const one = pick(...lines);
    options.push(
      template(['', '.itemCode ', ' ', ''], one, pick('==', '!=', '<'), quoted(itemCodes)),
      template(['', '.itemCode == ', '.itemCode'], one, one),
      template(['', '.itemCode in [', ', ', ']'], one, quoted(itemCodes), quoted(itemCodes)),
      template(['has(', '.', ')'], one, pick('at', 'quantity', 'itemCode')),
      template(['', '.current'], one),
      template(['', '.at ', ' ', '.', ''], one, pick('<', '<=', '=='), one, pick('at', 'until')),
    );
  }
  if (diagnoses.length > 0) {
    const one = pick(...diagnoses);
    options.push(
      template(['', '.code == ', ''], one, quoted(diagnosisCodes)),
      template(['', '.code.startsWith(', ')'], one, quoted(['I', 'Q5'])),
      template(['', '.main'], one),
    );
  }
  const all = fc.oneof(...options);
  return scope.past
    ? fc.oneof({ weight: 2, arbitrary: all }, { weight: 3, arbitrary: aboutPast(lines) })
    : all;
}

function aboutPast(lines: readonly string[]): Text {
  const own = lines.map((line) => `${line}.itemCode`);
  const one = fc.oneof(quoted(itemCodes), pick("'C00'", ...own));
  const some = fc.oneof(one, template(['[', ', ', ']'], quoted(itemCodes), one));
  const days = pick('1', '3', '9', '400');
  const type = quoted(['inpatient', 'outpatient']);
  return fc.oneof(
    template(['history.usedBefore(', ')'], some),
    template(['history.usedAny([', '], ', ')'], quoted(['C0', 'C01', 'X']), days),
    template(['history.quantityWithin(', ', ', ') > ', ''], some, days, pick('1.0', '2.5', '6.0')),
    template(['history.useDays(', ', ', ') >= ', ''], some, days, pick('1', '2', '4')),
    template(['history.shareBeyond(', ', ', ', ', ') > 0.3'], some, days, pick('0', '2')),
    template(['history.spanDays(', ') > ', ''], some, pick('1', '3')),
    template(['daysBetween(day(history.lastUse(', ')), day(claim.sentAt)) < ', ''], some, pick('1', '4')),
    template(['history.supplyLeft(', ') > ', ''], one, pick('0', '2')),
    template(['history.visitsWithin(', ', ', ') > ', ''], type, days, pick('0', '1')),
    template(["history.visitsWithin('inpatient', ", ", ['I2', 'O']) > 0"], days),
    template(['history.', '(', ')'], pick('dischargedWithin', 'dischargedHereWithin'), days),
    template(['history.', '() < encounter.admittedAt'], pick('lastDischarge', 'lastDischargeHere')),
  );
}

function lineLoop(depth: number, scope: Scope): Text {
  const name = `x${scope.lines.length}`;
  const body = boolText(depth - 2, { ...scope, lines: [...scope.lines, name] });
  const key = fc.oneof(quoted(itemCodes), pick(...scope.lines.map((l) => `${l}.itemCode`)));
  const probed = template([`(${name}.itemCode == `, ' && ', ')'], key, body);
  const macro = pick('exists', 'all', 'exists_one');
  return fc.oneof(
    template([`claim.lines.`, `(${name}, `, ')'], macro, body),
    template([`claim.lines.`, `(${name}, `, ')'], macro, probed),
    template([`claim.lines.filter(${name}, `, `).`, `(${name}, `, ')'], body, macro, body),
    template([`size(claim.lines.filter(${name}, `, `)) > `, ''], fc.oneof(body, probed), pick('0', '1', '2')),
  );
}

function diagnosisLoop(depth: number, scope: Scope): Text {
  const name = `d${scope.diagnoses.length}`;
  const body = boolText(depth - 2, { ...scope, diagnoses: [...scope.diagnoses, name] });
  return template([`claim.diagnoses.`, `(${name}, `, ')'], pick('exists', 'all', 'exists_one'), body);
}

function intText(depth: number, scope: Scope): Text {
  const one = pick(...scope.lines);
  const leaf = fc.oneof(
    fc.integer({ min: -20, max: 200_000 }).map(String),
    pick('institution.level', 'claim.scene', 'size(claim.lines)', 'size(claim.diagnoses)'),
    template(['', '.', ''], one, pick('amount', 'days')),
  );
  if (depth <= 0) return leaf;
  const inner = intText(depth - 1, scope);
  return fc.oneof(
    leaf,
    template(['(', ' ', ' ', ')'], inner, pick('+', '-'), inner),
    template(['(', ' * ', ')'], inner, pick('0', '1', '3', '7')),
    template(['(', ' ', ' ', ')'], inner, pick('/', '%'), pick('2', '7', '1000')),
    template(['-(', ')'], inner),
    template(['(', ' ? ', ' : ', ')'], boolText(depth - 2, scope), inner, inner),
  );
}

function doubleText(depth: number, scope: Scope): Text {
  const one = pick(...scope.lines);
  const leaf = fc.oneof(
    pick('0.0', '1.5', '2.0', '-3.25'),
    template(['', '.', ''], one, pick('quantity', 'unitPrice')),
  );
  if (depth <= 0) return leaf;
  const inner = doubleText(depth - 1, scope);
  return fc.oneof(
    leaf,
    template(['(', ' ', ' ', ')'], inner, pick('+', '-', '*'), inner),
    template(['(', ' / ', ')'], inner, pick('2.0', '0.5')),
  );
}
