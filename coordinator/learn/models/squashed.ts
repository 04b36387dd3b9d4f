/** @file One output through the logistic function, by the kernel: cost and slope of cross-entropy and of MSE, by logit. */
import type { Kernel } from "../../../shared/kernels/kernel.ts";
import { meanLosses, type MeanLoss } from "./losses.ts";
import { scratch } from "./scratch.ts";

/** Of one sample. */
export interface Squashed {
  /** `p = σ(z)`. */
  readonly probability: number;
  /** Binary cross-entropy from the logit. */
  readonly bce: MeanLoss;
  /** Categorical cross-entropy of two classes with logits z and 0. */
  readonly cce: MeanLoss;
  /** The mean square of p and the target; its slope goes through σ. */
  readonly mse: MeanLoss;
}

/** Floats of a row in the kernel's memory. */
const stride = 16;

/**
 * All three costs at a logit.
 *
 * @param target - 0 or 1.
 */
export function squashedAt(kernel: Kernel, logit: number, target: 0 | 1): Squashed {
  const { functions } = kernel;
  const place = scratch(kernel, "squashed", 4 * 4 * stride);
  const row = (number: number) => place + 4 * stride * number;
  const [source, output, delta, loss] = [place, row(1), row(2), row(3)] as const;
  const labels = scratch(kernel, "squashed label", 16);
  const { f32, u16 } = kernel.views;
  f32.fill(0, source / 4, source / 4 + stride);
  f32[source / 4] = logit;
  u16[labels / 2] = 1 - target;
  functions.softmaxCrossEntropy(delta, source, stride, 1, 2, labels, loss);
  const cce = { cost: f32[loss / 4] ?? NaN, slope: f32[delta / 4] ?? NaN };
  functions.sigmoid(output, source, stride);
  const probability = f32[output / 4] ?? NaN;
  const [square = cce] = meanLosses(kernel, "mse", [probability], [target]);
  f32[delta / 4] = square.slope;
  functions.sigmoidBackward(delta, output, stride);
  const mse = { cost: square.cost, slope: f32[delta / 4] ?? NaN };
  const [bce = cce] = meanLosses(kernel, "bce", [logit], [target]);
  return { probability, bce, cce, mse };
}
