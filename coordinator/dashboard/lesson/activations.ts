/**
 * @file What each neuron of a dense network says about one sample, for a picture of it. Computed in float64,
 * because it only sets shades and widths; no figure and no run depends on it. Pure.
 */
import { shorthandOf } from "../../../shared/model/dense-model.ts";
import { layoutOf } from "../../../shared/model/layout.ts";
import type { ModelConfig } from "../../../shared/model/model-config.ts";

/** A dense layer, with what its neurons say. */
export interface LayerView {
  readonly inputs: number;
  readonly outputs: number;
  /** Of the connection from an input to a neuron. */
  readonly weight: (input: number, neuron: number) => number;
  /** After the activation; shape `[outputs]`. */
  readonly said: readonly number[];
}

/**
 * The layers of a dense network, from the first to the last.
 *
 * @param parameters - Shape `[parameterCount]`.
 * @param features - One sample, shape `[inputs of the first layer]`.
 * @returns `undefined` if the model is not a plain dense network.
 */
export function layersOf(
  model: ModelConfig,
  parameters: Float32Array,
  features: ArrayLike<number>,
): readonly LayerView[] | undefined {
  const shorthand = shorthandOf(model);
  if (shorthand === undefined) return undefined;
  const dense = layoutOf(model).layers.filter(({ tensors }) => tensors.length > 0);
  let said: readonly number[] = Array.from(features);
  return dense.map(({ tensors: [weights, bias] }, at) => {
    const [inputs = 0, outputs = 0] = weights?.shape ?? [];
    const start = weights?.start ?? 0;
    const weight = (input: number, neuron: number) =>
      parameters[start + input * outputs + neuron] ?? 0;
    const sums = Array.from({ length: outputs }, (_, neuron) => {
      const heard = said.reduce((sum, value, input) => sum + value * weight(input, neuron), 0);
      return heard + (bias === undefined ? 0 : (parameters[bias.start + neuron] ?? 0));
    });
    said = activate[at === dense.length - 1 ? shorthand.output : shorthand.activation](sums);
    return { inputs, outputs, weight, said };
  });
}

const activate = {
  sigmoid: (sums: readonly number[]) => sums.map((sum) => 1 / (1 + Math.exp(-sum))),
  tanh: (sums: readonly number[]) => sums.map((sum) => Math.tanh(sum)),
  relu: (sums: readonly number[]) => sums.map((sum) => Math.max(0, sum)),
  linear: (sums: readonly number[]) => sums,
  softmax(sums: readonly number[]) {
    const largest = Math.max(...sums);
    const powers = sums.map((sum) => Math.exp(sum - largest));
    const total = powers.reduce((all, power) => all + power, 0);
    return powers.map((power) => power / total);
  },
} as const;

/** A pixel that a neuron listens to, and how loud it is there: weight times brightness. */
export interface Listened {
  readonly pixel: number;
  readonly neuron: number;
  readonly part: number;
}

/** For each of the first neurons, the pixels of this sample that weigh most in it. */
export function loudestPixels(
  { outputs, weight }: LayerView,
  features: ArrayLike<number>,
  { neurons, each }: { readonly neurons: number; readonly each: number },
): readonly Listened[] {
  return Array.from({ length: Math.min(neurons, outputs) }, (_, neuron) =>
    Array.from(features, (value, pixel) => ({ pixel, neuron, part: value * weight(pixel, neuron) }))
      .toSorted((one, other) => Math.abs(other.part) - Math.abs(one.part))
      .slice(0, each)
      .filter(({ part }) => part !== 0),
  ).flat();
}
