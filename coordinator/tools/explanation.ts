/**
 * @file Explains a model's answer to one sample: what every layer gave, how much each input added to the neurons that
 * mattered, and the gradient that this one sample asks for. All numbers come from the kernel that trains.
 */
import { known } from "../../shared/assert.ts";
import { argmax, Predictor } from "../../shared/engine/predictor.ts";
import type { Kernel } from "../../shared/kernels/kernel.ts";
import { sizeOf } from "../../shared/model/layer-kind.ts";
import { layoutOf, type PlacedLayer, type PlacedTensor } from "../../shared/model/layout.ts";
import type { RunConfig } from "../../shared/run/config.ts";

const { fround } = Math;

/** One input's part of a dense neuron's sum. */
export interface Contribution {
  /** Index of the neuron of the layer before, or of the feature. */
  readonly input: number;
  /** xᵢ. */
  readonly value: number;
  /** wᵢⱼ. */
  readonly weight: number;
  /** xᵢ wᵢⱼ. */
  readonly product: number;
  /** ∂loss/∂wᵢⱼ = xᵢ δⱼ for this sample. */
  readonly gradient: number;
}

/** One neuron of a dense layer. */
export interface NeuronExplanation {
  readonly neuron: number;
  /** Its sum before the activation. */
  readonly sum: number;
  readonly bias: number;
  /** δⱼ = ∂loss/∂sum: negative where a larger sum would make the loss smaller. */
  readonly delta: number;
  /** Largest first, by absolute product. */
  readonly contributions: readonly Contribution[];
}

export interface LayerExplanation {
  /** The layer's index in the model. */
  readonly name: string;
  readonly kind: string;
  readonly inputs: number;
  readonly outputs: number;
  /** Inputs that are exactly 0: their weights have gradient 0 for this sample. */
  readonly zeroInputs: number;
  /** Root mean square of δ over the layer's neurons. */
  readonly deltaSize: number;
  /** The answer's neuron in the last layer, elsewhere the one with the largest |δ|. */
  readonly neuron: NeuronExplanation;
}

export interface Explanation {
  /** The network's outputs: probabilities after softmax. */
  readonly outputs: readonly number[];
  /** Position of the largest output. */
  readonly answer: number;
  /** ∂loss/∂(last sum), one for each output: for cce p − y. Its opposite is what each output wishes. */
  readonly wishes: readonly number[];
  /** The dense layers, from the first to the last. */
  readonly layers: readonly LayerExplanation[];
  /** How many of the parameters have gradient exactly 0 for this sample. */
  readonly zeroGradients: number;
  readonly parameterCount: number;
  /**
   * The largest difference between the kernel's gradient and xᵢ δⱼ, over all weights of dense layers. Both are one
   * float32 product, so it is 0.
   */
  readonly largestDifference: number;
}

/** What is explained. */
export interface Explained {
  /** Shape `[featureCount]`, as the network sees them. */
  readonly features: Float32Array;
  readonly label: number;
}

const contributionsShown = 5;

/** Explains the answer to one sample. */
export function explain(
  kernel: Kernel,
  { config, parameters }: { readonly config: RunConfig; readonly parameters: Float32Array },
  sample: Explained,
): Explanation {
  const predictor = new Predictor(kernel, config);
  const outputs = [...predictor.outputs(parameters, sample.features)];
  const gradient = predictor
    .gradient(parameters, { features: sample.features, target: [sample.label] })
    .slice();
  const answer = argmax(outputs);
  const layout = layoutOf(config.model);
  const dense = layout.layers.filter(({ config: { kind } }) => kind === "dense");
  const explained = dense.map((layer) => {
    const input = inputOf(kernel, { config, parameters, features: sample.features, layer });
    return { layer, input, ...tensorsOf(layer, parameters, gradient) };
  });
  const last = known(explained.at(-1), "a model has a dense layer");
  return {
    outputs,
    answer,
    wishes: [...last.deltas],
    layers: explained.map((part) => explainLayer(part, part === last ? answer : undefined)),
    zeroGradients: gradient.reduce((count, value) => count + (value === 0 ? 1 : 0), 0),
    parameterCount: layout.parameterCount,
    largestDifference: Math.max(...explained.map(largestDifference)),
  };
}

