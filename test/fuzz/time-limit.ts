/**
 * Ends synchronous code that does not end by itself: the interpreter's own watchdog stops it, loops and
 * patterns too.
 */
import vm from 'node:vm';

export const late = Symbol('late');

const script = new vm.Script('step()');
const context: { step: () => void } = { step: () => {} };
vm.createContext(context);

/**
 * What `step` answers, or `late` where it takes longer than `limitMs`. A single native call is not
 * interrupted.
 */
export function within<T>(limitMs: number, step: () => T): T | typeof late {
  let answer: T | typeof late = late;
  context.step = () => {
    answer = step();
  };
  try {
    script.runInContext(context, { timeout: limitMs });
  } catch (error) {
    if (!isTimeout(error)) throw error;
    return late;
  }
  return answer;
}

/** An error of the script's realm, so of another `Error` than this one's. */
function isTimeout(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
  return code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}
