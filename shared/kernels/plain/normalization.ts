/**
 * @file Plain twins of `assembly/normalization.ts`: layer and group normalisation, and their gradients.
 *
 * With μ and σ² the mean and the variance (divided by the number of values) of a row or a group, `scale = 1 / √(σ² +
 * 10⁻⁵)` and `x̂ = (x − μ) · scale`, the output is `y = x̂ · weight + bias`. Values are padded rows, one sample after
 * the other; within a sample rows and places follow each other without padding. Lanes past the end of a row are read, so
 * 12 bytes behind a sample must exist.
 */
// A kernel function takes only numbers, as WebAssembly does.
/* oxlint-disable max-params */
import type { Views } from "../memory.ts";

const { fround } = Math;
const epsilon = fround(1e-5);

/**
 * Normalises each row over its `width` values: `μ = (Σᵢ x[i]) / width`, `σ² = (Σᵢ (x[i] − μ)²) / width`.
 *
 * @param target - Pointer to padded rows `[samples, rows, width]`; written.
 * @param input - Pointer to padded rows `[samples, rows, width]`.
 * @param weights - Pointer to `[width]` float32.
 * @param biases - Pointer to `[width]` float32.
 * @param statistics - Pointer to `[samples, rows, 2]` float32: mean and scale of each row; written.
 */
export function layerNormForward(
  { f32 }: Views,
  target: number,
  targetStride: number,
  input: number,
  inputStride: number,
  samples: number,
  rows: number,
  width: number,
  weights: number,
  biases: number,
  statistics: number,
): void {
  for (let row = 0; row < samples * rows; row++) {
    const [s, r] = [Math.floor(row / rows), row % rows];
    const x = input / 4 + s * inputStride + r * width;
    const to = target / 4 + s * targetStride + r * width;
    const mean = fround(sum(width, (i) => f32[x + i]!) / width);
    const variance = fround(sum(width, (i) => square(fround(f32[x + i]! - mean))) / width);
    const scale = fround(1 / fround(Math.sqrt(fround(variance + epsilon))));
    f32[statistics / 4 + 2 * row] = mean;
    f32[statistics / 4 + 2 * row + 1] = scale;
    for (let i = 0; i < width; i++) {
      const normal = fround(fround(f32[x + i]! - mean) * scale);
      f32[to + i] = fround(fround(normal * f32[weights / 4 + i]!) + f32[biases / 4 + i]!);
    }
  }
}

/**
 * `∂weight[i] ← start + Σ δ[i] · x̂[i]` and `∂bias[i] ← start + Σ δ[i]` over all rows of all samples, where `start`
 * is +0 or what the target held.
 *
 * @param target - Pointer to `[width]` float32: ∂weight; written.
 * @param biasTarget - Pointer to `[width]` float32: ∂bias; written.
 * @param deltas - Pointer to padded rows `[samples, rows, width]`: ∂loss/∂y.
 * @param input - Pointer to x, as in the forward pass.
 * @param statistics - What the forward pass wrote.
 * @param first - 1: the sums start at +0. 0: they continue.
 */
export function layerNormGradient(
  { f32 }: Views,
  target: number,
  biasTarget: number,
  deltas: number,
  deltaStride: number,
  input: number,
  inputStride: number,
  samples: number,
  rows: number,
  width: number,
  statistics: number,
  first: number,
): void {
  for (let i = 0; i < width; i++) {
    let weight = first ? 0 : f32[target / 4 + i]!;
    let bias = first ? 0 : f32[biasTarget / 4 + i]!;
    for (let row = 0; row < samples * rows; row++) {
      const [s, r] = [Math.floor(row / rows), row % rows];
      const x = f32[input / 4 + s * inputStride + r * width + i]!;
      const delta = f32[deltas / 4 + s * deltaStride + r * width + i]!;
      const [mean, scale] = statisticsOf(f32, statistics, row);
      weight = fround(weight + fround(delta * fround(fround(x - mean) * scale)));
      bias = fround(bias + delta);
    }
    f32[target / 4 + i] = weight;
    f32[biasTarget / 4 + i] = bias;
  }
}

