/**
 * @file Converts the flat parameter vector to PyTorch's tensors and back. Names, shapes and the order of the axes
 * come from the rows of the layer kinds.
 */
import { assert } from "../../shared/assert.ts";
import type { Shape } from "../../shared/model/layer-kind.ts";
import { layoutOf, type PlacedTensor } from "../../shared/model/layout.ts";
import type { ModelConfig } from "../../shared/model/model-config.ts";

/** A tensor of `nn.Sequential` and the range of its values in the flat vector. */
interface TorchTensor extends PlacedTensor {
  /** `0.weight`, `0.bias`, `2.weight` …: layers count from 0, including those without parameters. */
  readonly torchName: string;
  readonly torchShape: Shape;
  /** Axis i of PyTorch's tensor is our axis `axes[i]`. */
  readonly axes: readonly number[];
}

function torchTensorsOf(model: ModelConfig): TorchTensor[] {
  return layoutOf(model).layers.flatMap((layer) =>
    layer.tensors.map((tensor) => {
      const { name, shape, torchAxes: axes = [...shape.keys()] } = tensor;
      const torchShape = axes.map((axis) => shape[axis] ?? 0);
      return { ...tensor, torchName: `${layer.name}.${name}`, torchShape, axes };
    }),
  );
}

/** How many tensors a model has. */
export function torchTensorCount(model: ModelConfig): number {
  return torchTensorsOf(model).length;
}

/**
 * @param values - One number per parameter: the parameters, or a tensor of the optimizer's state.
 * @returns Copies, keyed by name.
 */
export function toTorch(
  values: Float32Array,
  model: ModelConfig,
): Map<string, { readonly shape: Shape; readonly data: Float32Array }> {
  const { parameterCount } = layoutOf(model);
  assert(values.length === parameterCount, `one value per parameter, got ${values.length}`);
  return new Map(
    torchTensorsOf(model).map(({ torchName, torchShape, shape, axes, start, end }) => {
      const data = permuted(values.subarray(start, end), shape, axes);
      return [torchName, { shape: torchShape, data }];
    }),
  );
}

/**
 * Rebuilds the flat vector.
 *
 * @param tensorOf - Returns the tensor with that name and shape.
 */
export function fromTorch(
  tensorOf: (name: string, shape: Shape) => Float32Array,
  model: ModelConfig,
): Float32Array {
  // Look up all tensors before allocating, so that memory is only taken for data that exists.
  const found = torchTensorsOf(model).map((tensor) => ({
    ...tensor,
    data: tensorOf(tensor.torchName, tensor.torchShape),
  }));
  const values = new Float32Array(layoutOf(model).parameterCount);
  for (const { torchShape, axes, start, data } of found) {
    const inverse = axes.map((_, axis) => axes.indexOf(axis));
    values.set(permuted(data, torchShape, inverse), start);
  }
  return values;
}

/**
 * A copy with its axes in another order.
 *
 * @param shape - Shape of `values`.
 * @param axes - Axis i of the copy is axis `axes[i]` of `values`.
 */
function permuted(values: Float32Array, shape: Shape, axes: readonly number[]): Float32Array {
  const strides = shape.map((_, axis) =>
    shape.slice(axis + 1).reduce((all, size) => all * size, 1),
  );
  const result = new Float32Array(values.length);
  let filled = 0;
  const fill = (depth: number, from: number) => {
    const axis = axes[depth] ?? 0;
    const [size = 0, stride = 0] = [shape[axis], strides[axis]];
    if (depth === axes.length - 1) {
      for (let i = 0; i < size; i++) result[filled++] = values[from + i * stride] ?? 0;
    } else {
      for (let i = 0; i < size; i++) fill(depth + 1, from + i * stride);
    }
  };
  fill(0, 0);
  return result;
}
