/** Tests of the language compile rules that nobody may ship. */
export { buildUnguarded } from '../../bench/engine/unguarded.js';
