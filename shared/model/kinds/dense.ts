/** @file The dense layer, `y = x W + b`. */
import * as z from "zod/mini";

import { known } from "../../assert.ts";
import type { Kernel } from "../../kernels/kernel.ts";
import { sentence } from "../../words/sentence.ts";
import { LeafSum } from "../chunk/leaf-sum.ts";
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
  addsLeaves: true,
  /** A panel of 16 columns, or of 8 transposed rows, or of 16 deltas of 128 samples. */
  scratchBytes: (input, output) => 64 * Math.max(input.at(-1) ?? 0, output.at(-1) ?? 0, 128),
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

/** The values of a weight whose leaves are added at a time: a part of the nearest cache. */
const tileValues = 1024;

/** Samples of a chunk. */
interface Samples {
  readonly from: number;
  readonly count: number;
  /** 1: the sums over them start at 0; else they continue. */
  readonly first: 0 | 1;
}

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
  /** Rows of the weight whose leaves are added at a time. */
  readonly #tileInputs: number;
  readonly #leafSum: LeafSum;
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
    // The kernel computes four rows at once.
    const fitting = 4 * Math.max(1, Math.floor(tileValues / (4 * this.#outputs)));
    this.#tileInputs = Math.min(fitting, this.#inputs);
    this.#leafSum = new LeafSum(kernel, this.#tileInputs * this.#outputs);
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

  #parameterGradient({ gradient, sampleCount, first, leaves, leafSamples }: Chunk): void {
    const [weights, biases] = [gradient + this.#weights, gradient + this.#biases];
    if (leaves === 1) {
      this.#weightGradient(weights, 0, this.#inputs, { from: 0, count: sampleCount, first });
      this.#biasGradient(biases, { from: 0, count: sampleCount, first });
      return;
    }
    const sum = this.#leafSum;
    for (let i = 0; i < this.#inputs; i += this.#tileInputs) {
      const inputs = Math.min(this.#tileInputs, this.#inputs - i);
      sum.begin(weights + 4 * i * this.#outputs, inputs * this.#outputs);
      for (let from = 0; from < sampleCount; from += leafSamples) {
        const count = Math.min(leafSamples, sampleCount - from);
        this.#weightGradient(sum.place, i, inputs, { from, count, first: 1 });
        sum.push();
      }
    }
    sum.begin(biases, this.#outputs);
    for (let from = 0; from < sampleCount; from += leafSamples) {
      this.#biasGradient(sum.place, {
        from,
        count: Math.min(leafSamples, sampleCount - from),
        first: 1,
      });
      sum.push();
    }
  }

  /** ∂loss/∂W over some samples, for `inputs` rows of W from row `input` on. */
  #weightGradient(target: number, input: number, inputs: number, samples: Samples): void {
    const { calls, rows } = this.#partsOf(samples.count);
    for (let part = 0; part < calls; part++) {
      const sample = samples.from + part;
      this.#functions.denseWeightGradient(
        target,
        this.#input.pointer + 4 * (sample * this.#input.stride + input),
        this.#inputStride,
        this.#outputDeltas.pointer + 4 * sample * this.#outputDeltas.stride,
        this.#outputStride,
        rows,
        inputs,
        this.#outputs,
        part === 0 ? samples.first : 0,
        this.#scratch,
      );
    }
  }

  #biasGradient(target: number, samples: Samples): void {
    const { calls, rows } = this.#partsOf(samples.count);
    for (let part = 0; part < calls; part++) {
      this.#functions.biasGradient(
        target,
        this.#outputDeltas.pointer + 4 * (samples.from + part) * this.#outputDeltas.stride,
        this.#outputStride,
        rows,
        this.#outputs,
        part === 0 ? samples.first : 0,
      );
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
