/**
 * @file Plain twins of `assembly/convolution.ts`: a two-dimensional convolution of pictures `[height, width,
 * channels]`, and its gradients.
 *
 * Outside the picture there are zeros, which are multiplied and added like any other value. Every sum starts at +0
 * and adds its terms in the order of its indices; a bias is added last. Weights are `[kernel, kernel, channels,
 * outputs]`. Pictures are padded rows: one sample after the other, `stride` floats apart.
 */
// A kernel function takes only numbers, as WebAssembly does.
/* oxlint-disable max-params */
import { type ConvolutionShape, readConvolutionShape } from "../convolution-shape.ts";
import type { Views } from "../memory.ts";

const { fround } = Math;

/**
 * `y[p][q][o] ← (Σₐ Σᵦ Σ꜀ x[p·stride + a − before][q·stride + b − before][c] · w[a][b][c][o]) + bias[o]`.
 *
 * @param target - Pointer to padded rows `[samples, outputHeight, outputWidth, outputs]`; written.
 * @param input - Pointer to padded rows `[samples, height, width, channels]`.
 * @param weights - Pointer to `[kernel, kernel, channels, outputs]` float32.
 * @param biases - Pointer to `[outputs]` float32.
 * @param shapePointer - Pointer to a record of `../convolution-shape.ts`.
 * @param _scratch - Pointer to `convolutionScratchBytes` bytes that the SIMD kernel overwrites.
 */
export function convolutionForward(
  views: Views,
  target: number,
  targetStride: number,
  input: number,
  inputStride: number,
  samples: number,
  weights: number,
  biases: number,
  shapePointer: number,
  _scratch: number,
): void {
  const { f32 } = views;
  const shape = readConvolutionShape(views, shapePointer);
  const { outputs, channels, kernel, outputWidth } = shape;
  for (let s = 0; s < samples; s++) {
    const at = pixels(f32, input / 4 + s * inputStride, shape);
    for (const [p, q] of places(shape)) {
      for (let o = 0; o < outputs; o++) {
        let sum = 0;
        for (let a = 0; a < kernel; a++) {
          for (let b = 0; b < kernel; b++) {
            for (let c = 0; c < channels; c++) {
              const w = f32[weights / 4 + ((a * kernel + b) * channels + c) * outputs + o]!;
              sum = fround(sum + fround(at(p, a, q, b, c) * w));
            }
          }
        }
        const y = target / 4 + s * targetStride + (p * outputWidth + q) * outputs + o;
        f32[y] = fround(sum + f32[biases / 4 + o]!);
      }
    }
  }
}

/**
 * `δx[y][x][c] ← Σₐ Σᵦ Σₒ δ[y + before − a′][x + before − b′][o] · w[a′][b′][c][o]` with `a′ = kernel − 1 − a` and
 * `b′ = kernel − 1 − b`, a and b ascending. With a stride, δ counts places of the input: those between two outputs
 * are 0, like those outside.
 *
 * @param target - Pointer to padded rows `[samples, height, width, channels]`; written.
 * @param deltas - Pointer to padded rows `[samples, outputHeight, outputWidth, outputs]`.
 * @param weights - Pointer to `[kernel, kernel, channels, outputs]` float32.
 * @param shapePointer - Pointer to a record of `../convolution-shape.ts`.
 * @param _scratch - Pointer to `convolutionScratchBytes` bytes that the SIMD kernel overwrites.
 */
