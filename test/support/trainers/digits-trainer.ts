/**
 * @file A small trainer that shares no code with the product: sigmoid layers, softmax and cross-entropy, Adam with
 * decoupled decay, in float64 loops on one thread. It judges datasets; its bits do not matter.
 */
import { permutation, Random } from "../../../shared/random.ts";

/** Grey images with their classes. */
export interface LabelledImages {
  /** Shape `[count, pixels]`, 0 … 255. */
  readonly features: Uint8Array;
  /** Shape `[count]`. */
  readonly labels: Uint8Array;
}

export interface TrainerOptions {
  /** Widths: pixels, hidden layers, classes. */
  readonly layers: readonly number[];
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  /** AdamW's decay of the weights; 0 is Adam. */
  readonly decoupledDecay: number;
  readonly seed: number;
}

/** One parameter vector with its gradient and Adam's two moments. */
interface Tensor {
  readonly values: Float64Array;
  readonly gradient: Float64Array;
  readonly first: Float64Array;
  readonly second: Float64Array;
}

/** A dense layer; weights of shape `[inputs, outputs]`. */
interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly weights: Tensor;
  readonly biases: Tensor;
  readonly activation: Float64Array;
  readonly delta: Float64Array;
}

/** Trains a network and returns a function that classifies an image. */
export function trainClassifier(
  train: LabelledImages,
  options: TrainerOptions,
): (image: Uint8Array) => number {
  const { layers: widths, epochs, batchSize, seed } = options;
  const random = new Random(seed);
  const layers = widths.slice(1).map((outputs, i) => createLayer(widths[i]!, outputs, random));
  const pixels = widths[0]!;
  const count = train.labels.length;
  let update = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = permutation(count, seed, epoch);
    for (let start = 0; start < count; start += batchSize) {
      const batch = order.subarray(start, start + batchSize);
      for (const i of batch) {
        const image = train.features.subarray(i * pixels, (i + 1) * pixels);
        forward(layers, image);
        backward(layers, image, train.labels[i]!);
      }
      update += 1;
      applyAdam(layers, batch.length, update, options);
    }
  }
  return (image) => {
    const scores = forward(layers, image);
    return scores.indexOf(Math.max(...scores));
  };
}

/** Fraction of correctly classified images. */
export function accuracyOf(
  classify: (image: Uint8Array) => number,
  { features, labels }: LabelledImages,
): number {
  const pixels = features.length / labels.length;
  const correct = labels.filter(
    (label, i) => classify(features.subarray(i * pixels, (i + 1) * pixels)) === label,
  );
  return correct.length / labels.length;
}

function createLayer(inputs: number, outputs: number, random: Random): Layer {
  const bound = Math.sqrt(6 / (inputs + outputs));
  const weights = createTensor(inputs * outputs);
  for (let i = 0; i < weights.values.length; i++) {
    weights.values[i] = bound * (2 * random.uniform() - 1);
  }
  const activation = new Float64Array(outputs);
  const delta = new Float64Array(outputs);
  return { inputs, outputs, weights, biases: createTensor(outputs), activation, delta };
}

function createTensor(length: number): Tensor {
  const zeros = () => new Float64Array(length);
  return { values: zeros(), gradient: zeros(), first: zeros(), second: zeros() };
}

/** Returns the class probabilities. Every layer stores its activation. */
function forward(layers: readonly Layer[], image: Uint8Array): Float64Array {
  let input: ArrayLike<number> = image;
  let scale = 1 / 255;
  for (const layer of layers) {
    const { activation, outputs, weights, biases } = layer;
    activation.set(biases.values);
    for (let i = 0; i < layer.inputs; i++) {
      const x = input[i]! * scale;
      if (x === 0) continue;
      for (let o = 0; o < outputs; o++) activation[o]! += x * weights.values[i * outputs + o]!;
    }
    if (layer === layers.at(-1)) softmax(activation);
    else for (let o = 0; o < outputs; o++) activation[o] = 1 / (1 + Math.exp(-activation[o]!));
    input = activation;
    scale = 1;
  }
  return layers.at(-1)!.activation;
}

function softmax(scores: Float64Array): void {
  const highest = Math.max(...scores);
  let sum = 0;
  for (let o = 0; o < scores.length; o++) sum += scores[o] = Math.exp(scores[o]! - highest);
  for (let o = 0; o < scores.length; o++) scores[o]! /= sum;
}

/** Adds one sample's gradient of the cross-entropy to every layer's. */
function backward(layers: readonly Layer[], image: Uint8Array, label: number): void {
  for (let l = layers.length - 1; l >= 0; l--) {
    const layer = layers[l]!;
    const { delta, activation, outputs, weights, biases } = layer;
    const above = layers[l + 1];
    for (let o = 0; o < outputs; o++) {
      if (above === undefined) delta[o] = activation[o]! - (o === label ? 1 : 0);
      else delta[o] = deltaThrough(above, o) * activation[o]! * (1 - activation[o]!);
      biases.gradient[o]! += delta[o]!;
    }
    const below = layers[l - 1]?.activation;
    for (let i = 0; i < layer.inputs; i++) {
      const x = below === undefined ? image[i]! / 255 : below[i]!;
      if (x === 0) continue;
      for (let o = 0; o < outputs; o++) weights.gradient[i * outputs + o]! += x * delta[o]!;
    }
  }
}

function deltaThrough({ outputs, weights, delta }: Layer, input: number): number {
  let sum = 0;
  for (let o = 0; o < outputs; o++) sum += weights.values[input * outputs + o]! * delta[o]!;
  return sum;
}

/** Kingma & Ba 2015, algorithm 1, β₁ 0.9 and β₂ 0.999. Clears the gradients. */
function applyAdam(
  layers: readonly Layer[],
  batchSize: number,
  update: number,
  { learningRate, decoupledDecay }: TrainerOptions,
): void {
  const correction1 = 1 - 0.9 ** update;
  const correction2 = 1 - 0.999 ** update;
  for (const { weights, biases } of layers) {
    for (const { values, gradient, first, second } of [weights, biases]) {
      for (let i = 0; i < values.length; i++) {
        const g = gradient[i]! / batchSize;
        first[i] = 0.9 * first[i]! + 0.1 * g;
        second[i] = 0.999 * second[i]! + 0.001 * g * g;
        const step = first[i]! / correction1 / (Math.sqrt(second[i]! / correction2) + 1e-8);
        values[i]! -= learningRate * (step + decoupledDecay * values[i]!);
      }
      gradient.fill(0);
    }
  }
}
