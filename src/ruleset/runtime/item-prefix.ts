/** Whether an item code begins with a prefix, by its number: decided once for a code of the tables. */
import type { ItemCodes } from '../../claim/columns/item-codes.js';

const [notJudged, without, withPrefix] = [0, 1, 2];

export function itemPrefixTest(items: ItemCodes, prefix: string): (item: number) => boolean {
  const judged = new Int8Array(items.known.size);
  const begins = (item: number) => items.textOf(item).startsWith(prefix);
  return (item) => {
    // Numbers of codes that only claims have may come to mean others.
    if (item >= judged.length) return begins(item);
    if (judged[item] === notJudged) judged[item] = begins(item) ? withPrefix : without;
    return judged[item] === withPrefix;
  };
}
