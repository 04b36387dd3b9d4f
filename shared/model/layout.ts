/**
 * @file Where the parameters of each layer lie in the flat float32 vector: layer by layer, weights `[inputs, outputs]`
 * row by row, then biases `[outputs]`, no padding. The layout is part of the protocol and of the fingerprint.
 */
import { known } from "../assert.ts";
import type { HiddenActivation, ModelConfig, OutputActivation } from "../run/config.ts";

/** One dense layer of the model. Offsets count float32 values from the start of the vector. */
export interface DenseShape {
  readonly inputs: number;
  readonly outputs: number;
  /** What follows it. */
  readonly activation: HiddenActivation | OutputActivation;
  /** Of the weights, `[inputs, outputs]`. */
  readonly weightOffset: number;
  /** Of the biases, `[outputs]`. */
  readonly biasOffset: number;
}

/** The dense layers of a model, first to last. */
export function denseShapes({ layers, activation, output }: ModelConfig): DenseShape[] {
  let offset = 0;
  return layers.slice(1).map((outputs, index) => {
    const inputs = known(layers[index], "a layer has one before it");
    const isLast = index === layers.length - 2;
    const weightOffset = offset;
    const biasOffset = offset + inputs * outputs;
    offset = biasOffset + outputs;
    return { inputs, outputs, activation: isLast ? output : activation, weightOffset, biasOffset };
  });
}

/** How many parameters a model has: `Σ (inputs + 1) · outputs`. 784 → 16 → 16 → 10 has 13,002. */
export function parameterCount(model: ModelConfig): number {
  return denseShapes(model).reduce((sum, { inputs, outputs }) => sum + (inputs + 1) * outputs, 0);
}
