/** @file "Did you mean …?": finds the known word nearest to a misspelt one. */

/**
 * The nearest of the words, if it is near enough: at most one edit per three letters (an edit inserts, drops,
 * replaces or swaps neighbours), or the only one with this beginning. Case and hyphens don't count. Never the word
 * itself.
 */
export function nearest(given: string, words: readonly string[]): string | undefined {
  const word = nearestOf(given, words);
  return word === given ? undefined : word;
}

function nearestOf(given: string, words: readonly string[]): string | undefined {
  const wanted = plain(given);
  const ranked = words
    .map((word) => ({ word, distance: editDistance(wanted, plain(word)) }))
    .toSorted((a, b) => a.distance - b.distance);
  const best = ranked[0];
  const distanceMax = Math.max(1, Math.floor(wanted.length / 3));
  if (best !== undefined && best.distance <= distanceMax && wanted.length > 1) return best.word;
  const longer = words.filter((word) => plain(word).startsWith(wanted));
  return wanted.length >= 3 && longer.length === 1 ? longer[0] : undefined;
}

function plain(word: string): string {
  return word.toLowerCase().replaceAll(/[-_]/gu, "");
}

/** Optimal string alignment distance, computed row by row. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const steps = [at(row, j - 1) + 1, at(last, j) + 1, at(last, j - 1) + (same ? 0 : 1)];
      if (swapped) steps.push(at(beforeLast, j - 2) + 1);
      row.push(Math.min(...steps));
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
