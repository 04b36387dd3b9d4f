/**
 * @file Which kernel function computes a loss, and whether it takes the last activation's place: `cce` and `bce` are
 * computed from logits, where that is the stable way. What they divide by is in `kernels/plain/losses.ts`; dividing by
 * the batch size is the coordinator's.
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

/** The kind that a loss needs as the last layer, and is computed together with; `undefined` where any will do. */
export function fusedKindOf(loss: LossName): "softmax" | "sigmoid" | undefined {
  return lossFunctions[loss].fusedWith;
}

/**
 * @returns `isFused`: the function takes logits, and the model's last layer is part of it.
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
