/**
 * @file The two-dimensional convolution, `y[p][q][o] = (Σ x[p·stride + a − before][q·stride + b − before][c] ·
 * weight[a][b][c][o]) + bias[o]`, with zeros outside the picture.
 */
import * as z from "zod/mini";

import { known } from "../../assert.ts";
import {
  type ConvolutionShape,
  convolutionScratchBytes,
  convolutionShapeByteLength,
  writeConvolutionShape,
} from "../../kernels/convolution-shape.ts";
import type { Kernel } from "../../kernels/kernel.ts";
import { sentence } from "../../words/sentence.ts";
import type { LayerKind, Shape, Wiring } from "../layer-kind.ts";
import type { Chunk, Layer, Rows } from "../layer.ts";
import { acceptedPicture, channelsFirst, channelsLast, pictureOf, windowCount } from "./picture.ts";

interface ConvolutionSettings {
  readonly kind: "conv2d";
  /** Of the output. */
  readonly channels: number;
  /** Height and width of the window. */
  readonly kernel: number;
  /** Places from one window to the next, in both directions. */
  readonly stride: number;
  /**
   * `valid`: windows lie wholly in the picture. `same`: with zeros around it, so that a stride of 1 keeps its size; an
   * even kernel has one more of them below and to the right.
   */
  readonly padding: "same" | "valid";
}

const size = z.int().check(z.positive());

/**
 * Maps a picture `[height, width, channels]` to `[height′, width′, settings.channels]`; with padding `same`, height′ is
 * ⌈height / stride⌉. PyTorch's `nn.Conv2d`, whose weight is `[out, in, kernel, kernel]`; `same` with an odd kernel is
 * its `padding=(kernel − 1) // 2`.
 */
export const conv2d = {
  schema: z.strictObject({
    kind: z.literal("conv2d"),
    channels: size,
    kernel: size,
    stride: size,
    padding: z.enum(["same", "valid"]),
  }),
  outputShape(input, settings) {
    const picture = pictureOf(input);
    if ("misfit" in picture) return picture;
    const { height, width } = picture;
    const { kernel, padding } = settings;
    if (padding === "valid" && kernel > Math.min(height, width)) {
      return { misfit: sentence("window-too-large", { size: kernel, height, width }) };
    }
    const { outputHeight, outputWidth, outputs } = shapeOf(input, settings);
    return [outputHeight, outputWidth, outputs];
  },
  tensors(input, { channels: outputs, kernel }) {
    const { channels } = acceptedPicture(input);
    const places = kernel * kernel;
    return [
      {
        name: "weight",
        shape: [kernel, kernel, channels, outputs],
        torchAxes: [3, 2, 0, 1],
        initial: { fanIn: places * channels, fanOut: places * outputs },
      },
      { name: "bias", shape: [outputs], axisRoles: ["output"], initial: 0 },
    ];
  },
  multiplyAdds(input, settings) {
    const { outputHeight, outputWidth, outputs, kernel, channels } = shapeOf(input, settings);
    return outputHeight * outputWidth * outputs * kernel * kernel * channels;
  },
  scratchBytes: (input, _output, settings) => convolutionScratchBytes(shapeOf(input, settings)),
  wire: (wiring, settings) => new ConvolutionLayer(wiring, settings),
  onnx(graph, { input, inputShape, tensor }, { kernel, stride, padding }) {
    const { before } = shapeOf(inputShape, { kernel, stride, padding, channels: 1 });
    const after = padding === "same" ? kernel - 1 - before : 0;
    const picture = channelsFirst(graph, input, inputShape);
    const output = graph.node("Conv", [picture, tensor("weight"), tensor("bias")], {
      strides: [stride, stride],
      pads: [before, before, after, after],
    });
    return channelsLast(graph, output);
  },
  example: {
    inputShape: [6, 5, 2],
    layers: [
      { kind: "conv2d", channels: 9, kernel: 2, stride: 1, padding: "same" },
      { kind: "conv2d", channels: 5, kernel: 3, stride: 2, padding: "same" },
      { kind: "conv2d", channels: 3, kernel: 2, stride: 1, padding: "valid" },
      { kind: "flatten" },
    ],
  },
} satisfies LayerKind<ConvolutionSettings>;

