/** @file Softmax over all values of a sample, `yᵢ = e^xᵢ / Σⱼ e^xⱼ`, in place. */
import * as z from "zod/mini";

import type { Kernel } from "../../kernels/kernel.ts";
import { sentence } from "../../words/sentence.ts";
import type { LayerKind, Wiring } from "../layer-kind.ts";
import type { Chunk, Layer, Rows } from "../layer.ts";

/** Accepts a vector and keeps its shape. PyTorch's `nn.Softmax(dim=1)`. */
export const softmax = {
  schema: z.strictObject({ kind: z.literal("softmax") }),
  outputShape(input) {
    if (input.length === 1) return input;
    return { misfit: sentence("takes-a-vector", { shape: input.join(", ") }) };
  },
  inPlace: true,
  wire: (wiring) => new SoftmaxLayer(wiring),
  onnx: (graph, { input }) => graph.node("Softmax", [input], { axis: 1 }),
  example: { inputShape: [21], layers: [{ kind: "dense", units: 9 }, { kind: "softmax" }] },
} satisfies LayerKind<{ readonly kind: "softmax" }>;

class SoftmaxLayer implements Layer {
  readonly #functions: Kernel["functions"];
  readonly #rows: Rows;
  readonly #deltas: Rows;

  constructor({ kernel, output, outputDeltas }: Wiring) {
    this.#functions = kernel.functions;
    this.#rows = output;
    this.#deltas = outputDeltas;
  }

  forward({ sampleCount }: Chunk): void {
    const { pointer, stride, width } = this.#rows;
    this.#functions.softmax(pointer, pointer, stride, sampleCount, width);
  }

  backward({ sampleCount }: Chunk): void {
    const { pointer, stride, width } = this.#rows;
    this.#functions.softmaxBackward(this.#deltas.pointer, pointer, stride, sampleCount, width);
  }
}
