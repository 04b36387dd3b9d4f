/** @file The mean of each channel in each window of a picture, or in all of it. */
import * as z from "zod/mini";

import type { Kernel } from "../../kernels/kernel.ts";
import type { LayerKind, Shape, Wiring } from "../layer-kind.ts";
import type { Chunk, Layer, Rows } from "../layer.ts";
import {
  acceptedPicture,
  channelsFirst,
  channelsLast,
  type Picture,
  pictureOf,
  pooledShape,
} from "./picture.ts";

interface PoolSettings {
  readonly kind: "average-pool2d";
  /** Height and width of the window; `global` for one window over the whole picture. */
  readonly size: number | "global";
  /** Places from one window to the next, in both directions; without meaning if there is only one window. */
  readonly stride: number;
}

const count = z.int().check(z.positive());

/**
 * Maps a picture `[height, width, channels]` to one with `⌊(height − size) / stride⌋ + 1` rows: windows lie wholly in
 * the picture. PyTorch's `nn.AvgPool2d(size, stride)`; `global` gives `[1, 1, channels]`, its
 * `nn.AdaptiveAvgPool2d(1)`.
 */
export const averagePool2d = {
  schema: z.strictObject({
    kind: z.literal("average-pool2d"),
    size: z.union([count, z.literal("global")]),
    stride: count,
  }),
  outputShape(input, { size, stride }) {
    if (size !== "global") return pooledShape(input, { size, stride });
    const picture = pictureOf(input);
    return "misfit" in picture ? picture : [1, 1, picture.channels];
  },
  wire: (wiring, settings) => new AveragePoolLayer(wiring, settings),
  onnx(graph, { input, inputShape }, { size, stride }) {
    const picture = channelsFirst(graph, input, inputShape);
    const output =
      size === "global"
        ? graph.node("GlobalAveragePool", [picture])
        : graph.node("AveragePool", [picture], {
            kernel_shape: [size, size],
            strides: [stride, stride],
          });
    return channelsLast(graph, output);
  },
  example: {
    inputShape: [7, 6, 2],
    layers: [
      { kind: "conv2d", channels: 5, kernel: 2, stride: 1, padding: "same" },
      { kind: "average-pool2d", size: 3, stride: 2 },
      { kind: "average-pool2d", size: "global", stride: 1 },
      { kind: "flatten" },
    ],
  },
} satisfies LayerKind<PoolSettings>;

function windowOf(input: Shape, { size, stride }: PoolSettings) {
  const { height, width } = acceptedPicture(input);
  if (size === "global") return { height, width, stride: Math.max(height, width) };
  return { height: size, width: size, stride };
}

class AveragePoolLayer implements Layer {
  readonly #functions: Kernel["functions"];
  readonly #input: Rows;
  readonly #inputDeltas: Rows | undefined;
  readonly #output: Rows;
  readonly #outputDeltas: Rows;
  readonly #picture: Picture;
  readonly #window: ReturnType<typeof windowOf>;

  constructor(wiring: Wiring, settings: PoolSettings) {
    this.#functions = wiring.kernel.functions;
    this.#input = wiring.input;
    this.#inputDeltas = wiring.inputDeltas;
    this.#output = wiring.output;
    this.#outputDeltas = wiring.outputDeltas;
    this.#picture = acceptedPicture(wiring.inputShape);
    this.#window = windowOf(wiring.inputShape, settings);
  }

  forward({ sampleCount }: Chunk): void {
    const { height, width, channels } = this.#picture;
    this.#functions.averagePoolForward(
      this.#output.pointer,
      this.#output.stride,
      this.#input.pointer,
      this.#input.stride,
      sampleCount,
      height,
      width,
      channels,
      this.#window.height,
      this.#window.width,
      this.#window.stride,
    );
  }

  backward({ sampleCount }: Chunk): void {
    if (this.#inputDeltas === undefined) return;
    const { height, width, channels } = this.#picture;
    this.#functions.averagePoolBackward(
      this.#inputDeltas.pointer,
      this.#inputDeltas.stride,
      this.#outputDeltas.pointer,
      this.#outputDeltas.stride,
      sampleCount,
      height,
      width,
      channels,
      this.#window.height,
      this.#window.width,
      this.#window.stride,
    );
  }
}
