/**
 * @file The random neighbours of local search, drawn from (seed, step, candidate). Workers draw them to try them;
 * the coordinator draws the winner again. Integers, exact scaling and float32 rounding only.
 */
import { assert } from "../assert.ts";
import { Random } from "../random.ts";

/** Each value is the sum of four 16-bit draws: mean 2 · 65535, variance 4 · (65536² − 1) / 12. */
const drawsMean = 2 * 65_535;
const perDeviation = Math.fround(1 / Math.sqrt((4 * (65_536 ** 2 - 1)) / 12));

export interface Neighbour {
  readonly seed: number;
  readonly step: number;
  /** 1-based; candidate 0 is the point itself. */
  readonly candidate: number;
  /** Standard deviation of the noise of every coordinate. */
  readonly sigma: number;
}

/**
 * `target ← point + σ · noise`, each operation rounded to float32. The noise is a sum of four uniform draws: mean 0,
 * variance 1, within ±3.46, close to normal (Irwin–Hall).
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
    const noise = Math.fround(drawSum(random) * perDeviation);
    target[i] = (point[i] ?? 0) + Math.fround(scale * noise);
  }
}

function drawSum(random: Random): number {
  const [first, second] = [random.nextUint32(), random.nextUint32()];
  const sum = (first >>> 16) + (first & 0xffff) + (second >>> 16) + (second & 0xffff);
  return sum - drawsMean;
}