function shapeOf(
  input: Shape,
  { channels: outputs, kernel, stride, padding }: Omit<ConvolutionSettings, "kind">,
): ConvolutionShape {
  const { height, width, channels } = acceptedPicture(input);
  const isSame = padding === "same";
  const frameHeight = isSame ? height + kernel - 1 : height;
  const frameWidth = isSame ? width + kernel - 1 : width;
  return {
    height,
    width,
    channels,
    outputHeight: windowCount(frameHeight, kernel, stride),
    outputWidth: windowCount(frameWidth, kernel, stride),
    outputs,
    kernel,
    stride,
    before: isSame ? Math.floor((kernel - 1) / 2) : 0,
    frameHeight,
    frameWidth,
  };
}

class ConvolutionLayer implements Layer {
  readonly #functions: Kernel["functions"];
  readonly #input: Rows;
  readonly #inputDeltas: Rows | undefined;
  readonly #output: Rows;
  readonly #outputDeltas: Rows;
  /** Bytes from the start of the parameters. */
  readonly #weights: number;
  readonly #biases: number;
  readonly #scratch: number;
  /** Pointer to the sizes. */
  readonly #shape: number;
  readonly #places: number;
  readonly #outputs: number;

  constructor(wiring: Wiring, settings: ConvolutionSettings) {
    const { kernel, offsets, inputShape } = wiring;
    const shape = shapeOf(inputShape, settings);
    this.#functions = kernel.functions;
    this.#input = wiring.input;
    this.#inputDeltas = wiring.inputDeltas;
    this.#output = wiring.output;
    this.#outputDeltas = wiring.outputDeltas;
    this.#weights = known(offsets[0], "a convolution has weights");
    this.#biases = known(offsets[1], "a convolution has biases");
    this.#scratch = wiring.scratch;
    this.#shape = kernel.arena.allocate(convolutionShapeByteLength);
    writeConvolutionShape(kernel.views, this.#shape, shape);
    this.#places = shape.outputHeight * shape.outputWidth;
    this.#outputs = shape.outputs;
  }

  forward({ parameters, sampleCount }: Chunk): void {
    this.#functions.convolutionForward(
      this.#output.pointer,
      this.#output.stride,
      this.#input.pointer,
      this.#input.stride,
      sampleCount,
      parameters + this.#weights,
      parameters + this.#biases,
      this.#shape,
      this.#scratch,
    );
  }

  backward(chunk: Chunk): void {
    this.#parameterGradient(chunk);
    if (this.#inputDeltas !== undefined) this.#inputGradient(chunk, this.#inputDeltas);
  }

  #parameterGradient({ gradient, sampleCount, first }: Chunk): void {
    const { pointer, stride } = this.#outputDeltas;
    this.#functions.convolutionWeightGradient(
      gradient + this.#weights,
      this.#input.pointer,
      this.#input.stride,
      pointer,
      stride,
      sampleCount,
      this.#shape,
      first,
      this.#scratch,
    );
    for (let s = 0; s < sampleCount; s++) {
      this.#functions.biasGradient(
        gradient + this.#biases,
        pointer + 4 * s * stride,
        this.#outputs,
        this.#places,
        this.#outputs,
        s === 0 ? first : 0,
      );
    }
  }

  #inputGradient({ parameters, sampleCount }: Chunk, inputDeltas: Rows): void {
    this.#functions.convolutionInputGradient(
      inputDeltas.pointer,
      inputDeltas.stride,
      this.#outputDeltas.pointer,
      this.#outputDeltas.stride,
      sampleCount,
      parameters + this.#weights,
      this.#shape,
      this.#scratch,
    );
  }
}
