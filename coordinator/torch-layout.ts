/**
 * @file The flat parameter vector as PyTorch's tensors and back. Ours holds, layer by layer, weights
 * `[inputs, outputs]` then biases `[outputs]`; `nn.Linear` has its weight as `[outputs, inputs]`.
 */
import { assert, known } from "../shared/assert.ts";
import type { ModelConfig } from "../shared/run/config.ts";
import type { Tensor } from "../shared/safetensors.ts";

/** A tensor of `nn.Sequential` and where its values lie in the flat vector. */
interface Place {
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly length: number;
}

/** Weight and bias of every dense layer, in order: `0.weight`, `0.bias`, `2.weight` … */
export function torchPlaces({ layers }: ModelConfig): Place[] {
  let offset = 0;
  return layers.slice(1).flatMap((outputs, layer) => {
    const inputs = known(layers[layer], "a layer has one before it");
    const weight = {
      name: `${2 * layer}.weight`,
      shape: [outputs, inputs],
      offset,
      length: inputs * outputs,
    };
    const bias = {
      name: `${2 * layer}.bias`,
      shape: [outputs],
      offset: offset + weight.length,
      length: outputs,
    };
    offset = bias.offset + bias.length;
    return [weight, bias];
  });
}

/** How many parameters a network has. */
export function parameterCountOf(model: ModelConfig): number {
  return torchPlaces(model).reduce((sum, { length }) => sum + length, 0);
}

/**
 * @param values - One number a parameter: the parameters, or a tensor of the optimizer's state.
 * @returns Copies, by name.
 */
export function toTorch(values: Float32Array, model: ModelConfig): Map<string, Tensor> {
  const places = torchPlaces(model);
  assert(
    values.length === parameterCountOf(model),
    `one value per parameter, got ${values.length}`,
  );
  return new Map(
    places.map(({ name, shape, offset, length }) => {
      const flat = values.subarray(offset, offset + length);
      const [outputs = 0, inputs] = shape;
      const data = inputs === undefined ? flat.slice() : transpose(flat, inputs, outputs);
      return [name, { shape, data }];
    }),
  );
}

/**
 * The flat vector again.
 *
 * @param tensorOf - The tensor of that name and shape.
 */
export function fromTorch(
  tensorOf: (name: string, shape: readonly number[]) => Float32Array,
  model: ModelConfig,
): Float32Array {
  const values = new Float32Array(parameterCountOf(model));
  for (const { name, shape, offset } of torchPlaces(model)) {
    const data = tensorOf(name, shape);
    const [outputs = 0, inputs] = shape;
    values.set(inputs === undefined ? data : transpose(data, outputs, inputs), offset);
  }
  return values;
}

/** `[rows, columns]` to `[columns, rows]`. */
function transpose(values: Float32Array, rows: number, columns: number): Float32Array {
  const transposed = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      transposed[column * rows + row] = values[row * columns + column] ?? 0;
    }
  }
  return transposed;
}
