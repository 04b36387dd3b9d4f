/** @file The largest value of each channel in each window of a picture. */
import * as z from "zod/mini";

import type { Kernel } from "../../kernels/kernel.ts";
import type { LayerKind, Wiring } from "../layer-kind.ts";
import type { Chunk, Layer, Rows } from "../layer.ts";
import {
  acceptedPicture,
  channelsFirst,
  channelsLast,
  type Picture,
  pooledShape,
} from "./picture.ts";

interface PoolSettings {
  readonly kind: "max-pool2d";
  /** Height and width of the window. */
  readonly size: number;
  /** Places from one window to the next, in both directions. */
  readonly stride: number;
}

const count = z.int().check(z.positive());

/**
 * Maps a picture `[height, width, channels]` to one with `⌊(height − size) / stride⌋ + 1` rows: windows lie wholly in
 * the picture. PyTorch's `nn.MaxPool2d(size, stride)`.
 */
export const maxPool2d = {
  schema: z.strictObject({ kind: z.literal("max-pool2d"), size: count, stride: count }),
  outputShape(input, settings) {
    return pooledShape(input, settings);
  },
  wire: (wiring, settings) => new MaxPoolLayer(wiring, settings),
  onnx(graph, { input, inputShape }, { size, stride }) {
    const output = graph.node("MaxPool", [channelsFirst(graph, input, inputShape)], {
      kernel_shape: [size, size],
      strides: [stride, stride],
    });
    return channelsLast(graph, output);
  },
  example: {
    inputShape: [7, 6],
    layers: [
      { kind: "conv2d", channels: 5, kernel: 2, stride: 1, padding: "same" },
      { kind: "max-pool2d", size: 3, stride: 2 },
      { kind: "flatten" },
    ],
  },
} satisfies LayerKind<PoolSettings>;

class MaxPoolLayer implements Layer {
  readonly #functions: Kernel["functions"];
  readonly #input: Rows;
  readonly #inputDeltas: Rows | undefined;
  readonly #output: Rows;
  readonly #outputDeltas: Rows;
  readonly #picture: Picture;
  readonly #size: number;
  readonly #stride: number;

  constructor(wiring: Wiring, { size, stride }: PoolSettings) {
    this.#functions = wiring.kernel.functions;
    this.#input = wiring.input;
    this.#inputDeltas = wiring.inputDeltas;
    this.#output = wiring.output;
    this.#outputDeltas = wiring.outputDeltas;
    this.#picture = acceptedPicture(wiring.inputShape);
    this.#size = size;
    this.#stride = stride;
  }

  forward({ sampleCount }: Chunk): void {
    const { height, width, channels } = this.#picture;
    this.#functions.maxPoolForward(
      this.#output.pointer,
      this.#output.stride,
      this.#input.pointer,
      this.#input.stride,
      sampleCount,
      height,
      width,
      channels,
      this.#size,
      this.#stride,
    );
  }

  backward({ sampleCount }: Chunk): void {
    if (this.#inputDeltas === undefined) return;
    const { height, width, channels } = this.#picture;
    this.#functions.maxPoolBackward(
      this.#inputDeltas.pointer,
      this.#inputDeltas.stride,
      this.#outputDeltas.pointer,
      this.#outputDeltas.stride,
      this.#input.pointer,
      this.#input.stride,
      sampleCount,
      height,
      width,
      channels,
      this.#size,
      this.#stride,
    );
  }
}
