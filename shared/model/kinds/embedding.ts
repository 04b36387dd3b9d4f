/** @file Learnt vectors: one for each token of a vocabulary, and one for each step of a sequence. */
import * as z from "zod/mini";

import { known } from "../../assert.ts";
import type { Kernel } from "../../kernels/kernel.ts";
import { elementTypes } from "../../onnx/graph.ts";
import { sentence } from "../../words/sentence.ts";
import { type LayerKind, sizeOf, type Wiring } from "../layer-kind.ts";
import type { Chunk, Layer, Rows } from "../layer.ts";

interface EmbeddingSettings {
  readonly kind: "embedding";
  /** How many tokens there are: ids are 0 … vocabulary − 1. */
  readonly vocabulary: number;
  /** Of the vectors. */
  readonly width: number;
}

/**
 * `y[t] = weight[id]`, where id is x[t]: maps token ids `[steps]` to a sequence `[steps, width]`. An id is the whole number in a float32; what lies between two
 * ids is rounded toward 0, and what lies outside of the vocabulary counts as its first or last token, so ∂loss/∂x is 0.
 * PyTorch's `nn.Embedding(vocabulary, width)`.
 */
export const embedding = {
  schema: z.strictObject({
    kind: z.literal("embedding"),
    vocabulary: z.int().check(z.positive()),
    width: z.int().check(z.positive()),
  }),
  outputShape(input, { width }) {
    if (input.length === 1) return [...input, width];
    return { misfit: sentence("takes-tokens", { shape: input.join(", ") }) };
  },
  tensors(_, { vocabulary, width }) {
    const initial = { fanIn: vocabulary, fanOut: width, suits: "normal" } as const;
    return [{ name: "weight", shape: [vocabulary, width], initial }];
  },
  wire: (wiring, settings) => new EmbeddingLayer(wiring, settings),
  onnx(graph, { input, tensor }, { vocabulary }) {
    const whole = graph.node("Cast", [input], { to: elementTypes.int64 });
    const notBelow = graph.node("Max", [whole, graph.integer(0)]);
    const ids = graph.node("Min", [notBelow, graph.integer(vocabulary - 1)]);
    return graph.node("Gather", [tensor("weight"), ids], { axis: 0 });
  },
  example: {
    inputShape: [21],
    layers: [
      { kind: "dense", units: 6 },
      { kind: "embedding", vocabulary: 4, width: 7 },
      { kind: "flatten" },
    ],
  },
} satisfies LayerKind<EmbeddingSettings>;

class EmbeddingLayer implements Layer {
  readonly #kernel: Kernel;
  readonly #input: Rows;
  readonly #inputDeltas: Rows | undefined;
  readonly #output: Rows;
  readonly #outputDeltas: Rows;
  /** Bytes from the start of the parameters. */
  readonly #weights: number;
  readonly #vocabulary: number;
  readonly #width: number;

  constructor(wiring: Wiring, { vocabulary, width }: EmbeddingSettings) {
    this.#kernel = wiring.kernel;
    this.#input = wiring.input;
    this.#inputDeltas = wiring.inputDeltas;
    this.#output = wiring.output;
    this.#outputDeltas = wiring.outputDeltas;
    this.#weights = known(wiring.offsets[0], "an embedding has weights");
    this.#vocabulary = vocabulary;
    this.#width = width;
  }

  forward({ parameters, sampleCount }: Chunk): void {
    this.#kernel.functions.embeddingForward(
      this.#output.pointer,
      this.#output.stride,
      this.#input.pointer,
      this.#input.stride,
      sampleCount,
      this.#input.width,
      parameters + this.#weights,
      this.#vocabulary,
      this.#width,
    );
  }

  backward({ gradient, sampleCount, first }: Chunk): void {
    this.#kernel.functions.embeddingGradient(
      gradient + this.#weights,
      this.#input.pointer,
      this.#input.stride,
      this.#outputDeltas.pointer,
      this.#outputDeltas.stride,
      sampleCount,
      this.#input.width,
      this.#vocabulary,
      this.#width,
      first,
    );
    if (this.#inputDeltas === undefined) return;
    const { pointer, stride } = this.#inputDeltas;
    this.#kernel.views.f32.fill(0, pointer / 4, pointer / 4 + sampleCount * stride);
  }
}

/**
 * `y[t] = x[t] + weight[t]`. Accepts a sequence `[steps, width]` and keeps its shape. The weight is that of PyTorch's
 * `nn.Embedding(steps, width)`.
 */
export const positionEmbedding = {
  schema: z.strictObject({ kind: z.literal("position-embedding") }),
  outputShape(input) {
    if (input.length === 2) return input;
    return { misfit: sentence("takes-a-sequence", { shape: input.join(", ") }) };
  },
  tensors([steps = 1, width = 1]) {
    const initial = { fanIn: steps, fanOut: width, suits: "normal" } as const;
    return [{ name: "weight", shape: [steps, width], initial }];
  },
  wire: (wiring) => new PositionLayer(wiring),
  onnx: (graph, { input, tensor }) => graph.node("Add", [input, tensor("weight")]),
  example: {
    inputShape: [5, 3],
    layers: [
      { kind: "dense", units: 7 },
      { kind: "position-embedding" },
      { kind: "tanh" },
      { kind: "flatten" },
    ],
  },
} satisfies LayerKind<{ readonly kind: "position-embedding" }>;

class PositionLayer implements Layer {
  readonly #kernel: Kernel;
  readonly #input: Rows;
  readonly #inputDeltas: Rows | undefined;
  readonly #output: Rows;
  readonly #outputDeltas: Rows;
  /** Bytes from the start of the parameters. */
  readonly #weights: number;
  readonly #count: number;

  constructor(wiring: Wiring) {
    this.#kernel = wiring.kernel;
    this.#input = wiring.input;
    this.#inputDeltas = wiring.inputDeltas;
    this.#output = wiring.output;
    this.#outputDeltas = wiring.outputDeltas;
    this.#weights = known(wiring.offsets[0], "an embedding has weights");
    this.#count = sizeOf(wiring.inputShape);
  }

  forward({ parameters, sampleCount }: Chunk): void {
    const { addVectors } = this.#kernel.functions;
    for (let s = 0; s < sampleCount; s++) {
      const at = 4 * s * this.#input.stride;
      addVectors(
        this.#output.pointer + at,
        this.#input.pointer + at,
        parameters + this.#weights,
        this.#count,
      );
    }
  }

  backward({ gradient, sampleCount, first }: Chunk): void {
    const { pointer, stride } = this.#outputDeltas;
    const { functions, views } = this.#kernel;
    const target = gradient + this.#weights;
    functions.biasGradient(target, pointer, stride, sampleCount, this.#count, first);
    if (this.#inputDeltas === undefined) return;
    const begin = pointer / 4;
    views.f32.copyWithin(this.#inputDeltas.pointer / 4, begin, begin + sampleCount * stride);
  }
}
