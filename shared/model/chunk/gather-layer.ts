/** @file The input of a network: copies the chunk's samples into rows, for a first layer that reads rows. */
import type { Kernel } from "../../kernels/kernel.ts";
import type { Chunk, Rows } from "../layer.ts";

/** The function of each form that is not read where it is stored. */
const gathers = {
  bytes: "gatherBytes",
  floats: "gatherFloats",
  tokens8: "gatherTokens8",
  tokens16: "gatherTokens16",
} as const;

/**
 * Copies features unchanged, bytes as `fround(byte / 255)`, or a window of tokens as numbers. It has no `backward`,
 * because data have no gradient.
 */
export class GatherLayer {
  readonly #gather: Kernel["functions"]["gatherBytes"];
  /** Where the samples are copied to. */
  readonly output: Rows;

  constructor({ functions }: Kernel, form: keyof typeof gathers, output: Rows) {
    this.#gather = functions[gathers[form]];
    this.output = output;
  }

  forward({ split, samples, sampleCount }: Chunk): void {
    const { pointer, stride, width } = this.output;
    this.#gather(pointer, stride, split.features, width, samples, sampleCount);
  }
}
