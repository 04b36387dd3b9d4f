/**
 * @file The kernel function of each loss, whether it replaces the last activation, and what it compares the outputs
 * with. `cce` and `bce` are computed from logits where that is numerically stable. `kernels/plain/losses.ts`
 * documents what they divide by; the coordinator divides by the batch size.
 */
import { assert } from "../assert.ts";
import type { Kernel } from "../kernels/kernel.ts";
import type { ModelConfig } from "./model-config.ts";

export const lossNames = ["cce", "bce", "mse", "mae"] as const;
export type LossName = (typeof lossNames)[number];

/** Loss per sample and its gradient, over padded rows. */
export type LossFunction = Kernel["functions"]["meanSquaredError"];

/** `cce` against targets that are not all at one class. */
const softened = { name: "softCrossEntropy", reads: "rows" } as const;

const lossFunctions = {
  cce: { name: "softmaxCrossEntropy", fusedWith: "softmax", reads: "labels" },
  bce: { name: "sigmoidCrossEntropy", fusedWith: "sigmoid", reads: "rows" },
  mse: { name: "meanSquaredError", fusedWith: undefined, reads: "rows" },
  mae: { name: "meanAbsoluteError", fusedWith: undefined, reads: "rows" },
} as const;

/** The kind that a loss requires as the last layer and is computed together with; `undefined` if it accepts any. */
export function fusedKindOf(loss: LossName): "softmax" | "sigmoid" | undefined {
  return lossFunctions[loss].fusedWith;
}

/** An output that says yes or no says yes above this: a probability of one half, or its logit. */
export function decisionThreshold(loss: LossName): number {
  return fusedKindOf(loss) === undefined ? 0.5 : 0;
}

/**
 * @param isSoft - Whether a sample's targets are spread over the classes.
 * @returns `isFused`: the function takes logits and includes the model's last layer. `reads`: it takes labels, or
 *   rows of targets.
 * @throws If the loss needs another last layer (`checkModel` says so to the operator first).
 */
export function lossOf(
  { functions }: Kernel,
  loss: LossName,
  { layers }: ModelConfig,
  isSoft: boolean,
): {
  readonly compute: LossFunction;
  readonly isFused: boolean;
  readonly reads: "labels" | "rows";
} {
  const { fusedWith, ...usual } = lossFunctions[loss];
  const { name, reads } = isSoft && loss === "cce" ? softened : usual;
  const isFused = fusedWith !== undefined;
  assert(!isFused || layers.at(-1)?.kind === fusedWith, `loss ${loss} needs ${fusedWith} last`);
  return { compute: functions[name], isFused, reads };
}

/** `cce` at every step of a sequence, of which all are computed together with the last layer. */
export function tokenLossOf({ functions }: Kernel, steps: number): LossFunction {
  return (...[deltas, logits, stride, samples, width, labels, losses]) => {
    const { tokenCrossEntropy: compute } = functions;
    compute(deltas, logits, stride, samples, steps, width / steps, labels, losses);
  };
}
