/**
 * @file Plain twins of `assembly/pooling.ts`: the largest value and the mean of each window of a picture, and a
 * picture with its channels first.
 *
 * Pictures are padded rows `[samples, height, width, channels]`. Windows begin `stride` places apart and lie wholly in
 * the picture; the output has one place for each, row by row. Lanes past the last channel are read, so 12 bytes behind
 * a picture must exist.
 */
// A kernel function takes only numbers, as WebAssembly does.
/* oxlint-disable max-params */
import type { Views } from "../memory.ts";

const { fround } = Math;

/**
 * `y[p][q][c] ← max x[p·stride + a][q·stride + b][c]` over a, b < `size`; NaN if one of them is.
 *
 * @param target - Pointer to padded rows `[samples, outputHeight, outputWidth, channels]`; written.
 * @param input - Pointer to padded rows `[samples, height, width, channels]`.
 */
export function maxPoolForward(
  { f32 }: Views,
  target: number,
  targetStride: number,
  input: number,
  inputStride: number,
  samples: number,
  height: number,
  width: number,
  channels: number,
  size: number,
  stride: number,
): void {
  for (let s = 0; s < samples; s++) {
    const x = input / 4 + s * inputStride;
    let to = target / 4 + s * targetStride;
    for (const covered of windows(height, width, channels, [size, size], stride)) {
      f32[to++] = Math.max(...covered.map((i) => f32[x + i]!));
    }
  }
}

/**
 * `δx ← Σ δ` over the windows whose first largest value it is, in the order of the windows; +0 elsewhere.
 *
 * @param target - Pointer to padded rows `[samples, height, width, channels]`: ∂loss/∂x; written.
 * @param deltas - Pointer to padded rows `[samples, outputHeight, outputWidth, channels]`: ∂loss/∂y.
 * @param input - Pointer to x, as in the forward pass.
 */
export function maxPoolBackward(
  { f32 }: Views,
  target: number,
  targetStride: number,
  deltas: number,
  deltaStride: number,
  input: number,
  inputStride: number,
  samples: number,
  height: number,
  width: number,
  channels: number,
  size: number,
  stride: number,
): void {
  for (let s = 0; s < samples; s++) {
    const x = input / 4 + s * inputStride;
    const to = target / 4 + s * targetStride;
    let delta = deltas / 4 + s * deltaStride;
    f32.fill(0, to, to + height * width * channels);
    for (const covered of windows(height, width, channels, [size, size], stride)) {
      const largest = Math.max(...covered.map((i) => f32[x + i]!));
      const at = covered.find((i) => f32[x + i] === largest);
      if (at !== undefined) f32[to + at] = fround(f32[to + at]! + f32[delta]!);
      delta++;
    }
  }
}

/**
 * `y[p][q][c] ← (Σₐ Σᵦ x[p·stride + a][q·stride + b][c]) / (windowHeight · windowWidth)`.
 *
 * @param target - Pointer to padded rows `[samples, outputHeight, outputWidth, channels]`; written.
 * @param input - Pointer to padded rows `[samples, height, width, channels]`.
 */
export function averagePoolForward(
  { f32 }: Views,
  target: number,
  targetStride: number,
  input: number,
  inputStride: number,
  samples: number,
  height: number,
  width: number,
  channels: number,
  windowHeight: number,
  windowWidth: number,
  stride: number,
): void {
  const size = [windowHeight, windowWidth] as const;
  for (let s = 0; s < samples; s++) {
    const x = input / 4 + s * inputStride;
    let to = target / 4 + s * targetStride;
    for (const covered of windows(height, width, channels, size, stride)) {
      const sum = covered.reduce((total, i) => fround(total + f32[x + i]!), 0);
      f32[to++] = fround(sum / covered.length);
    }
  }
}

/**
 * `δx ← Σ δ / (windowHeight · windowWidth)` over the windows that contain it, in their order.
 *
 * @param target - Pointer to padded rows `[samples, height, width, channels]`: ∂loss/∂x; written.
 * @param deltas - Pointer to padded rows `[samples, outputHeight, outputWidth, channels]`: ∂loss/∂y.
 */
export function averagePoolBackward(
  { f32 }: Views,
  target: number,
  targetStride: number,
  deltas: number,
  deltaStride: number,
  samples: number,
  height: number,
  width: number,
  channels: number,
  windowHeight: number,
  windowWidth: number,
  stride: number,
): void {
  const size = [windowHeight, windowWidth] as const;
  for (let s = 0; s < samples; s++) {
    const to = target / 4 + s * targetStride;
    let delta = deltas / 4 + s * deltaStride;
    f32.fill(0, to, to + height * width * channels);
    for (const covered of windows(height, width, channels, size, stride)) {
      const share = fround(f32[delta++]! / covered.length);
      for (const i of covered) f32[to + i] = fround(f32[to + i]! + share);
    }
  }
}

/** For each output, row by row, the indices of what is under its window. */
function* windows(
  height: number,
  width: number,
  channels: number,
  [windowHeight, windowWidth]: readonly [number, number],
  stride: number,
): Generator<number[]> {
  for (let y = 0; y <= height - windowHeight; y += stride) {
    for (let x = 0; x <= width - windowWidth; x += stride) {
      for (let c = 0; c < channels; c++) {
        yield Array.from({ length: windowHeight * windowWidth }, (_, i) => {
          const row = y + Math.floor(i / windowWidth);
          return (row * width + x + (i % windowWidth)) * channels + c;
        });
      }
    }
  }
}

/**
 * `target[c][r] ← input[r][c]` for each sample: a picture whose channels come last, with its channels first.
 *
 * @param target - Pointer to padded rows `[samples, columns, rows]`; written.
 * @param input - Pointer to padded rows `[samples, rows, columns]`.
 */
export function transposeRows(
  { f32 }: Views,
  target: number,
  targetStride: number,
  input: number,
  inputStride: number,
  samples: number,
  rows: number,
  columns: number,
): void {
  for (let s = 0; s < samples; s++) {
    const to = target / 4 + s * targetStride;
    const from = input / 4 + s * inputStride;
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) f32[to + c * rows + r] = f32[from + r * columns + c]!;
    }
  }
}
