/**
 * @marcbachmann/cel-js as its README recommends: an Environment with declared variables and constants,
 * expressions parsed once and called many times. The only importer of @marcbachmann/cel-js.
 */
import { Environment } from '@marcbachmann/cel-js';
import {
  type GivenFacts,
  giveFacts,
  givenCondition,
  givenVariables,
  rowOf,
  type WrittenContext,
  WrittenFunctions,
  writtenCondition,
  writtenContexts,
} from './cel-text.js';
import { type Condition, type MakeContender, tryAll, tryIndexed } from './contender.js';
import { rulesByCode } from './make-rules.js';

function givenEnvironment(): Environment {
  const environment = new Environment();
  for (const [name, type] of Object.entries(givenVariables)) environment.registerVariable(name, type);
  return environment;
}

function compile<P extends object>(environment: Environment, text: string): (context: P) => boolean {
  const evaluate = environment.parse(text);
  return (context) => evaluate(context as Record<string, unknown>) === true;
}

/**
 * Every rule on every line. The codes of a rule are a registered constant, the fastest of four forms
 * tried.
 */
export const marcbachmannCel: MakeContender = (rules) => {
  const environment = givenEnvironment();
  rules.forEach(({ codes }, i) => {
    environment.registerConstant(`codes${i}`, 'map', new Map(codes.map((code) => [code, true])));
  });
  return tryAll(
    rules.map((rule, i): Condition<GivenFacts> => {
      return compile(environment, `itemCode in codes${i} && ${givenCondition(rule)}`);
    }),
    giveFacts,
  );
};

export const marcbachmannCelIndexed: MakeContender = (rules) => {
  const environment = givenEnvironment();
  return tryIndexed(
    rules.map((rule): Condition<GivenFacts> => compile(environment, givenCondition(rule))),
    rulesByCode(rules),
    giveFacts,
  );
};

export const marcbachmannCelWritten: MakeContender = (rules) => {
  const functions = new WrittenFunctions();
  const environment = new Environment()
    .registerFunction('ageAt(string, string): double', functions.ageAt)
    .registerFunction('sameDay(string, string): bool', functions.sameDay)
    .registerFunction('quantityOf(string): double', functions.quantityOf)
    .registerFunction('linesOf(string): list', functions.linesOf);
  for (const name of ['patient', 'institution', 'encounter', 'line', 'row']) {
    environment.registerVariable(name, 'map');
  }
  const conditions = rules.map((rule) => {
    const condition = compile<WrittenContext>(environment, writtenCondition(rule));
    const row = rowOf(rule);
    return (context: WrittenContext) => {
      context.row = row;
      functions.enter(context.claim);
      return condition(context);
    };
  });
  return tryIndexed(conditions, rulesByCode(rules), writtenContexts);
};
