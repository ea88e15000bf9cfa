/** What a 药品追溯码 can look like. */

/** Any code base: its length grew from 20 digits to 100 characters. */
const shape = /^[\x21-\x7e]{1,100}$/;
/** What is put in where a pack has no code: `0`, `-`, `99999999`. */
const placeholder = /^(.)\1*$/;

/** Whether it may be the code of one pack. What stands where there is none is shared by many. */
export function isPackCode(code: string): boolean {
  return shape.test(code) && !placeholder.test(code);
}
