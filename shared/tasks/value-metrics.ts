/** @file Metrics of numbers: how far the answers are off, in the units of the data. */
import { type Figures, mean, type Measured, type Metrics } from "./metrics.ts";

const { abs, fround, sqrt } = Math;

/** Sums: `[value, 4]`: Σ(ŷ − y)², Σ|ŷ − y|, Σy, Σy². */
export function valueMetrics(valueCount: number): Metrics {
  return {
    sumCount: 4 * valueCount,
    add(sums, { outputs, targets }) {
      for (let value = 0; value < valueCount; value++) {
        const target = targets[value] ?? 0;
        const difference = fround((outputs[value] ?? 0) - target);
        addTo(sums, 4 * value, fround(difference * difference));
        addTo(sums, 4 * value + 1, abs(difference));
        addTo(sums, 4 * value + 2, target);
        addTo(sums, 4 * value + 3, fround(target * target));
      }
    },
    figures: (measured) => {
      const all = valueFigures(measured, valueCount);
      return {
        rmse: mean(all.map(({ rmse }) => rmse)),
        mae: mean(all.map(({ mae }) => mae)),
        r2: mean(all.map(({ r2 }) => r2)),
      };
    },
  };
}

function addTo(sums: Float32Array, at: number, value: number): void {
  sums[at] = (sums[at] ?? 0) + value;
}

/**
 * The figures of each value, in the units of the data: root mean squared error, mean absolute error, and R², the
 * share of the variance that is explained (1 is perfect, 0 as good as the mean; 0 if the targets do not vary).
 */
export function valueFigures(
  { sums, samples, target }: Measured,
  valueCount: number,
): (Figures & { readonly rmse: number; readonly mae: number; readonly r2: number })[] {
  const scales = target.kind === "values" ? target.scales : undefined;
  return Array.from({ length: valueCount }, (_, value) => {
    const [squared = 0, absolute = 0, sum = 0, sumOfSquares = 0] = [0, 1, 2, 3].map(
      (i) => sums[4 * value + i],
    );
    const scale = scales?.[value]?.scale ?? 1;
    const variation = sumOfSquares - sum ** 2 / samples;
    return {
      rmse: scale * sqrt(squared / samples),
      mae: (scale * absolute) / samples,
      r2: variation > 0 ? 1 - squared / variation : 0,
    };
  });
}
