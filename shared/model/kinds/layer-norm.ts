/** @file Layer normalisation: each row has mean 0 and variance 1, then a weight and a bias per column. */
import * as z from "zod/mini";

import { known } from "../../assert.ts";
import type { Kernel } from "../../kernels/kernel.ts";
import { type LayerKind, sizeOf, type Wiring } from "../layer-kind.ts";
import type { Chunk, Layer, Rows } from "../layer.ts";

/**
 * `y = (x − μ) / √(σ² + 10⁻⁵) · weight + bias` over the last axis: over a vector `[width]`, or over each of the rows of
 * `[…, width]`. Keeps the shape. PyTorch's `nn.LayerNorm(width)`.
 *
 * @see Ba, Kiros & Hinton 2016.
 */
export const layerNorm = {
  schema: z.strictObject({ kind: z.literal("layer-norm") }),
  outputShape: (input) => input,
  tensors(input) {
    const width = input.at(-1) ?? 1;
    return [
      { name: "weight", shape: [width], initial: 1 },
      { name: "bias", shape: [width], initial: 0 },
    ];
  },
  wire: (wiring) => new LayerNormLayer(wiring),
  onnx: (graph, { input, inputShape, tensor }) =>
    graph.node("LayerNormalization", [input, tensor("weight"), tensor("bias")], {
      axis: inputShape.length,
      epsilon: { float: 1e-5 },
    }),
  example: {
    inputShape: [3, 3],
    layers: [
      { kind: "conv2d", channels: 6, kernel: 2, stride: 1, padding: "same" },
      { kind: "layer-norm" },
      { kind: "flatten" },
      { kind: "dense", units: 7 },
      { kind: "layer-norm" },
    ],
  },
} satisfies LayerKind<{ readonly kind: "layer-norm" }>;

class LayerNormLayer implements Layer {
  readonly #functions: Kernel["functions"];
  readonly #input: Rows;
  readonly #inputDeltas: Rows | undefined;
  readonly #output: Rows;
  readonly #outputDeltas: Rows;
  /** Bytes from the start of the parameters. */
  readonly #weights: number;
  readonly #biases: number;
  /** Rows per sample, and their width. */
  readonly #rows: number;
  readonly #width: number;
  /** Pointer to mean and scale of each row. */
  readonly #statistics: number;

  constructor(wiring: Wiring) {
    const { kernel, offsets, inputShape, chunkSamples } = wiring;
    this.#functions = kernel.functions;
    this.#input = wiring.input;
    this.#inputDeltas = wiring.inputDeltas;
    this.#output = wiring.output;
    this.#outputDeltas = wiring.outputDeltas;
    this.#weights = known(offsets[0], "a normalisation has weights");
    this.#biases = known(offsets[1], "a normalisation has biases");
    this.#width = inputShape.at(-1) ?? 1;
    this.#rows = sizeOf(inputShape) / this.#width;
    this.#statistics = kernel.arena.allocate(8 * this.#rows * chunkSamples);
  }

  forward({ parameters, sampleCount }: Chunk): void {
    this.#functions.layerNormForward(
      this.#output.pointer,
      this.#output.stride,
      this.#input.pointer,
      this.#input.stride,
      sampleCount,
      this.#rows,
      this.#width,
      parameters + this.#weights,
      parameters + this.#biases,
      this.#statistics,
    );
  }

  backward({ parameters, gradient, sampleCount, first }: Chunk): void {
    const { pointer, stride } = this.#outputDeltas;
    this.#functions.layerNormGradient(
      gradient + this.#weights,
      gradient + this.#biases,
      pointer,
      stride,
      this.#input.pointer,
      this.#input.stride,
      sampleCount,
      this.#rows,
      this.#width,
      this.#statistics,
      first,
    );
    if (this.#inputDeltas === undefined) return;
    this.#functions.layerNormBackward(
      this.#inputDeltas.pointer,
      this.#inputDeltas.stride,
      pointer,
      stride,
      this.#input.pointer,
      this.#input.stride,
      sampleCount,
      this.#rows,
      this.#width,
      parameters + this.#weights,
      this.#statistics,
    );
  }
}
