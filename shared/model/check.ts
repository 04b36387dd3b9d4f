/**
 * @file Whether a model, its loss and a dataset go together. The command line asks before anything is computed.
 */
import type { Dataset } from "../data/dataset.ts";
import type { RunConfig } from "../run/config.ts";

/** A byte holds a predicted class. */
const outputsMax = 256;

/**
 * @returns What is wrong and what to do, in one sentence; `undefined` if all is well.
 */
export function checkModel(
  { model, loss }: Pick<RunConfig, "model" | "loss">,
  { featureCount, classCount }: Pick<Dataset, "featureCount" | "classCount">,
): string | undefined {
  const inputs = model.layers[0];
  const outputs = model.layers.at(-1) ?? 0;
  if (inputs !== featureCount) {
    return `the first layer has ${inputs} inputs but a sample has ${featureCount} features: start layers with ${featureCount}`;
  }
  if (outputs !== classCount || outputs > outputsMax) {
    return `the last layer has ${outputs} outputs but there are ${classCount} classes: end layers with ${classCount}`;
  }
  if (loss.name === "cce" && model.output !== "softmax") {
    return `loss cce needs the output softmax, got ${model.output}: choose output softmax, or loss mse or mae`;
  }
  if (loss.name === "bce" && model.output !== "sigmoid") {
    return `loss bce needs the output sigmoid, got ${model.output}: choose output sigmoid, or loss mse or mae`;
  }
  return undefined;
}
