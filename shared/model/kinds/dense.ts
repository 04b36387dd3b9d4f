/** @file The dense layer, `y = x W + b`. */
import * as z from "zod/mini";

import { known } from "../../assert.ts";
import type { Kernel } from "../../kernels/kernel.ts";
import { sentence } from "../../words/sentence.ts";
import type { LayerKind, Wiring } from "../layer-kind.ts";
import type { Chunk, Layer, Rows } from "../layer.ts";
import { SparseDenseLayer } from "./sparse-dense.ts";

interface DenseSettings {
  readonly kind: "dense";
  /** Width of the output. */
  readonly units: number;
}

/** Maps a vector `[inputs]` to a vector `[units]`. It is PyTorch's `nn.Linear`, whose weight is the transpose. */
export const dense = {
  schema: z.strictObject({ kind: z.literal("dense"), units: z.int().check(z.positive()) }),
  outputShape(input, { units }) {
    if (input.length === 1) return [units];
    return { misfit: sentence("takes-a-vector", { shape: input.join(", ") }) };
  },
  tensors([inputs = 0], { units }) {
    const fan = { fanIn: inputs, fanOut: units };
    return [
      {
        name: "weight",
        shape: [inputs, units],
        torchAxes: [1, 0],
        axisRoles: ["input", "output"],
        initial: fan,
      },
      { name: "bias", shape: [units], axisRoles: ["output"], initial: 0 },
    ];
  },
  multiplyAdds: ([inputs = 0], { units }) => inputs * units,
  /** A panel of 16 columns, or of 8 transposed rows. */
  scratchBytes: ([inputs = 0], [outputs = 0]) => 64 * Math.max(inputs, outputs),
  wire: (wiring) => new DenseLayer(wiring),
  wireSparse: (wiring) => new SparseDenseLayer(wiring),
  onnx: (graph, { input, tensor }) =>
    graph.node("Gemm", [input, tensor("weight"), tensor("bias")], { transB: 1 }),
  example: {
    inputShape: [21],
    layers: [
      { kind: "dense", units: 19 },
      { kind: "dense", units: 9 },
    ],
  },
} satisfies LayerKind<DenseSettings>;

class DenseLayer implements Layer {
  readonly #functions: Kernel["functions"];
  readonly #input: Rows;
  readonly #inputDeltas: Rows | undefined;
  readonly #output: Rows;
  readonly #outputDeltas: Rows;
  /** Bytes from the start of the parameters. */
  readonly #weights: number;
  readonly #biases: number;
  readonly #scratch: number;

  constructor({
    kernel,
    input,
    inputDeltas,
    output,
    outputDeltas,
    offsets: [weights, biases],
    scratch,
  }: Wiring) {
    this.#functions = kernel.functions;
    this.#input = input;
    this.#inputDeltas = inputDeltas;
    this.#output = output;
    this.#outputDeltas = outputDeltas;
    this.#weights = known(weights, "a dense layer has weights");
    this.#biases = known(biases, "a dense layer has biases");
    this.#scratch = scratch;
  }

  forward({ parameters, sampleCount }: Chunk): void {
    this.#functions.denseForward(
      this.#output.pointer,
      this.#output.stride,
      this.#input.pointer,
      this.#input.stride,
      sampleCount,
      parameters + this.#weights,
      parameters + this.#biases,
      this.#input.width,
      this.#output.width,
      this.#scratch,
    );
  }

  backward(chunk: Chunk): void {
    this.#parameterGradient(chunk);
    if (this.#inputDeltas !== undefined) this.#inputGradient(chunk, this.#inputDeltas);
  }

  #parameterGradient({ gradient, sampleCount, first }: Chunk): void {
    const { pointer, stride, width } = this.#outputDeltas;
    this.#functions.denseWeightGradient(
      gradient + this.#weights,
      this.#input.pointer,
      this.#input.stride,
      pointer,
      stride,
      sampleCount,
      this.#input.width,
      width,
      first,
    );
    const biases = gradient + this.#biases;
    this.#functions.biasGradient(biases, pointer, stride, sampleCount, width, first);
  }

  #inputGradient({ parameters, sampleCount }: Chunk, inputDeltas: Rows): void {
    this.#functions.denseInputGradient(
      inputDeltas.pointer,
      inputDeltas.stride,
      this.#outputDeltas.pointer,
      this.#outputDeltas.stride,
      sampleCount,
      parameters + this.#weights,
      inputDeltas.width,
      this.#outputDeltas.width,
      this.#scratch,
    );
  }
}
