/**
 * @file Attention between the steps of a sequence, with several heads: each step becomes a mixture of what it sees of
 * the others.
 */
import * as z from "zod/mini";

import { known } from "../../assert.ts";
import type { Kernel } from "../../kernels/kernel.ts";
import type { OnnxGraph, OnnxPlace } from "../../onnx/graph.ts";
import { sentence } from "../../words/sentence.ts";
import type { LayerKind, Shape, Wiring } from "../layer-kind.ts";
import { allocateRows, type Chunk, type Layer, type Rows } from "../layer.ts";
import { dense } from "./dense.ts";

interface AttentionSettings {
  readonly kind: "attention";
  /** Divides the width. */
  readonly heads: number;
  /** 1: a step sees itself and those before it. 0: it sees all. */
  readonly causal: 0 | 1;
}

/**
 * Maps a sequence `[steps, width]` to one of the same shape. Queries, keys and values are `[q k v] = x W₁ + b₁`; each
 * head h has a share of their columns, `yₕ = softmax(qₕ kₕᵀ / √(width / heads)) vₕ`; the heads side by side are
 * projected once more, `[y₁ y₂ …] W₂ + b₂`. PyTorch's `nn.MultiheadAttention(width, heads, batch_first=True)` of x, x and
 * x, whose weights are the transposes.
 *
 * @see Vaswani et al. 2017, section 3.2.
 */
export const attention = {
  schema: z.strictObject({
    kind: z.literal("attention"),
    heads: z.int().check(z.positive()),
    causal: z.union([z.literal(0), z.literal(1)]),
  }),
  outputShape(input, { heads }) {
    const [, width = 1] = input;
    if (input.length !== 2) {
      return { misfit: sentence("takes-a-sequence", { shape: input.join(", ") }) };
    }
    if (width % heads === 0) return input;
    return { misfit: sentence("heads-of-width", { heads, width }) };
  },
  tensors([, width = 1]) {
    const before = { fanIn: width, fanOut: 3 * width };
    return [
      { name: "in_proj_weight", shape: [width, 3 * width], torchAxes: [1, 0], initial: before },
      { name: "in_proj_bias", shape: [3 * width], initial: 0 },
      {
        name: "out_proj.weight",
        shape: [width, width],
        torchAxes: [1, 0],
        initial: { fanIn: width, fanOut: width },
      },
      { name: "out_proj.bias", shape: [width], initial: 0 },
    ];
  },
  multiplyAdds: ([steps = 1, width = 1]) => 4 * steps * width * width + 2 * steps * steps * width,
  scratchBytes: ([steps = 1, width = 1]) =>
    4 * steps * paddedSteps(steps) + 64 * Math.max(steps, 3 * width, 128),
  wire: (wiring, settings) => new AttentionLayer(wiring, settings),
  onnx: addAttention,
  example: {
    inputShape: [5, 3],
    layers: [
      { kind: "dense", units: 6 },
      { kind: "attention", heads: 3, causal: 0 },
      { kind: "attention", heads: 2, causal: 1 },
      { kind: "flatten" },
    ],
  },
} satisfies LayerKind<AttentionSettings>;

/** Floats from one row of probabilities to the next. */
function paddedSteps(steps: number): number {
  return Math.ceil(steps / 16) * 16;
}

