/** @file The initial parameters of a run, drawn from its seed. Deterministic: integers, exact scaling, `sqrt`. */
import { Random } from "../random.ts";
import type { TensorSpec } from "./layer-kind.ts";
import { kindOf } from "./layer-kinds.ts";
import { layoutOf } from "./layout.ts";
import type { ModelConfig } from "./model-config.ts";

/**
 * Tensors with a fixed initial value get it. The others are uniform in (−a, a): before a layer that rectifies, a =
 * √(6 / fanIn) (He); before any other, a = √(6 / (fanIn + fanOut)) (Xavier).
 *
 * @returns The flat vector, shape `[parameterCount]`.
 * @see Glorot & Bengio 2010, eq. 16; He et al. 2015, eq. 10, as a uniform distribution of the same variance.
 */
export function initialParameters(model: ModelConfig, seed: number): Float32Array {
  const { layers, parameterCount } = layoutOf(model);
  const parameters = new Float32Array(parameterCount);
  const random = new Random(seed);
  for (const [index, { tensors }] of layers.entries()) {
    const next = layers[index + 1];
    const isRectified = next !== undefined && kindOf(next.config).rectifies === true;
    for (const { initial, start, end } of tensors) {
      fill(parameters.subarray(start, end), initial, isRectified, random);
    }
  }
  return parameters;
}

function fill(
  values: Float32Array,
  initial: TensorSpec["initial"],
  isRectified: boolean,
  random: Random,
): void {
  if (typeof initial === "number") {
    values.fill(initial);
    return;
  }
  const { fanIn, fanOut } = initial;
  const limit = isRectified ? Math.sqrt(6 / fanIn) : Math.sqrt(6 / (fanIn + fanOut));
  for (let i = 0; i < values.length; i++) values[i] = (2 * random.uniform() - 1) * limit;
}
