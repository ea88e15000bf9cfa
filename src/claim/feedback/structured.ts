/** The front door of the readers of feedback: what is found wrong deep in a message is a Result here. */
import { fail, ok, type Result } from '../../base/result.js';
import { WrongStructure } from '../formats/structure.js';
import type { StructureProblem } from '../unreadable.js';

export function structured<Read>(read: () => Read): Result<Read, StructureProblem> {
  try {
    return ok(read());
  } catch (error) {
    if (error instanceof WrongStructure) return fail(error.problem);
    throw error;
  }
}
