import { FactReader } from '../facts.js';
import { wrongShape } from '../formats/structure.js';
import { NoteTaker } from '../notes.js';

/**
 * A text of at most 50 characters that has to be one: were it taken for unknown, a deletion would delete something
 * else. Throws WrongStructure.
 */
export function surely(value: unknown, place: string): string {
  return new FactReader(new NoteTaker()).text('lines.id', value) ?? wrongShape(place, 'a text');
}
