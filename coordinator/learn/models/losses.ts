/** @file The losses that train, one output a sample: loss and slope of many predictions at once, by the kernel. */
import { known } from "../../../shared/assert.ts";
import type { Kernel } from "../../../shared/kernels/kernel.ts";
import { scratch } from "./scratch.ts";

/** The kernel's function of each loss. */
const functionNames = {
  mse: "meanSquaredError",
  mae: "meanAbsoluteError",
  bce: "sigmoidCrossEntropy",
} as const;
export type ValueLoss = keyof typeof functionNames;

/** Floats of a row in the kernel's memory; the first is the sample's one output. */
const stride = 16;

/** Means over the targets, in float64, of the float32 values of the kernel. */
export interface MeanLoss {
  readonly cost: number;
  /** ∂cost/∂prediction (for `bce`: ∂cost/∂logit). */
  readonly slope: number;
}

/**
 * For each prediction, its mean loss over all targets.
 *
 * @param predictions - Shape `[n]`; for `bce` logits.
 * @param targets - Shape `[m]`.
 * @returns Shape `[n]`.
 */
export function meanLosses(
  kernel: Kernel,
  loss: ValueLoss,
  predictions: ArrayLike<number>,
  targets: ArrayLike<number>,
): readonly MeanLoss[] {
  const [n, m] = [predictions.length, targets.length];
  const bytes = 4 * stride * m + 64;
  const [rows, wanted, deltas] = ["rows", "wanted", "deltas"].map((name) =>
    scratch(kernel, `losses ${name}`, bytes),
  );
  const losses = scratch(kernel, "losses", 4 * m);
  const [from, to, into] = [known(rows, "rows"), known(wanted, "targets"), known(deltas, "deltas")];
  const { f32 } = kernel.views;
  for (let j = 0; j < m; j++) f32[to / 4 + j * stride] = targets[j] ?? 0;
  const run = kernel.functions[functionNames[loss]];
  return Array.from({ length: n }, (_, i) => {
    for (let j = 0; j < m; j++) f32[from / 4 + j * stride] = predictions[i] ?? 0;
    run(into, from, stride, m, 1, to, losses);
    let [cost, slope] = [0, 0];
    for (let j = 0; j < m; j++) {
      cost += f32[losses / 4 + j] ?? 0;
      slope += f32[into / 4 + j * stride] ?? 0;
    }
    return { cost: cost / m, slope: slope / m };
  });
}
