/**
 * @file The record of sizes that the kernel functions of a convolution read. Each field takes one 32-bit word, in the
 * order below, which is that of the class `ConvolutionShape` in `assembly/parts/frames.ts`.
 */
import type { Views } from "./memory.ts";

const fields = [
  "height",
  "width",
  "channels",
  "outputHeight",
  "outputWidth",
  "outputs",
  "kernel",
  "stride",
  "before",
  "frameHeight",
  "frameWidth",
] as const;

export const convolutionShapeByteLength = 4 * fields.length;

/** Sizes in places (pixels) and channels; all positive, `before` may be 0. */
export interface ConvolutionShape {
  /** Of the input `[height, width, channels]`. */
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Of the output `[outputHeight, outputWidth, outputs]`. */
  readonly outputHeight: number;
  readonly outputWidth: number;
  readonly outputs: number;
  /** Height and width of the window. */
  readonly kernel: number;
  /** Places from one window to the next, in both directions. */
  readonly stride: number;
  /** Rows of zeros above the picture, and columns to its left. */
  readonly before: number;
  /** Of the picture with all zeros around it. */
  readonly frameHeight: number;
  readonly frameWidth: number;
}

/** Writes the record to `pointer`, which has room for `convolutionShapeByteLength` bytes. */
export function writeConvolutionShape(
  { u32 }: Views,
  pointer: number,
  shape: ConvolutionShape,
): void {
  for (const [index, field] of fields.entries()) u32[pointer / 4 + index] = shape[field];
}

/** Reads the record at `pointer`. */
export function readConvolutionShape({ u32 }: Views, pointer: number): ConvolutionShape {
  const entries = fields.map((field, index) => [field, u32[pointer / 4 + index]] as const);
  // The list contains every field once.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.fromEntries(entries) as unknown as ConvolutionShape;
}

/** Bytes of scratch memory that the three functions need together. */
export function convolutionScratchBytes(shape: ConvolutionShape): number {
  const { height, width, channels, outputs, kernel, frameHeight, frameWidth } = shape;
  const taps = kernel * kernel;
  const spread = (height + kernel - 1) * (width + kernel - 1) * outputs;
  const forward = taps * channels * inEights(outputs) + frameHeight * frameWidth * channels;
  const backward = taps * outputs * inEights(channels) + spread;
  return 4 * Math.max(forward, backward) + 64;
}

function inEights(count: number): number {
  return 8 * Math.ceil(count / 8);
}