/**
 * `δx[i] ← ((g[i] − a) − x̂[i] · b) · scale` in each row, with `g = δ · weight`, `a = (Σᵢ g[i]) / width` and `b = (Σᵢ
 * g[i] · x̂[i]) / width`.
 *
 * @param target - Pointer to padded rows `[samples, rows, width]`: ∂loss/∂x; written.
 * @param deltas - Pointer to padded rows `[samples, rows, width]`: ∂loss/∂y.
 * @param input - Pointer to x, as in the forward pass.
 * @param weights - Pointer to `[width]` float32.
 * @param statistics - What the forward pass wrote.
 */
export function layerNormBackward(
  { f32 }: Views,
  target: number,
  targetStride: number,
  deltas: number,
  deltaStride: number,
  input: number,
  inputStride: number,
  samples: number,
  rows: number,
  width: number,
  weights: number,
  statistics: number,
): void {
  for (let row = 0; row < samples * rows; row++) {
    const [s, r] = [Math.floor(row / rows), row % rows];
    const x = input / 4 + s * inputStride + r * width;
    const delta = deltas / 4 + s * deltaStride + r * width;
    const to = target / 4 + s * targetStride + r * width;
    const [mean, scale] = statisticsOf(f32, statistics, row);
    const normal = (i: number) => fround(fround(f32[x + i]! - mean) * scale);
    const g = (i: number) => fround(f32[delta + i]! * f32[weights / 4 + i]!);
    const a = fround(sum(width, g) / width);
    const b = fround(sum(width, (i) => fround(g(i) * normal(i))) / width);
    for (let i = 0; i < width; i++) {
      f32[to + i] = fround(fround(fround(g(i) - a) - fround(normal(i) * b)) * scale);
    }
  }
}

/**
 * Normalises each group of `channels / groups` neighbouring channels over all places of a picture: `μ = (Σ꜀ (Σₚ
 * x[p][c])) / n`, `σ² = (Σ꜀ (Σₚ (x[p][c] − μ)²)) / n`, with n values in a group: first the sum of each channel, then
 * the sum of those.
 *
 * @param target - Pointer to padded rows `[samples, places, channels]`; written.
 * @param input - Pointer to padded rows `[samples, places, channels]`.
 * @param weights - Pointer to `[channels]` float32.
 * @param biases - Pointer to `[channels]` float32.
 * @param statistics - Pointer to `[samples, 2, channels]` float32: mean and scale of each channel's group; written.
 */
export function groupNormForward(
  { f32 }: Views,
  target: number,
  targetStride: number,
  input: number,
  inputStride: number,
  samples: number,
  places: number,
  channels: number,
  groups: number,
  weights: number,
  biases: number,
  statistics: number,
): void {
  const size = channels / groups;
  for (let s = 0; s < samples; s++) {
    const x = input / 4 + s * inputStride;
    const to = target / 4 + s * targetStride;
    const saved = statistics / 4 + 2 * s * channels;
    for (let g = 0; g < groups; g++) {
      const [mean, scale] = groupStatistics(f32, x, places, channels, { from: g * size, size });
      f32.fill(mean, saved + g * size, saved + (g + 1) * size);
      f32.fill(scale, saved + channels + g * size, saved + channels + (g + 1) * size);
    }
    for (let i = 0; i < places * channels; i++) {
      const c = i % channels;
      const normal = fround(fround(f32[x + i]! - f32[saved + c]!) * f32[saved + channels + c]!);
      f32[to + i] = fround(fround(normal * f32[weights / 4 + c]!) + f32[biases / 4 + c]!);
    }
  }
}

function groupStatistics(
  f32: Float32Array,
  x: number,
  places: number,
  channels: number,
  group: { readonly from: number; readonly size: number },
): readonly [number, number] {
  const { from, size } = group;
  const count = places * size;
  const value = (c: number, p: number) => f32[x + p * channels + from + c]!;
  const total = sum(size, (c) => sum(places, (p) => value(c, p)));
  const mean = fround(total / count);
  const squares = sum(size, (c) => sum(places, (p) => square(fround(value(c, p) - mean))));
  const variance = fround(squares / count);
  return [mean, fround(1 / fround(Math.sqrt(fround(variance + epsilon))))];
}

