/** @file The median and the range of a few runs. Pure. */
import { assert } from "../../../shared/assert.ts";

export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** The middle value, or the mean of the two in the middle; ∞ counts as a value. */
export function median(values: readonly number[]): number {
  assert(values.length > 0, "a median is of at least one value");
  const sorted = values.toSorted((a, b) => a - b);
  const [low = 0, high = 0] = [
    sorted[Math.ceil(sorted.length / 2) - 1],
    sorted[sorted.length >> 1],
  ];
  return low === high ? low : (low + high) / 2;
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), low: Math.min(...values), high: Math.max(...values) };
}
