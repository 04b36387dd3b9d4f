/**
 * @file The contract of a layer: it computes its output from its input for a chunk of samples and, on the way back,
 * the gradients of its parameters and of its input. Layers are wired once, to fixed places in a kernel's memory,
 * and then only called.
 */
import type { Kernel } from "../kernels/kernel.ts";
import type { StoredSplit } from "./stored-split.ts";

/**
 * Samples computed at once: enough to keep a SIMD kernel busy, few enough that their activations stay in the
 * nearest cache. A larger shard is computed chunk by chunk, with the same bits.
 */
export const chunkSamplesMax = 32;

/** The current chunk. A single object, changed in place, because nothing is allocated while a run computes. */
export interface Chunk {
  /** Pointer to the flat parameters. */
  parameters: number;
  /** Pointer to the flat gradient sum; written by `backward`. */
  gradient: number;
  split: StoredSplit;
  /** Pointer to `[sampleCount]` uint32: indices into the split. */
  samples: number;
  /** At most `chunkSamplesMax`. */
  sampleCount: number;
  /** 1 for the first chunk of a shard, whose gradient overwrites the old one; else 0. */
  first: 0 | 1;
}

/** A layer, wired to its inputs and outputs. */
export interface Layer {
  /** Computes the layer's output rows from its input rows. */
  forward(chunk: Chunk): void;
  /** From ∂loss/∂output, adds to the gradient of its parameters and writes ∂loss/∂input. */
  backward(chunk: Chunk): void;
}

/** A float32 matrix `[chunkSamplesMax, width]` in kernel memory whose rows are padded to `stride` floats. */
export interface Rows {
  readonly pointer: number;
  readonly width: number;
  /** A multiple of 16. */
  readonly stride: number;
}

export function allocateRows({ arena }: Kernel, width: number): Rows {
  let stride = Math.ceil(width / 16) * 16;
  // Rows that are a multiple of 512 bytes apart would compete for the same few lines of the nearest cache.
  if (stride % 128 === 0) stride += 16;
  return { pointer: arena.allocate(4 * stride * chunkSamplesMax), width, stride };
}
