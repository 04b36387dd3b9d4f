/**
 * @file The contract of a layer: it computes its output from its input for a chunk of samples and, on the way back,
 * the gradients of its parameters and of its input. Layers are wired once, to fixed places in a kernel's memory,
 * and then only called.
 */
import type { Kernel } from "../kernels/kernel.ts";
import type { StoredSplit } from "./stored-split.ts";

/** Sizes of a tensor's axes. The batch is not an axis. */
export type Shape = readonly number[];

/** How many values a tensor of this shape has. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * The most samples computed at once: enough to keep a SIMD kernel busy, few enough that the activations of a small
 * network stay in the nearest cache. A larger shard is computed chunk by chunk, with the same bits.
 */
export const chunkSamplesMax = 32;
/** The fewest if a dense layer reads one row of each sample: its kernel computes four rows side by side. */
const chunkSamplesMin = 4;
/** What the inputs, the outputs and their gradients of one layer may take: half of a second-level cache. */
const chunkBytes = 2 ** 19;

/**
 * How many samples of a model are computed at once.
 *
 * @param widest - The most values that a layer reads and writes, per sample.
 * @param hasRows - Whether a sample is rows enough wherever something is multiplied, as the steps of a text are.
 */
export function chunkSamplesOf(widest: number, hasRows: boolean): number {
  const fitting = Math.floor(chunkBytes / (8 * widest));
  return Math.min(Math.max(fitting, hasRows ? 1 : chunkSamplesMin), chunkSamplesMax);
}

/** The current chunk. A single object, changed in place, because nothing is allocated while a run computes. */
export interface Chunk {
  /** Pointer to the flat parameters. */
  parameters: number;
  /** Pointer to the flat gradient sum; written by `backward`. */
  gradient: number;
  split: StoredSplit;
  /** Pointer to `[sampleCount]` uint32: indices into the split. */
  samples: number;
  /** At most `chunkSamplesOf` the model. */
  sampleCount: number;
  /** The step that they are trained in; `undefined` in an evaluation. */
  step: number | undefined;
  /** 1 for the first chunk of a shard, whose gradient overwrites the old one; else 0. */
  first: 0 | 1;
  /**
   * How many leaves of the tree the chunk consists of: a power of two. Their gradients are added along the tree. 1: the
   * chunk is one shard, or a part of one. More than 1 only if all kinds of layers with parameters have `addsLeaves`.
   */
  leaves: number;
  /** Samples of each leaf, if there are several; the last may have fewer. */
  leafSamples: number;
}

/** A layer, wired to its inputs and outputs. */
export interface Layer {
  /** Computes the layer's output rows from its input rows. */
  forward(chunk: Chunk): void;
  /** From ∂loss/∂output, adds to the gradient of its parameters and writes ∂loss/∂input. */
  backward(chunk: Chunk): void;
}

/** A float32 matrix `[chunkSamples, width]` in kernel memory whose rows are padded to `stride` floats. */
export interface Rows {
  readonly pointer: number;
  readonly width: number;
  /** A multiple of 16. */
  readonly stride: number;
}

/** Kernels work on whole registers, so they may read a few values behind a row. */
const behindLastRow = 64;

export function allocateRows({ arena }: Kernel, shape: Shape, chunkSamples: number): Rows {
  const width = sizeOf(shape);
  let stride = Math.ceil(width / 16) * 16;
  // Rows that are a multiple of 512 bytes apart would compete for the same few lines of the nearest cache.
  if (shape.length === 1 && stride % 128 === 0) stride += 16;
  const pointer = arena.allocate(4 * stride * chunkSamples + behindLastRow);
  return { pointer, width, stride };
}
