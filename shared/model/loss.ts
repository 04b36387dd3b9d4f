/**
 * @file Which kernel function computes a loss, and whether it takes the output activation's place: `cce` and `bce` are
 * computed from logits, where that is the stable way. What they divide by is in `kernels/plain/losses.ts`; dividing by
 * the batch size is the coordinator's.
 */
import { assert } from "../assert.ts";
import type { Kernel } from "../kernels/kernel.ts";
import type { LossName, OutputActivation } from "../run/config.ts";

/** Loss per sample and its gradient, over padded rows. */
export type LossFunction = Kernel["functions"]["meanSquaredError"];

const lossFunctions = {
  cce: { name: "softmaxCrossEntropy", fusedWith: "softmax" },
  bce: { name: "sigmoidCrossEntropy", fusedWith: "sigmoid" },
  mse: { name: "meanSquaredError", fusedWith: undefined },
  mae: { name: "meanAbsoluteError", fusedWith: undefined },
} as const;

/**
 * @returns `isFused`: the function takes logits, and the activation is part of it.
 * @throws If the loss needs another activation (`checkModel` says so to the operator first).
 */
export function lossOf(
  { functions }: Kernel,
  loss: LossName,
  output: OutputActivation,
): { readonly compute: LossFunction; readonly isFused: boolean } {
  const { name, fusedWith } = lossFunctions[loss];
  const isFused = fusedWith !== undefined;
  assert(!isFused || output === fusedWith, `loss ${loss} needs the output ${fusedWith}`);
  return { compute: functions[name], isFused };
}
