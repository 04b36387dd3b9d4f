/** @file Dropout: while a network is trained, a random share of the values is 0. */
import * as z from "zod/mini";

import { assert } from "../../assert.ts";
import type { Kernel } from "../../kernels/kernel.ts";
import { stateOf } from "../../random.ts";
import type { LayerKind, Wiring } from "../layer-kind.ts";
import type { Chunk, Layer, Rows } from "../layer.ts";

interface DropoutSettings {
  readonly kind: "dropout";
  /** The share of values that become 0, in [0, 1). */
  readonly rate: number;
}

/** Keeps the stream of a mask apart from those of local search and of changed pictures. */
const streamOfMasks = 2;

/**
 * In training, `y = x / (1 − rate)` where a value is kept and 0 elsewhere; in an evaluation, `y = x`. Accepts any shape and
 * keeps it. Which values are kept is a pure function of the run's seed, the step, the sample and the layer's place in the
 * model, so every worker drops the same ones. PyTorch's `nn.Dropout(rate)`.
 *
 * @see Srivastava et al. 2014.
 */
export const dropout = {
  schema: z.strictObject({
    kind: z.literal("dropout"),
    rate: z.number().check(z.gte(0), z.lt(1)),
  }),
  outputShape: (input) => input,
  inPlace: true,
  wire: (wiring, settings) => new DropoutLayer(wiring, settings),
  onnx: (_graph, { input }) => input,
  example: {
    inputShape: [21],
    layers: [
      { kind: "dense", units: 19 },
      { kind: "dropout", rate: 0.3 },
      {
        kind: "residual",
        layers: [{ kind: "dense", units: 19 }, { kind: "tanh" }, { kind: "dropout", rate: 0.5 }],
      },
      { kind: "dropout", rate: 0.1 },
    ],
  },
} satisfies LayerKind<DropoutSettings>;

class DropoutLayer implements Layer {
  readonly #kernel: Kernel;
  readonly #rows: Rows;
  readonly #deltas: Rows;
  /** Pointer to one word per value: all bits 1 if it is kept, else 0. */
  readonly #kept: number;
  readonly #droppedBelow: number;
  readonly #scale: number;
  readonly #isSeeded: boolean;
  /** What a mask is drawn from: seed, step, sample, what it is for, and the layer's place. */
  readonly #seeds: number[];
  readonly #state = new Uint32Array(4);

  constructor(wiring: Wiring, { rate }: DropoutSettings) {
    const { kernel, output, chunkSamples } = wiring;
    this.#kernel = kernel;
    this.#rows = output;
    this.#deltas = wiring.outputDeltas;
    this.#kept = kernel.arena.allocate(4 * output.stride * chunkSamples);
    this.#droppedBelow = Math.floor(rate * 2 ** 32);
    this.#scale = Math.fround(1 / (1 - rate));
    this.#isSeeded = wiring.seed !== undefined;
    this.#seeds = [wiring.seed ?? 0, 0, 0, streamOfMasks, ...wiring.path];
  }

  forward(chunk: Chunk): void {
    if (chunk.step === undefined) return;
    this.#draw(chunk, chunk.step);
    this.#keep(this.#rows, chunk);
  }

  backward(chunk: Chunk): void {
    if (chunk.step === undefined) return;
    this.#keep(this.#deltas, chunk);
  }

  #draw({ samples, sampleCount }: Chunk, step: number): void {
    const { functions, views } = this.#kernel;
    const { stride, width } = this.#rows;
    assert(this.#isSeeded, "masks are drawn from a seed");
    this.#seeds[1] = step;
    for (let s = 0; s < sampleCount; s++) {
      this.#seeds[2] = views.u32[samples / 4 + s] ?? 0;
      const drawn = stateOf(this.#seeds, this.#state);
      const to = this.#kept + 4 * s * stride;
      const [a, b, c, d] = [drawn[0] ?? 0, drawn[1] ?? 0, drawn[2] ?? 0, drawn[3] ?? 0];
      functions.drawKept(to, width, this.#droppedBelow, a, b, c, d);
    }
  }

  #keep({ pointer, stride }: Rows, { sampleCount }: Chunk): void {
    this.#kernel.functions.keepValues(pointer, this.#kept, sampleCount * stride, this.#scale);
  }
}
