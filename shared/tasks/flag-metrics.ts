/** @file Metrics of several yes-or-no answers: how often each was right, and in which way it was wrong. */
import { count } from "./class-metrics.ts";
import { f1Of, mean, type Measured, type Metrics, ratio } from "./metrics.ts";

/** Counts of one flag. */
export interface FlagCounts {
  readonly actual: number;
  readonly predicted: number;
  readonly hits: number;
  readonly right: number;
}

/**
 * Sums: `[flag, 4]`: rightly no, wrongly yes, wrongly no, rightly yes.
 *
 * @param threshold - An output above it means yes.
 */
export function flagMetrics(flagCount: number, threshold: number): Metrics {
  return {
    sumCount: 4 * flagCount,
    add(sums, { outputs, targets }) {
      for (let flag = 0; flag < flagCount; flag++) {
        const predicted = (outputs[flag] ?? 0) > threshold ? 1 : 0;
        count(sums, 4 * flag + 2 * (targets[flag] ?? 0) + predicted);
      }
    },
    figures: (measured) => {
      const flags = flagCounts(measured, flagCount);
      return {
        accuracy: mean(flags.map(({ right }) => ratio(right, measured.samples))),
        precision: mean(flags.map(({ hits, predicted }) => ratio(hits, predicted))),
        recall: mean(flags.map(({ hits, actual }) => ratio(hits, actual))),
        f1: mean(flags.map(({ hits, actual, predicted }) => f1Of(hits, actual, predicted))),
      };
    },
  };
}

export function flagCounts({ sums }: Pick<Measured, "sums">, flagCount: number): FlagCounts[] {
  return Array.from({ length: flagCount }, (_, flag) => {
    const [no = 0, wrongYes = 0, wrongNo = 0, yes = 0] = [0, 1, 2, 3].map(
      (i) => sums[4 * flag + i],
    );
    return { actual: wrongNo + yes, predicted: wrongYes + yes, hits: yes, right: no + yes };
  });
}