export function convolutionInputGradient(
  views: Views,
  target: number,
  targetStride: number,
  deltas: number,
  deltaStride: number,
  samples: number,
  weights: number,
  shapePointer: number,
  _scratch: number,
): void {
  const { f32 } = views;
  const shape = readConvolutionShape(views, shapePointer);
  const { height, width, channels, outputs, kernel, stride, before } = shape;
  const { outputHeight, outputWidth } = shape;
  const deltaAt = (sample: number, y: number, x: number, o: number) => {
    const [p, q] = [y / stride, x / stride];
    const isThere = Number.isInteger(p) && Number.isInteger(q) && p >= 0 && q >= 0;
    if (!isThere || p >= outputHeight || q >= outputWidth) return 0;
    return f32[sample + (p * outputWidth + q) * outputs + o]!;
  };
  for (let s = 0; s < samples; s++) {
    const sample = deltas / 4 + s * deltaStride;
    for (let i = 0; i < height * width * channels; i++) {
      const c = i % channels;
      const x = Math.floor(i / channels) % width;
      const y = Math.floor(i / channels / width);
      let sum = 0;
      for (let tap = kernel * kernel - 1; tap >= 0; tap--) {
        const [a, b] = [Math.floor(tap / kernel), tap % kernel];
        for (let o = 0; o < outputs; o++) {
          const delta = deltaAt(sample, y + before - a, x + before - b, o);
          const w = f32[weights / 4 + (tap * channels + c) * outputs + o]!;
          sum = fround(sum + fround(delta * w));
        }
      }
      f32[target / 4 + s * targetStride + i] = sum;
    }
  }
}

/**
 * `∂w[a][b][c][o] ← start + Σₛ Σₚ Σ_q x[p·stride + a − before][q·stride + b − before][c] · δ[p][q][o]`, where `start`
 * is +0 or what `target` held.
 *
 * @param target - Pointer to `[kernel, kernel, channels, outputs]` float32; written.
 * @param input - Pointer to padded rows `[samples, height, width, channels]`.
 * @param deltas - Pointer to padded rows `[samples, outputHeight, outputWidth, outputs]`.
 * @param shapePointer - Pointer to a record of `../convolution-shape.ts`.
 * @param first - 1: the sums start at +0, and `target` need not be cleared. 0: they continue from `target`.
 * @param _scratch - Pointer to `convolutionScratchBytes` bytes that the SIMD kernel overwrites.
 */
export function convolutionWeightGradient(
  views: Views,
  target: number,
  input: number,
  inputStride: number,
  deltas: number,
  deltaStride: number,
  samples: number,
  shapePointer: number,
  first: number,
  _scratch: number,
): void {
  const { f32 } = views;
  const shape = readConvolutionShape(views, shapePointer);
  const { channels, outputs, kernel, outputWidth } = shape;
  for (let i = 0; i < kernel * kernel * channels * outputs; i++) {
    const o = i % outputs;
    const c = Math.floor(i / outputs) % channels;
    const tap = Math.floor(i / outputs / channels);
    const [a, b] = [Math.floor(tap / kernel), tap % kernel];
    let sum = first ? 0 : f32[target / 4 + i]!;
    for (let s = 0; s < samples; s++) {
      const at = pixels(f32, input / 4 + s * inputStride, shape);
      const delta = deltas / 4 + s * deltaStride;
      for (const [p, q] of places(shape)) {
        const product = at(p, a, q, b, c) * f32[delta + (p * outputWidth + q) * outputs + o]!;
        sum = fround(sum + fround(product));
      }
    }
    f32[target / 4 + i] = sum;
  }
}

/** Reads a picture: the value at row a and column b of the window at [p, q]; +0 outside the picture. */
function pixels(f32: Float32Array, picture: number, shape: ConvolutionShape) {
  const { height, width, channels, stride, before } = shape;
  return (p: number, a: number, q: number, b: number, c: number): number => {
    const y = p * stride + a - before;
    const x = q * stride + b - before;
    if (y < 0 || y >= height || x < 0 || x >= width) return 0;
    return f32[picture + (y * width + x) * channels + c]!;
  };
}

/** All places of the output, row by row. */
function places({ outputHeight, outputWidth }: ConvolutionShape): (readonly [number, number])[] {
  return Array.from({ length: outputHeight * outputWidth }, (_, i) => {
    return [Math.floor(i / outputWidth), i % outputWidth] as const;
  });
}