interface Part {
  readonly layer: PlacedLayer;
  /** x, shape `[inputs]`. */
  readonly input: Float32Array;
  /** W and ∂loss/∂W, shape `[inputs, outputs]`. */
  readonly weights: Float32Array;
  readonly gradients: Float32Array;
  /** b and δ = ∂loss/∂b, shape `[outputs]`. */
  readonly biases: Float32Array;
  readonly deltas: Float32Array;
}

/** What the layers before this one give: the outputs of a model that ends there. */
function inputOf(
  kernel: Kernel,
  from: {
    readonly config: RunConfig;
    readonly parameters: Float32Array;
    readonly features: Float32Array;
    readonly layer: PlacedLayer;
  },
): Float32Array {
  const { config, parameters, features, layer } = from;
  const layers = config.model.layers.slice(0, Number(layer.name));
  const model = { ...config.model, layers };
  const end = layer.tensors[0]?.start ?? 0;
  // Layers without parameters change nothing before the first weights of a dense network.
  if (end === 0) return features;
  const before = new Predictor(kernel, { model, loss: { name: "mse" }, task: config.task });
  return before.outputs(parameters.subarray(0, end), features);
}

function tensorsOf({ tensors }: PlacedLayer, parameters: Float32Array, gradient: Float32Array) {
  const placed = (name: string) =>
    known<PlacedTensor>(
      tensors.find((tensor) => tensor.name === name),
      `a dense layer has a ${name}`,
    );
  const [weight, bias] = [placed("weight"), placed("bias")];
  return {
    weights: parameters.subarray(weight.start, weight.end),
    gradients: gradient.subarray(weight.start, weight.end),
    biases: parameters.subarray(bias.start, bias.end),
    deltas: gradient.subarray(bias.start, bias.end),
  };
}

function explainLayer(part: Part, answer: number | undefined): LayerExplanation {
  const { layer, input, deltas } = part;
  const neuron = answer ?? argmax(deltas.map(Math.abs));
  const squares = deltas.reduce((sum, delta) => sum + delta * delta, 0);
  return {
    name: layer.name,
    kind: layer.config.kind,
    inputs: sizeOf(layer.inputShape),
    outputs: sizeOf(layer.outputShape),
    zeroInputs: input.reduce((count, value) => count + (value === 0 ? 1 : 0), 0),
    deltaSize: Math.sqrt(squares / deltas.length),
    neuron: explainNeuron(part, neuron),
  };
}

function explainNeuron(
  { input, weights, gradients, biases, deltas }: Part,
  neuron: number,
): NeuronExplanation {
  const outputs = biases.length;
  const all = Array.from(input, (value, index) => {
    const at = index * outputs + neuron;
    const weight = weights[at] ?? 0;
    const gradient = gradients[at] ?? 0;
    return { input: index, value, weight, product: value * weight, gradient };
  });
  const bias = biases[neuron] ?? 0;
  return {
    neuron,
    sum: all.reduce((sum, { product }) => sum + product, bias),
    bias,
    delta: deltas[neuron] ?? 0,
    contributions: all
      .toSorted((a, b) => Math.abs(b.product) - Math.abs(a.product))
      .slice(0, contributionsShown),
  };
}

function largestDifference({ input, gradients, deltas }: Part): number {
  const outputs = deltas.length;
  let largest = 0;
  for (const [index, value] of input.entries()) {
    for (let neuron = 0; neuron < outputs; neuron++) {
      const product = fround(value * (deltas[neuron] ?? 0));
      const difference = Math.abs(product - (gradients[index * outputs + neuron] ?? 0));
      if (difference > largest) largest = difference;
    }
  }
  return largest;
}
