/** @file The input of a network: copies the chunk's samples into rows, for a first layer that reads rows. */
import type { Kernel } from "../kernels/kernel.ts";
import type { Chunk, Rows } from "./layer.ts";

/** Copies features unchanged, or bytes as `fround(byte / 255)`. It has no `backward`, because data have no gradient. */
export class GatherLayer {
  readonly #gather: Kernel["functions"]["gatherBytes"];
  /** Where the samples are copied to. */
  readonly output: Rows;

  constructor({ functions }: Kernel, form: "bytes" | "floats", output: Rows) {
    this.#gather = form === "bytes" ? functions.gatherBytes : functions.gatherFloats;
    this.output = output;
  }

  forward({ split, samples, sampleCount }: Chunk): void {
    const { pointer, stride, width } = this.output;
    this.#gather(pointer, stride, split.features, width, samples, sampleCount);
  }
}