function addAttention(
  graph: OnnxGraph,
  { input, inputShape: [steps = 1, width = 1], tensor }: OnnxPlace,
  { heads, causal }: AttentionSettings,
): string {
  const size = width / heads;
  const linear = (x: string, weight: string, bias: string) => {
    const turned = graph.node("Transpose", [tensor(weight)], { perm: [1, 0] });
    return graph.node("Add", [graph.node("MatMul", [x, turned]), tensor(bias)]);
  };
  const projected = linear(input, "in_proj_weight", "in_proj_bias");
  const part = (index: number, perm: readonly number[]) => {
    const bounds = [index * width, (index + 1) * width].map((at) => graph.integers([at]));
    const cut = graph.node("Slice", [projected, ...bounds, graph.integers([2])]);
    const inHeads = graph.node("Reshape", [cut, graph.integers([-1, steps, heads, size])]);
    return graph.node("Transpose", [inHeads], { perm });
  };
  const queries = part(0, [0, 2, 1, 3]);
  const keys = part(1, [0, 2, 3, 1]);
  const values = part(2, [0, 2, 1, 3]);
  const product = graph.node("MatMul", [queries, keys]);
  let scores = graph.node("Mul", [product, graph.floats([1 / Math.sqrt(size)], [])]);
  if (causal === 1) {
    const mask = Array.from({ length: steps * steps }, (_, at) =>
      at % steps > Math.floor(at / steps) ? -Infinity : 0,
    );
    scores = graph.node("Add", [scores, graph.floats(mask, [steps, steps])]);
  }
  const mixed = graph.node("MatMul", [graph.node("Softmax", [scores], { axis: 3 }), values]);
  const together = graph.node("Transpose", [mixed], { perm: [0, 2, 1, 3] });
  const joined = graph.node("Reshape", [together, graph.integers([-1, steps, width])]);
  return linear(joined, "out_proj.weight", "out_proj.bias");
}

class AttentionLayer implements Layer {
  readonly #functions: Kernel["functions"];
  /** The projections before and after. */
  readonly #before: Layer;
  readonly #after: Layer;
  readonly #projected: Rows;
  readonly #projectedDeltas: Rows;
  /** The heads side by side. */
  readonly #heads: Rows;
  readonly #headDeltas: Rows;
  /** Pointer to the probabilities of each head. */
  readonly #probabilities: number;
  readonly #scratch: number;
  readonly #steps: number;
  readonly #width: number;
  readonly #headCount: number;
  readonly #causal: number;

  constructor(wiring: Wiring, { heads, causal }: AttentionSettings) {
    const { kernel, chunkSamples, inputShape, scratch, offsets } = wiring;
    const [steps = 1, width = 1] = inputShape;
    const rows = (shape: Shape) => allocateRows(kernel, shape, chunkSamples);
    this.#functions = kernel.functions;
    this.#projected = rows([steps, 3 * width]);
    this.#projectedDeltas = rows([steps, 3 * width]);
    this.#heads = rows(inputShape);
    this.#headDeltas = rows(inputShape);
    const probabilityBytes = 4 * heads * steps * paddedSteps(steps);
    this.#probabilities = kernel.arena.allocate(probabilityBytes * chunkSamples);
    this.#scratch = scratch;
    this.#steps = steps;
    this.#width = width;
    this.#headCount = heads;
    this.#causal = causal;
    this.#before = dense.wire({
      ...wiring,
      outputShape: [steps, 3 * width],
      output: this.#projected,
      outputDeltas: this.#projectedDeltas,
      offsets: offsets.slice(0, 2),
    });
    this.#after = dense.wire({
      ...wiring,
      input: this.#heads,
      inputDeltas: this.#headDeltas,
      offsets: [known(offsets[2], "the second weight"), known(offsets[3], "the second bias")],
    });
  }

  forward(chunk: Chunk): void {
    this.#before.forward(chunk);
    this.#functions.attentionForward(
      this.#heads.pointer,
      this.#heads.stride,
      this.#projected.pointer,
      this.#projected.stride,
      this.#probabilities,
      chunk.sampleCount,
      this.#steps,
      this.#width,
      this.#headCount,
      this.#causal,
      this.#scratch,
    );
    this.#after.forward(chunk);
  }

  backward(chunk: Chunk): void {
    this.#after.backward(chunk);
    this.#functions.attentionBackward(
      this.#projectedDeltas.pointer,
      this.#projectedDeltas.stride,
      this.#headDeltas.pointer,
      this.#headDeltas.stride,
      this.#projected.pointer,
      this.#projected.stride,
      this.#probabilities,
      chunk.sampleCount,
      this.#steps,
      this.#width,
      this.#headCount,
      this.#causal,
      this.#scratch,
    );
    this.#before.backward(chunk);
  }
}