/**
 * With `A[c] = Σₚ δ[p][c]` and `B[c] = Σₚ δ[p][c] · x̂[p][c]` of each sample: `∂bias[c] ← start + Σₛ A[c]`, `∂weight[c]
 * ← start + Σₛ B[c]`, and `δx ← ((δ · weight − a) − x̂ · b) · scale` with `a = (Σ꜀ weight[c] · A[c]) / n` and `b = (Σ꜀
 * weight[c] · B[c]) / n` over the n values of the group.
 *
 * @param target - Pointer to padded rows `[samples, places, channels]`: ∂loss/∂x; written. 0: it is not computed.
 * @param deltas - Pointer to padded rows `[samples, places, channels]`: ∂loss/∂y.
 * @param input - Pointer to x, as in the forward pass.
 * @param weights - Pointer to `[channels]` float32.
 * @param weightTarget - Pointer to `[channels]` float32: ∂weight; written.
 * @param biasTarget - Pointer to `[channels]` float32: ∂bias; written.
 * @param statistics - What the forward pass wrote.
 * @param first - 1: the sums over samples start at +0. 0: they continue.
 * @param _scratch - Pointer to 8 · channels bytes that the SIMD kernel overwrites.
 */
export function groupNormBackward(
  { f32 }: Views,
  target: number,
  targetStride: number,
  deltas: number,
  deltaStride: number,
  input: number,
  inputStride: number,
  samples: number,
  places: number,
  channels: number,
  groups: number,
  weights: number,
  weightTarget: number,
  biasTarget: number,
  statistics: number,
  first: number,
  _scratch: number,
): void {
  const size = channels / groups;
  const count = places * size;
  if (first) f32.fill(0, weightTarget / 4, weightTarget / 4 + channels);
  if (first) f32.fill(0, biasTarget / 4, biasTarget / 4 + channels);
  for (let s = 0; s < samples; s++) {
    const x = input / 4 + s * inputStride;
    const delta = deltas / 4 + s * deltaStride;
    const saved = statistics / 4 + 2 * s * channels;
    const scaleOf = (c: number) => f32[saved + channels + c]!;
    const weightOf = (c: number) => f32[weights / 4 + c]!;
    const normal = (p: number, c: number) =>
      fround(fround(f32[x + p * channels + c]! - f32[saved + c]!) * scaleOf(c));
    const deltaOf = (p: number, c: number) => f32[delta + p * channels + c]!;
    const sums = Array.from({ length: channels }, (_, c) => sum(places, (p) => deltaOf(p, c)));
    const products = Array.from({ length: channels }, (_, c) =>
      sum(places, (p) => fround(deltaOf(p, c) * normal(p, c))),
    );
    for (let c = 0; c < channels; c++) {
      f32[weightTarget / 4 + c] = fround(f32[weightTarget / 4 + c]! + products[c]!);
      f32[biasTarget / 4 + c] = fround(f32[biasTarget / 4 + c]! + sums[c]!);
    }
    if (target === 0) continue;
    const meanOf = (values: readonly number[], c: number) => {
      const from = c - (c % size);
      const total = sum(size, (i) => fround(weightOf(from + i) * values[from + i]!));
      return fround(total / count);
    };
    const a = Array.from({ length: channels }, (_, c) => meanOf(sums, c));
    const b = Array.from({ length: channels }, (_, c) => meanOf(products, c));
    for (let i = 0; i < places * channels; i++) {
      const [p, c] = [Math.floor(i / channels), i % channels];
      const g = fround(deltaOf(p, c) * weightOf(c));
      const centred = fround(fround(g - a[c]!) - fround(normal(p, c) * b[c]!));
      f32[target / 4 + s * targetStride + i] = fround(centred * scaleOf(c));
    }
  }
}

function statisticsOf(f32: Float32Array, statistics: number, row: number) {
  return [f32[statistics / 4 + 2 * row]!, f32[statistics / 4 + 2 * row + 1]!] as const;
}

/** The sum of `count` float32, from +0 and in order. */
function sum(count: number, term: (index: number) => number): number {
  let total = 0;
  for (let i = 0; i < count; i++) total = fround(total + term(i));
  return total;
}

function square(value: number): number {
  return fround(value * value);
}
