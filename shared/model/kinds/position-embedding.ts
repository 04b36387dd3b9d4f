/** @file A learnt vector for each step of a sequence, added to it: `y[t] = x[t] + weight[t]`. */
import * as z from "zod/mini";

import { known } from "../../assert.ts";
import type { Kernel } from "../../kernels/kernel.ts";
import { sentence } from "../../words/sentence.ts";
import { type LayerKind, sizeOf, type Wiring } from "../layer-kind.ts";
import type { Chunk, Layer, Rows } from "../layer.ts";

/** Accepts a sequence `[steps, width]` and keeps its shape. The weight is that of PyTorch's `nn.Embedding(steps, width)`. */
export const positionEmbedding = {
  schema: z.strictObject({ kind: z.literal("position-embedding") }),
  outputShape(input) {
    if (input.length === 2) return input;
    return { misfit: sentence("takes-a-sequence", { shape: input.join(", ") }) };
  },
  tensors([steps = 1, width = 1]) {
    const initial = { fanIn: steps, fanOut: width };
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
