/**
 * @file The contract of a task's metrics. An evaluation counts and adds float32 sums over samples; they are added
 * along the tree like gradients, so any worker gets the same bits. The figures are read from the root, for people:
 * nothing is decided by them.
 */
import type { Target } from "../data/dataset.ts";
import type { ScoredSample } from "../model/network.ts";

/** Named figures, in the order in which they are shown. */
export type Figures = Readonly<Record<string, number>>;

/** What the figures are read from. */
export interface Measured {
  /** The root of an evaluation, of `sumCount` values. */
  readonly sums: ArrayLike<number>;
  /** Samples of the split. */
  readonly samples: number;
  /** The dataset's, with the scale of its values. */
  readonly target: Target;
}

export interface Metrics {
  /** Float32 sums in the result of a block. */
  readonly sumCount: number;
  /**
   * Adds one sample to a shard's sums, each operation rounded to float32. The samples come in their order in the
   * shard.
   *
   * @param sums - Shape `[sumCount]`; updated in place.
   */
  add(sums: Float32Array, sample: ScoredSample): void;
  /** The figures of a whole split. */
  figures(measured: Measured): Figures;
}

/** A ratio; 0 if there is nothing to divide by, as is usual for precision and recall. */
export function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/** The harmonic mean of precision and recall, from counts. */
export function f1Of(hits: number, actual: number, predicted: number): number {
  return ratio(2 * hits, actual + predicted);
}

export function mean(values: readonly number[]): number {
  return ratio(
    values.reduce((sum, value) => sum + value, 0),
    values.length,
  );
}
