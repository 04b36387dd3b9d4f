/**
 * @file Local search, the baseline that gradients beat: try k random neighbours w + σ · noise and keep the best one
 * if it improves. This file holds only the choice; the noise is drawn in `../engine/noise.ts`.
 */
import { assert } from "../assert.ts";

/**
 * The candidate to continue from: the one with the lowest loss; of equals, the first. Candidate 0 is the current
 * point, so a neighbour is chosen only if it is better.
 *
 * @param lossSums - One finite loss per candidate, over the same samples. Shape `[1 + neighbours]`.
 * @returns Its index.
 */
export function bestCandidate(lossSums: Float32Array): number {
  assert(lossSums.length >= 1, "the current point is always a candidate");
  let best = 0;
  let lowest = Infinity;
  for (const [candidate, lossSum] of lossSums.entries()) {
    assert(Number.isFinite(lossSum), `the loss of candidate ${candidate} is ${lossSum}`);
    if (lossSum >= lowest) continue;
    best = candidate;
    lowest = lossSum;
  }
  return best;
}
