/**
 * @file The parameters that a run starts from, drawn from its seed. Deterministic: integers, exact scaling, `sqrt`.
 */
import { Random } from "../random.ts";
import type { ModelConfig } from "../run/config.ts";
import { type DenseShape, denseShapes, parameterCount } from "./layout.ts";

/**
 * Weights uniform in (−a, a), biases 0. Before `relu` a = √(6 / inputs) (He), before every other activation
 * a = √(6 / (inputs + outputs)) (Xavier).
 *
 * @returns The flat vector, shape `[parameterCount]`.
 * @see Glorot & Bengio 2010, eq. 16; He et al. 2015, eq. 10, as a uniform distribution of the same variance.
 */
export function initialParameters(model: ModelConfig, seed: number): Float32Array {
  const parameters = new Float32Array(parameterCount(model));
  const random = new Random(seed);
  for (const shape of denseShapes(model)) {
    const { weightOffset, biasOffset } = shape;
    const limit = weightLimit(shape);
    for (let i = weightOffset; i < biasOffset; i++) {
      parameters[i] = (2 * random.uniform() - 1) * limit;
    }
  }
  return parameters;
}

function weightLimit({ inputs, outputs, activation }: DenseShape): number {
  return activation === "relu" ? Math.sqrt(6 / inputs) : Math.sqrt(6 / (inputs + outputs));
}
