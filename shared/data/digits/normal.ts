/** @file Bell-shaped randomness from sums alone, since `Math.log` and `Math.cos` differ between engines. */
import type { Random } from "../../random.ts";

/**
 * A number of mean 0 and standard deviation 1, within ±2√3: the sum of four uniform ones (Irwin–Hall), which is close
 * to normal and has no far tail that would tear a digit apart.
 */
export function normal(random: Random): number {
  const sum = random.uniform() + random.uniform() + random.uniform() + random.uniform();
  return (sum - 2) * Math.sqrt(3);
}
