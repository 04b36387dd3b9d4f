/** @file Which classes are mistaken for which others. Pure. */

/** How often samples of one class were read as another. */
export interface Pair {
  readonly label: number;
  readonly predicted: number;
  readonly count: number;
}

/**
 * The pairs that occur most often, the most frequent first. Equal pairs are added; correct predictions are left out.
 *
 * @param most - How many pairs to return.
 */
export function worstPairs(pairs: readonly Pair[], most: number): Pair[] {
  const sums = new Map<string, Pair>();
  for (const { label, predicted, count } of pairs) {
    if (label === predicted || count === 0) continue;
    const key = `${label} ${predicted}`;
    sums.set(key, { label, predicted, count: count + (sums.get(key)?.count ?? 0) });
  }
  return [...sums.values()]
    .toSorted((a, b) => b.count - a.count || a.label - b.label || a.predicted - b.predicted)
    .slice(0, most);
}
