/**
 * @file The grid on which a variant's rate is searched: 10^(k/2) for whole k, rounded to three digits: 0.1, 0.316, 1,
 * 3.16 … A grid that ends at its best rate says nothing about the rate beyond it, so it is extended there. Pure.
 */

/** Rates per factor of ten. */
const perDecade = 2;

/** How far a grid may be extended beyond each of its ends, in rates: a factor of 100. */
export const extensionsMax = 4;

/** The rate of an exponent. */
export function rateAt(exponent: number): number {
  return Number((10 ** (exponent / perDecade)).toPrecision(3));
}

/** `count` exponents around the rate that the variant would have without a search, ascending. */
export function exponentsAround(rate: number, count: number): readonly number[] {
  const middle = Math.round(perDecade * Math.log10(rate));
  const first = middle - Math.floor(count / 2);
  return Array.from({ length: count }, (_, i) => first + i);
}

/** The score of each exponent that was tried: lower is better, and ∞ if it diverged. */
export type Scores = ReadonlyMap<number, number>;

export interface BestRate {
  readonly exponent: number;
  /** Whether it is an end of what was tried, so that a better one may be beyond it. */
  readonly isAtEdge: boolean;
}

/** The exponent with the lowest score; of equals, the smallest. `undefined` if none has a finite score. */
export function bestRate(scores: Scores): BestRate | undefined {
  const tried = [...scores.keys()].toSorted((a, b) => a - b);
  let best: number | undefined;
  for (const exponent of tried) {
    const score = scores.get(exponent) ?? Infinity;
    const lowest = best === undefined ? Infinity : (scores.get(best) ?? Infinity);
    if (score < lowest) best = exponent;
  }
  if (best === undefined) return undefined;
  return { exponent: best, isAtEdge: best === tried[0] || best === tried.at(-1) };
}

/**
 * The exponent to try next: the first ones in ascending order, then one more beyond an end that is the best, and below
 * the lowest if all of them diverged.
 *
 * @param first - The grid before any extension, ascending.
 * @param scores - Of the exponents that were tried.
 * @returns `undefined` if the search is over.
 */
export function nextExponent(first: readonly number[], scores: Scores): number | undefined {
  const missing = first.find((exponent) => !scores.has(exponent));
  if (missing !== undefined) return missing;
  const [low, high] = [Math.min(...scores.keys()), Math.max(...scores.keys())];
  const mayRise = high < Math.max(...first) + extensionsMax;
  const mayFall = low > Math.min(...first) - extensionsMax;
  const best = bestRate(scores)?.exponent;
  if (best === high && mayRise) return high + 1;
  if ((best === low || best === undefined) && mayFall) return low - 1;
  return undefined;
}
