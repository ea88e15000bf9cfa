/**
 * `; did you mean 'quantity'?` for the known name nearest to an unknown one, or nothing where none is near.
 */
export function didYouMean(name: string, known: Iterable<string>): string {
  const nearest = nearestName(name, known);
  return nearest === null ? '' : `; did you mean '${nearest}'?`;
}

export function nearestName(name: string, known: Iterable<string>): string | null {
  const limit = Math.ceil(name.length / 3);
  let best: string | null = null;
  let bestDistance = limit + 1;
  for (const candidate of known) {
    // A name begun and not finished is near, however long the rest.
    const isBegun = name.length >= 3 && candidate.startsWith(name);
    const distance = isBegun ? 1 : editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(change, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
