/**
 * @file The network in the page: forward for one sample, with the bits of the workers' kernels (every sum in their
 * order, their own exp and tanh), and backward for the few gradients that are shown. Pure.
 *
 * For the layer l with input x, `z = x W + b` and `a = f(z)`; `δ` is ∂loss/∂z, and `∂loss/∂W[i][o] = xᵢ δₒ`.
 */
import { exp, maximumOf, sigmoidOf, tanhOf } from "../../../shared/kernels/plain/math.ts";
import type { OutputActivation } from "../../../shared/model/dense-model.ts";
import { layoutOf } from "../../../shared/model/layout.ts";
import type { ModelConfig } from "../../../shared/model/model-config.ts";
import type { RunConfig } from "../../../shared/run/config.ts";

const { fround } = Math;

interface DenseShape {
  readonly inputs: number;
  readonly outputs: number;
  readonly activation: OutputActivation;
  readonly weightOffset: number;
  readonly biasOffset: number;
}

function denseShapes(model: ModelConfig): DenseShape[] {
  const { layers } = layoutOf(model);
  return layers.flatMap(({ tensors: [weight, bias] }, index) => {
    if (weight === undefined || bias === undefined) return [];
    const [inputs = 0, outputs = 0] = weight.shape;
    const next = layers[index + 1]?.config.kind ?? "dense";
    const activation = next === "dense" ? "linear" : next;
    return [{ inputs, outputs, activation, weightOffset: weight.start, biasOffset: bias.start }];
  });
}

/** What one sample makes of the network: the input, then the activations after each layer. */
export type Activations = readonly Float32Array[];

/**
 * Runs one sample through.
 *
 * @param parameters - Shape `[parameterCount]`, in the layout of `shared/model/layout.ts`.
 * @param features - Shape `[inputs]`.
 */
export function forward(
  model: ModelConfig,
  parameters: Float32Array,
  features: Float32Array,
): Activations {
  const activations = [features];
  for (const shape of denseShapes(model)) {
    const input = activations.at(-1) ?? features;
    activations.push(activate(dense(shape, parameters, input), shape.activation));
  }
  return activations;
}

/** The last activations: shape `[outputs]`. */
export function outputsOf(
  model: ModelConfig,
  parameters: Float32Array,
  features: Float32Array,
): Float32Array {
  return forward(model, parameters, features).at(-1) ?? features;
}

/** Position of the largest value, the lowest of equals. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) {
    if ((values[i] ?? 0) > (values[best] ?? 0)) best = i;
  }
  return best;
}

/**
 * The gradient of one sample's loss, of the parameters asked for.
 *
 * @param sample - Features of shape `[inputs]` and the class.
 * @param wanted - Indices into the parameters.
 */
export function sampleGradient(
  { model, loss }: Pick<RunConfig, "model" | "loss">,
  parameters: Float32Array,
  sample: { readonly features: Float32Array; readonly label: number },
  wanted: readonly number[],
): number[] {
  const shapes = denseShapes(model);
  const activations = forward(model, parameters, sample.features);
  const deltas = backward({ shapes, loss, parameters, activations, label: sample.label });
  return wanted.map((parameter) => {
    const layer = shapes.findLastIndex(({ weightOffset }) => weightOffset <= parameter);
    const shape = shapes[layer];
    if (shape === undefined) return NaN;
    if (parameter >= shape.biasOffset) return deltas[layer]?.[parameter - shape.biasOffset] ?? NaN;
    const index = parameter - shape.weightOffset;
    const input = activations[layer]?.[Math.floor(index / shape.outputs)] ?? NaN;
    return input * (deltas[layer]?.[index % shape.outputs] ?? NaN);
  });
}

