/** @file Group normalisation: each group of channels has mean 0 and variance 1, then a weight and a bias per channel. */
import * as z from "zod/mini";

import { known } from "../../assert.ts";
import type { Kernel } from "../../kernels/kernel.ts";
import type { OnnxGraph, OnnxPlace } from "../../onnx/graph.ts";
import { sentence } from "../../words/sentence.ts";
import type { LayerKind, Wiring } from "../layer-kind.ts";
import type { Chunk, Layer, Rows } from "../layer.ts";
import { acceptedPicture, channelsFirst, channelsLast, pictureOf } from "./picture.ts";

interface GroupNormSettings {
  readonly kind: "group-norm";
  /** How many groups of neighbouring channels; divides their number. */
  readonly groups: number;
}

/**
 * `y = (x − μ) / √(σ² + 10⁻⁵) · weight + bias`, where μ and σ² are those of a group of channels over a whole picture
 * `[height, width, channels]`. Keeps the shape. PyTorch's `nn.GroupNorm(groups, channels)`. Batch normalisation, which
 * it replaces, depends on which samples share a shard.
 *
 * @see Wu & He 2018, eq. 1–7.
 */
export const groupNorm = {
  schema: z.strictObject({ kind: z.literal("group-norm"), groups: z.int().check(z.positive()) }),
  outputShape(input, { groups }) {
    const picture = pictureOf(input);
    if ("misfit" in picture) return picture;
    const { height, width, channels } = picture;
    if (channels % groups === 0) return [height, width, channels];
    return { misfit: sentence("groups-of-channels", { groups, channels }) };
  },
  tensors(input) {
    const { channels } = acceptedPicture(input);
    return [
      { name: "weight", shape: [channels], initial: 1 },
      { name: "bias", shape: [channels], initial: 0 },
    ];
  },
  scratchBytes: (input) => 8 * acceptedPicture(input).channels,
  wire: (wiring, settings) => new GroupNormLayer(wiring, settings),
  onnx: addGroupNorm,
  example: {
    inputShape: [3, 3],
    layers: [
      { kind: "conv2d", channels: 9, kernel: 2, stride: 1, padding: "same" },
      { kind: "group-norm", groups: 3 },
      { kind: "flatten" },
    ],
  },
} satisfies LayerKind<GroupNormSettings>;

/** As an instance normalisation of pictures whose only channel is a group; the operator set has nothing closer. */
function addGroupNorm(
  graph: OnnxGraph,
  { input, inputShape, tensor }: OnnxPlace,
  { groups }: GroupNormSettings,
): string {
  const { height, width, channels } = acceptedPicture(inputShape);
  const picture = channelsFirst(graph, input, inputShape);
  const shape = graph.integers([-1, groups, (channels / groups) * height * width]);
  const ones = graph.floats(Array.from({ length: groups }, () => 1));
  const zeros = graph.floats(Array.from({ length: groups }, () => 0));
  const grouped = graph.node("Reshape", [picture, shape]);
  const normal = graph.node("InstanceNormalization", [grouped, ones, zeros], {
    epsilon: { float: 1e-5 },
  });
  const back = graph.node("Reshape", [normal, graph.integers([-1, channels, height, width])]);
  const scaled = graph.node("Mul", [channelsLast(graph, back), tensor("weight")]);
  return graph.node("Add", [scaled, tensor("bias")]);
}

class GroupNormLayer implements Layer {
  readonly #functions: Kernel["functions"];
  readonly #input: Rows;
  readonly #inputDeltas: Rows | undefined;
  readonly #output: Rows;
  readonly #outputDeltas: Rows;
  /** Bytes from the start of the parameters. */
  readonly #weights: number;
  readonly #biases: number;
  readonly #places: number;
  readonly #channels: number;
  readonly #groups: number;
  /** Pointer to mean and scale of each channel. */
  readonly #statistics: number;
  readonly #scratch: number;

  constructor(wiring: Wiring, { groups }: GroupNormSettings) {
    const { kernel, offsets, chunkSamples } = wiring;
    const { height, width, channels } = acceptedPicture(wiring.inputShape);
    this.#functions = kernel.functions;
    this.#input = wiring.input;
    this.#inputDeltas = wiring.inputDeltas;
    this.#output = wiring.output;
    this.#outputDeltas = wiring.outputDeltas;
    this.#weights = known(offsets[0], "a normalisation has weights");
    this.#biases = known(offsets[1], "a normalisation has biases");
    this.#places = height * width;
    this.#channels = channels;
    this.#groups = groups;
    this.#statistics = kernel.arena.allocate(8 * channels * chunkSamples);
    this.#scratch = wiring.scratch;
  }

  forward({ parameters, sampleCount }: Chunk): void {
    this.#functions.groupNormForward(
      this.#output.pointer,
      this.#output.stride,
      this.#input.pointer,
      this.#input.stride,
      sampleCount,
      this.#places,
      this.#channels,
      this.#groups,
      parameters + this.#weights,
      parameters + this.#biases,
      this.#statistics,
    );
  }

  backward({ parameters, gradient, sampleCount, first }: Chunk): void {
    this.#functions.groupNormBackward(
      this.#inputDeltas?.pointer ?? 0,
      this.#inputDeltas?.stride ?? 0,
      this.#outputDeltas.pointer,
      this.#outputDeltas.stride,
      this.#input.pointer,
      this.#input.stride,
      sampleCount,
      this.#places,
      this.#channels,
      this.#groups,
      parameters + this.#weights,
      gradient + this.#weights,
      gradient + this.#biases,
      this.#statistics,
      first,
      this.#scratch,
    );
  }
}
