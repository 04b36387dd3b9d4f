/** @file All values of a sample as one vector, in PyTorch's order. */
import * as z from "zod/mini";

import type { Kernel } from "../../kernels/kernel.ts";
import { type LayerKind, type Shape, sizeOf, type Wiring } from "../layer-kind.ts";
import type { Chunk, Layer, Rows } from "../layer.ts";

/**
 * Accepts any shape. PyTorch's `nn.Flatten`. There the channels of a picture come before its rows, so the values of a
 * picture `[height, width, channels]` are put into that order: channel by channel. A dense layer behind it then has the
 * weights that it has in PyTorch.
 */
export const flatten = {
  schema: z.strictObject({ kind: z.literal("flatten") }),
  outputShape: (input) => [sizeOf(input)],
  wire: (wiring) => new FlattenLayer(wiring),
  onnx(graph, { input, inputShape }) {
    const inOrder =
      inputShape.length === 3 ? graph.node("Transpose", [input], { perm: [0, 3, 1, 2] }) : input;
    return graph.node("Flatten", [inOrder], { axis: 1 });
  },
  example: {
    inputShape: [3, 5, 2],
    layers: [
      { kind: "conv2d", channels: 3, kernel: 2, stride: 1, padding: "same" },
      { kind: "flatten" },
    ],
  },
} satisfies LayerKind<{ readonly kind: "flatten" }>;

/** The places and the channels of a picture; another shape is one row. */
function matrixOf(shape: Shape): readonly [number, number] {
  const columns = shape.length === 3 ? (shape[2] ?? 1) : sizeOf(shape);
  return [sizeOf(shape) / columns, columns];
}

class FlattenLayer implements Layer {
  readonly #transpose: Kernel["functions"]["transposeRows"];
  readonly #input: Rows;
  readonly #inputDeltas: Rows | undefined;
  readonly #output: Rows;
  readonly #outputDeltas: Rows;
  readonly #places: number;
  readonly #channels: number;

  constructor(wiring: Wiring) {
    this.#transpose = wiring.kernel.functions.transposeRows;
    this.#input = wiring.input;
    this.#inputDeltas = wiring.inputDeltas;
    this.#output = wiring.output;
    this.#outputDeltas = wiring.outputDeltas;
    [this.#places, this.#channels] = matrixOf(wiring.inputShape);
  }

  forward({ sampleCount }: Chunk): void {
    this.#transpose(
      this.#output.pointer,
      this.#output.stride,
      this.#input.pointer,
      this.#input.stride,
      sampleCount,
      this.#places,
      this.#channels,
    );
  }

  backward({ sampleCount }: Chunk): void {
    if (this.#inputDeltas === undefined) return;
    this.#transpose(
      this.#inputDeltas.pointer,
      this.#inputDeltas.stride,
      this.#outputDeltas.pointer,
      this.#outputDeltas.stride,
      sampleCount,
      this.#channels,
      this.#places,
    );
  }
}