function dense(shape: DenseShape, parameters: Float32Array, input: Float32Array): Float32Array {
  const { inputs, outputs, weightOffset, biasOffset } = shape;
  // Storing into float32 rounds as the kernel does after every addition.
  const sums = new Float32Array(outputs);
  for (let i = 0; i < inputs; i++) {
    const x = input[i] ?? 0;
    // A sum that starts at +0 is not changed by terms that are ±0.
    if (x === 0) continue;
    const row = weightOffset + i * outputs;
    for (let o = 0; o < outputs; o++) {
      sums[o] = (sums[o] ?? 0) + fround(x * (parameters[row + o] ?? 0));
    }
  }
  for (let o = 0; o < outputs; o++) sums[o] = (sums[o] ?? 0) + (parameters[biasOffset + o] ?? 0);
  return sums;
}

function activate(z: Float32Array, name: DenseShape["activation"]): Float32Array {
  switch (name) {
    case "linear":
      return z;
    case "relu":
      return z.map((value) => (value > 0 ? value : 0));
    case "tanh":
      return z.map((value) => tanhOf(value));
    case "sigmoid":
      return z.map((value) => sigmoidOf(value));
    case "softmax":
      return softmax(z);
    default:
      return name satisfies never;
  }
}

function softmax(z: Float32Array): Float32Array {
  const largest = maximumOf(z, 0, z.length);
  const powers = z.map((value) => exp(fround(value - largest)));
  let sum = 0;
  for (const power of powers) sum = fround(sum + power);
  return powers.map((power) => power / sum);
}

interface Pass {
  readonly shapes: readonly DenseShape[];
  readonly loss: RunConfig["loss"];
  readonly parameters: Float32Array;
  readonly activations: Activations;
  readonly label: number;
}

/** δ of every layer, first to last. In float64: it is shown, not used. */
function backward({ shapes, loss, parameters, activations, label }: Pass): number[][] {
  const deltas: number[][] = [];
  const predictions = [...(activations.at(-1) ?? [])];
  let delta = outputDelta(loss.name, shapes.at(-1)?.activation ?? "linear", predictions, label);
  for (let layer = shapes.length - 1; layer >= 0; layer--) {
    deltas[layer] = delta;
    const shape = shapes[layer];
    const before = shapes[layer - 1];
    if (shape === undefined || before === undefined) break;
    const errors = inputErrors(shape, parameters, delta);
    const outputs = [...(activations[layer] ?? [])];
    delta = throughActivation(before.activation, outputs, errors);
  }
  return deltas;
}

/** ∂loss/∂z of the last layer. `cce` and `bce` come with their activation, whose slope cancels out. */
function outputDelta(
  loss: RunConfig["loss"]["name"],
  activation: DenseShape["activation"],
  predictions: readonly number[],
  label: number,
): number[] {
  const n = predictions.length;
  const errors = predictions.map((value, o) => value - (o === label ? 1 : 0));
  if (loss === "cce") return errors;
  if (loss === "bce") return errors.map((error) => error / n);
  const slopes = errors.map((error) => (loss === "mse" ? 2 * error : Math.sign(error)) / n);
  return throughActivation(activation, predictions, slopes);
}

function inputErrors(
  { inputs, outputs, weightOffset }: DenseShape,
  parameters: Float32Array,
  delta: readonly number[],
): number[] {
  return Array.from({ length: inputs }, (_, i) => {
    const row = weightOffset + i * outputs;
    return delta.reduce((sum, value, o) => sum + value * (parameters[row + o] ?? 0), 0);
  });
}

/** ∂loss/∂z from ∂loss/∂a, where a = f(z). */
function throughActivation(
  name: DenseShape["activation"],
  outputs: readonly number[],
  errors: readonly number[],
): number[] {
  if (name === "softmax") {
    const mean = outputs.reduce((sum, a, o) => sum + a * (errors[o] ?? 0), 0);
    return outputs.map((a, o) => a * ((errors[o] ?? 0) - mean));
  }
  return outputs.map((a, o) => (errors[o] ?? 0) * slopeOf(name, a));
}

function slopeOf(name: Exclude<DenseShape["activation"], "softmax">, a: number): number {
  switch (name) {
    case "linear":
      return 1;
    case "relu":
      return a > 0 ? 1 : 0;
    case "tanh":
      return 1 - a * a;
    case "sigmoid":
      return a * (1 - a);
    default:
      return name satisfies never;
  }
}
