/** @file The dense layer, `y = x W + b`. */
import * as z from "zod/mini";

import { known } from "../../assert.ts";
import type { Kernel } from "../../kernels/kernel.ts";
import { sentence } from "../../words/sentence.ts";
import { type LayerKind, sizeOf, type Wiring } from "../layer-kind.ts";
import type { Chunk, Layer, Rows } from "../layer.ts";
import { SparseDenseLayer } from "./sparse-dense.ts";

interface DenseSettings {
  readonly kind: "dense";
  /** Width of the output. */
  readonly units: number;
}

/** Maps a vector `[inputs]` to a vector `[units]`, or each step of a sequence `[steps, inputs]`. It is PyTorch's `nn.Linear`, whose weight is the transpose. */
export const dense = {
  schema: z.strictObject({ kind: z.literal("dense"), units: z.int().check(z.positive()) }),
  outputShape(input, { units }) {
    if (input.length <= 2) return [...input.slice(0, -1), units];
    return { misfit: sentence("takes-vectors", { shape: input.join(", ") }) };
  },
  tensors(input, { units }) {
    const inputs = input.at(-1) ?? 0;
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
  multiplyAdds: (input, { units }) => sizeOf(input) * units,
  /** A panel of 16 columns, or of 8 transposed rows. */
  scratchBytes: (input, output) => 64 * Math.max(input.at(-1) ?? 0, output.at(-1) ?? 0),
  wire: (wiring) => new DenseLayer(wiring),
  wireSparse: (wiring) => new SparseDenseLayer(wiring),
  onnx(graph, { input, inputShape, tensor }) {
    if (inputShape.length === 1) {
      return graph.node("Gemm", [input, tensor("weight"), tensor("bias")], { transB: 1 });
    }
    const weight = graph.node("Transpose", [tensor("weight")], { perm: [1, 0] });
    return graph.node("Add", [graph.node("MatMul", [input, weight]), tensor("bias")]);
  },
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
  readonly #inputs: number;
  readonly #outputs: number;
  /** Steps per sample; a vector is one. */
  readonly #steps: number;
  /** Whether the steps of all samples follow one another without a gap, so that they can be computed at once. */
  readonly #isGapless: boolean;
  /** Floats from one step to the next. */
  readonly #inputStride: number;
  readonly #outputStride: number;

  constructor(wiring: Wiring) {
    const { kernel, input, output, inputShape, outputShape, offsets } = wiring;
    this.#functions = kernel.functions;
    this.#input = input;
    this.#inputDeltas = wiring.inputDeltas;
    this.#output = output;
    this.#outputDeltas = wiring.outputDeltas;
    this.#weights = known(offsets[0], "a dense layer has weights");
    this.#biases = known(offsets[1], "a dense layer has biases");
    this.#scratch = wiring.scratch;
    this.#inputs = inputShape.at(-1) ?? 0;
    this.#outputs = outputShape.at(-1) ?? 0;
    this.#steps = sizeOf(inputShape) / this.#inputs;
    const isVector = inputShape.length === 1;
    this.#inputStride = isVector ? input.stride : this.#inputs;
    this.#outputStride = isVector ? output.stride : this.#outputs;
    this.#isGapless =
      this.#inputStride * this.#steps === input.stride &&
      this.#outputStride * this.#steps === output.stride;
  }

  forward({ parameters, sampleCount }: Chunk): void {
    const { calls, rows } = this.#partsOf(sampleCount);
    for (let part = 0; part < calls; part++) {
      this.#functions.denseForward(
        this.#output.pointer + 4 * part * this.#output.stride,
        this.#outputStride,
        this.#input.pointer + 4 * part * this.#input.stride,
        this.#inputStride,
        rows,
        parameters + this.#weights,
        parameters + this.#biases,
        this.#inputs,
        this.#outputs,
        this.#scratch,
      );
    }
  }

  backward(chunk: Chunk): void {
    this.#parameterGradient(chunk);
    if (this.#inputDeltas !== undefined) this.#inputGradient(chunk, this.#inputDeltas);
  }

  #parameterGradient({ gradient, sampleCount, first }: Chunk): void {
    const { calls, rows } = this.#partsOf(sampleCount);
    for (let part = 0; part < calls; part++) {
      const begins = part === 0 ? first : 0;
      const deltas = this.#outputDeltas.pointer + 4 * part * this.#outputDeltas.stride;
      this.#functions.denseWeightGradient(
        gradient + this.#weights,
        this.#input.pointer + 4 * part * this.#input.stride,
        this.#inputStride,
        deltas,
        this.#outputStride,
        rows,
        this.#inputs,
        this.#outputs,
        begins,
      );
      const biases = gradient + this.#biases;
      const { biasGradient } = this.#functions;
      biasGradient(biases, deltas, this.#outputStride, rows, this.#outputs, begins);
    }
  }

  #inputGradient({ parameters, sampleCount }: Chunk, inputDeltas: Rows): void {
    const { calls, rows } = this.#partsOf(sampleCount);
    for (let part = 0; part < calls; part++) {
      this.#functions.denseInputGradient(
        inputDeltas.pointer + 4 * part * inputDeltas.stride,
        this.#inputStride,
        this.#outputDeltas.pointer + 4 * part * this.#outputDeltas.stride,
        this.#outputStride,
        rows,
        parameters + this.#weights,
        this.#inputs,
        this.#outputs,
        this.#scratch,
      );
    }
  }

  /** How many times the kernel is called, and for how many rows each time. */
  #partsOf(sampleCount: number) {
    const calls = this.#isGapless ? 1 : sampleCount;
    return { calls, rows: (sampleCount * this.#steps) / calls };
  }
}
