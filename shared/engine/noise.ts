/**
 * @file The random neighbours of local search, drawn from (seed, step, candidate). Workers draw them to try them;
 * the coordinator draws the winner again. Integers, exact scaling and float32 rounding only.
 */
import { assert } from "../assert.ts";
import { Random } from "../random.ts";

export interface Neighbour {
  readonly seed: number;
  readonly step: number;
  /** 1-based; candidate 0 is the point itself. */
  readonly candidate: number;
  /** Standard deviation of the noise of every coordinate. */
  readonly sigma: number;
}

/**
 * `target ← point + σ · noise`, each operation rounded to float32. The noise is `Random.normal`.
 *
 * @param target - Shape `[parameterCount]`; written. May be `point` itself.
 * @param point - w, shape `[parameterCount]`.
 */
export function drawNeighbour(
  target: Float32Array,
  point: Float32Array,
  { seed, step, candidate, sigma }: Neighbour,
): void {
  assert(target.length === point.length, "a neighbour has as many coordinates as its point");
  const random = new Random(seed, step, candidate);
  const scale = Math.fround(sigma);
  for (let i = 0; i < point.length; i++) {
    target[i] = (point[i] ?? 0) + Math.fround(scale * random.normal());
  }
}
