/** @file Softmax over the last axis, `yᵢ = e^xᵢ / Σⱼ e^xⱼ`, in place. */
import * as z from "zod/mini";

import type { Kernel } from "../../kernels/kernel.ts";
import { sentence } from "../../words/sentence.ts";
import type { LayerKind, Wiring } from "../layer-kind.ts";
import type { Chunk, Layer, Rows } from "../layer.ts";

/** Accepts a vector, or a sequence `[steps, width]` whose steps it takes one by one. PyTorch's `nn.Softmax(dim=-1)`. */
export const softmax = {
  schema: z.strictObject({ kind: z.literal("softmax") }),
  outputShape(input) {
    if (input.length <= 2) return input;
    return { misfit: sentence("takes-vectors", { shape: input.join(", ") }) };
  },
  inPlace: true,
  /** Two padded steps. */
  scratchBytes: (input) => (input.length === 2 ? 2 * 4 * paddedWidth(input.at(-1) ?? 0) : 0),
  wire(wiring) {
    return wiring.outputShape.length === 1 ? new SoftmaxLayer(wiring) : new StepsSoftmax(wiring);
  },
  onnx: (graph, { input, inputShape }) =>
    graph.node("Softmax", [input], { axis: inputShape.length }),
  example: { inputShape: [21], layers: [{ kind: "dense", units: 9 }, { kind: "softmax" }] },
} satisfies LayerKind<{ readonly kind: "softmax" }>;

/** Kernels work on whole registers. */
function paddedWidth(width: number): number {
  return Math.ceil(width / 16) * 16;
}

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

/**
 * Steps follow one another without a gap, and the kernel writes a little behind each, so each is computed in a place
 * of its own and copied back.
 */
class StepsSoftmax implements Layer {
  readonly #kernel: Kernel;
  readonly #rows: Rows;
  readonly #deltas: Rows;
  /** Pointers to one step each. */
  readonly #step: number;
  readonly #stepDeltas: number;
  readonly #steps: number;
  readonly #width: number;

  constructor({ kernel, output, outputDeltas, outputShape, scratch }: Wiring) {
    const [steps = 1, width = 1] = outputShape;
    this.#kernel = kernel;
    this.#rows = output;
    this.#deltas = outputDeltas;
    this.#step = scratch;
    this.#stepDeltas = scratch + 4 * paddedWidth(width);
    this.#steps = steps;
    this.#width = width;
  }

  forward({ sampleCount }: Chunk): void {
    const { softmax: compute } = this.#kernel.functions;
    for (const at of this.#places(this.#rows, sampleCount)) {
      compute(this.#step, at, paddedWidth(this.#width), 1, this.#width);
      this.#copy(at, this.#step);
    }
  }

  backward({ sampleCount }: Chunk): void {
    const { softmaxBackward } = this.#kernel.functions;
    for (const at of this.#places(this.#deltas, sampleCount)) {
      const output = at - this.#deltas.pointer + this.#rows.pointer;
      this.#copy(this.#stepDeltas, at);
      softmaxBackward(this.#stepDeltas, output, paddedWidth(this.#width), 1, this.#width);
      this.#copy(at, this.#stepDeltas);
    }
  }

  /** Pointers to the steps of all samples. */
  *#places({ pointer, stride }: Rows, sampleCount: number): Generator<number> {
    for (let s = 0; s < sampleCount; s++) {
      for (let t = 0; t < this.#steps; t++) yield pointer + 4 * (s * stride + t * this.#width);
    }
  }

  #copy(to: number, from: number): void {
    this.#kernel.views.f32.copyWithin(to / 4, from / 4, from / 4 + this.#width);
  }
}
