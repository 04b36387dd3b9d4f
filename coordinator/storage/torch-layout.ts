/**
 * @file Converts the flat parameter vector to PyTorch's tensors and back. Ours has, layer by layer, weights
 * `[inputs, outputs]`, then biases `[outputs]`; `nn.Linear` stores its weight as `[outputs, inputs]`.
 */
import { assert } from "../../shared/assert.ts";
import { denseShapes, parameterCount } from "../../shared/model/layout.ts";
import type { ModelConfig } from "../../shared/run/config.ts";
import type { Tensor } from "../../shared/safetensors.ts";

/** A tensor of `nn.Sequential` and the range of its values in the flat vector. */
interface Place {
  readonly name: string;
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

/** Weight and bias of every dense layer, in order: `0.weight`, `0.bias`, `2.weight` … */
function placesOf(model: ModelConfig): Place[] {
  return denseShapes(model).flatMap(({ inputs, outputs, weightOffset, biasOffset }, layer) => [
    { name: `${2 * layer}.weight`, shape: [outputs, inputs], start: weightOffset, end: biasOffset },
    { name: `${2 * layer}.bias`, shape: [outputs], start: biasOffset, end: biasOffset + outputs },
  ]);
}

/**
 * @param values - One number per parameter: the parameters, or a tensor of the optimizer's state.
 * @returns Copies, keyed by name.
 */
export function toTorch(values: Float32Array, model: ModelConfig): Map<string, Tensor> {
  assert(values.length === parameterCount(model), `one value per parameter, got ${values.length}`);
  return new Map(
    placesOf(model).map(({ name, shape, start, end }) => {
      const flat = values.subarray(start, end);
      const [outputs = 0, inputs] = shape;
      const data = inputs === undefined ? flat.slice() : transpose(flat, inputs, outputs);
      return [name, { shape, data }];
    }),
  );
}

/**
 * Rebuilds the flat vector.
 *
 * @param tensorOf - Returns the tensor with that name and shape.
 */
export function fromTorch(
  tensorOf: (name: string, shape: readonly number[]) => Float32Array,
  model: ModelConfig,
): Float32Array {
  // Look up all tensors before allocating, so that memory is only taken for data that exists.
  const found = placesOf(model).map((place) => ({
    ...place,
    data: tensorOf(place.name, place.shape),
  }));
  const values = new Float32Array(parameterCount(model));
  for (const { shape, start, data } of found) {
    const [outputs = 0, inputs] = shape;
    values.set(inputs === undefined ? data : transpose(data, outputs, inputs), start);
  }
  return values;
}

/** Transposes `[rows, columns]` to `[columns, rows]`. */
function transpose(values: Float32Array, rows: number, columns: number): Float32Array {
  const transposed = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      transposed[column * rows + row] = values[row * columns + column] ?? 0;
    }
  }
  return transposed;
}
