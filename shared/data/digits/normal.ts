/** @file Bell-shaped randomness from sums alone, because `Math.log` and `Math.cos` differ between engines. */
import type { Random } from "../../random.ts";

/**
 * A number with mean 0 and standard deviation 1, within ±2√3. It is the sum of four uniform numbers (Irwin–Hall),
 * which is close to normal but has no far tail that would tear a digit apart.
 */
export function normal(random: Random): number {
  const sum = random.uniform() + random.uniform() + random.uniform() + random.uniform();
  return (sum - 2) * Math.sqrt(3);
}
