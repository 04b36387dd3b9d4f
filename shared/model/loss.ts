/**
 * @file The kernel function of each loss, and whether it replaces the last activation: `cce` and `bce` are computed
 * from logits where that is numerically stable. `kernels/plain/losses.ts` documents what they divide by; the
 * coordinator divides by the batch size.
 */
import { assert } from "../assert.ts";
import type { Kernel } from "../kernels/kernel.ts";
import type { ModelConfig } from "./model-config.ts";

export const lossNames = ["cce", "bce", "mse", "mae"] as const;
export type LossName = (typeof lossNames)[number];

/** Loss per sample and its gradient, over padded rows. */
export type LossFunction = Kernel["functions"]["meanSquaredError"];

const lossFunctions = {
  cce: { name: "softmaxCrossEntropy", fusedWith: "softmax" },
  bce: { name: "sigmoidCrossEntropy", fusedWith: "sigmoid" },
  mse: { name: "meanSquaredError", fusedWith: undefined },
  mae: { name: "meanAbsoluteError", fusedWith: undefined },
} as const;

/** The kind that a loss requires as the last layer and is computed together with; `undefined` if it accepts any. */
export function fusedKindOf(loss: LossName): "softmax" | "sigmoid" | undefined {
  return lossFunctions[loss].fusedWith;
}

/**
 * @returns `isFused`: the function takes logits and includes the model's last layer.
 * @throws If the loss needs another last layer (`checkModel` says so to the operator first).
 */
export function lossOf(
  { functions }: Kernel,
  loss: LossName,
  { layers }: ModelConfig,
): { readonly compute: LossFunction; readonly isFused: boolean } {
  const { name, fusedWith } = lossFunctions[loss];
  const isFused = fusedWith !== undefined;
  assert(!isFused || layers.at(-1)?.kind === fusedWith, `loss ${loss} needs ${fusedWith} last`);
  return { compute: functions[name], isFused };
}
