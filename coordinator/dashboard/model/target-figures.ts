/** @file The figures of each class, flag or value, from the sums of an evaluation. Pure. */
import type { Target } from "../../../shared/data/dataset.ts";
import { classCounts } from "../../../shared/tasks/class-metrics.ts";
import { flagCounts } from "../../../shared/tasks/flag-metrics.ts";
import { f1Of, type Figures, ratio } from "../../../shared/tasks/metrics.ts";
import { valueFigures } from "../../../shared/tasks/value-metrics.ts";

/** The names of the figures that `targetFigures` gives for targets of each kind. */
export const figureNames = {
  classes: ["precision", "recall", "f1"],
  flags: ["accuracy", "precision", "recall", "f1"],
  values: ["rmse", "mae", "r2"],
  tokens: [],
} as const satisfies Readonly<Record<Target["kind"], readonly string[]>>;

/**
 * @param sums - The root of an evaluation.
 * @param samples - Of the split that was evaluated.
 * @returns One for each class, flag or value, in their order; none for tokens.
 */
export function targetFigures(
  sums: readonly number[],
  target: Target,
  samples: number,
): readonly Figures[] {
  if (target.kind === "tokens") return [];
  if (target.kind === "values") return valueFigures({ sums, samples, target }, target.count);
  const counts =
    target.kind === "flags"
      ? flagCounts({ sums }, target.count)
      : classCounts(sums, target.count).map((each) => ({ ...each, right: NaN }));
  return counts.map(({ actual, predicted, hits, right }) => ({
    ...(target.kind === "flags" ? { accuracy: ratio(right, samples) } : {}),
    precision: ratio(hits, predicted),
    recall: ratio(hits, actual),
    f1: f1Of(hits, actual, predicted),
  }));
}
