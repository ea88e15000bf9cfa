/**
 * @bufbuild/cel as its README says for repeated use: one environment, every expression parsed and planned
 * once. The only importer of @bufbuild/cel in these benchmarks.
 */
import { CelScalar, celEnv, celFunc, celMap, listType, parse, plan } from '@bufbuild/cel';
import {
  type GivenFacts,
  giveFacts,
  givenCondition,
  rowOf,
  type WrittenContext,
  WrittenFunctions,
  writtenCondition,
  writtenContexts,
} from './cel-text.js';
import { type Condition, type MakeContender, tryAll, tryIndexed } from './contender.js';
import { rulesByCode } from './make-rules.js';

type Input = Parameters<ReturnType<typeof plan>>[0];

const environment = celEnv();

function compile(text: string): Condition<GivenFacts> {
  const evaluate = plan(environment, parse(text));
  return (facts) => evaluate(facts as unknown as Input) === true;
}

/**
 * Every rule on every line. The codes are a map in a variable: a list in the text is built anew at every
 * call.
 */
export const bufbuildCel: MakeContender = (rules) =>
  tryAll(
    rules.map((rule) => {
      const condition = compile(`itemCode in codes && ${givenCondition(rule)}`);
      const codes = celMap(new Map(rule.codes.map((code) => [code, true])));
      return (facts: GivenFacts) => {
        facts.codes = codes;
        return condition(facts);
      };
    }),
    giveFacts,
  );

export const bufbuildCelIndexed: MakeContender = (rules) =>
  tryIndexed(
    rules.map((rule) => compile(givenCondition(rule))),
    rulesByCode(rules),
    giveFacts,
  );

const { STRING, DOUBLE, BOOL, DYN } = CelScalar;

export const bufbuildCelWritten: MakeContender = (rules) => {
  const functions = new WrittenFunctions();
  const withFunctions = celEnv({
    funcs: [
      celFunc('ageAt', [STRING, STRING], DOUBLE, functions.ageAt),
      celFunc('sameDay', [STRING, STRING], BOOL, functions.sameDay),
      celFunc('quantityOf', [STRING], DOUBLE, functions.quantityOf),
      celFunc('linesOf', [STRING], listType(DYN), (code) => functions.linesOf(code) as never),
    ],
  });
  const conditions = rules.map((rule) => {
    const evaluate = plan(withFunctions, parse(writtenCondition(rule)));
    const row = rowOf(rule);
    return (context: WrittenContext) => {
      context.row = row;
      functions.enter(context.claim);
      return evaluate(context as unknown as Input) === true;
    };
  });
  return tryIndexed(conditions, rulesByCode(rules), writtenContexts);
};
