/** @file The input of a network whose first layer is dense: collects the chunk's samples into rows. */
import type { Kernel } from "../kernels/kernel.ts";
import type { Chunk, Layer, Rows } from "./layer.ts";

/** Copies features as they are, or bytes as `fround(byte / 255)`. It has no parameters. */
export class GatherLayer implements Layer {
  readonly #gather: Kernel["functions"]["gatherBytes"];
  readonly #output: Rows;

  constructor({ functions }: Kernel, form: "bytes" | "floats", output: Rows) {
    this.#gather = form === "bytes" ? functions.gatherBytes : functions.gatherFloats;
    this.#output = output;
  }

  forward({ split, samples, sampleCount }: Chunk): void {
    const { pointer, stride, width } = this.#output;
    this.#gather(pointer, stride, split.features, width, samples, sampleCount);
  }

  backward(): void {
    // The gradient of the data is nobody's business.
  }
}
