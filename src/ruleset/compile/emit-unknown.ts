/** Whether some of several values are Unknown, and the union of those that are. */
import { type Code, js } from '../../base/code.js';

export function anyUnknown(codes: readonly Code[]): Code {
  const [first, ...rest] = codes.map((c) => js`${c} instanceof Unknown`);
  return rest.reduce((all, c) => js`${all} || ${c}`, first as Code);
}

export function unionOf(codes: readonly Code[]): Code {
  const [first, ...rest] = codes;
  return rest.reduce((all, c) => js`both(${all}, ${c})`, first as Code);
}
