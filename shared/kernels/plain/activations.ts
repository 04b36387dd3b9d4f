/**
 * @file Plain twins of `assembly/activations.ts`: activations and their derivatives.
 *
 * They work on padded rows: a matrix `[samples, width]` whose row stride is a multiple of 16 floats. Elementwise
 * functions process all of it (`count` = samples · stride, so a multiple of 4). The values they leave in the
 * padding are meaningless and never read. Backward functions need only the outputs `y`, so inputs are not kept.
 */
// A kernel function takes only numbers, as WebAssembly does.
/* oxlint-disable max-params */
import type { Views } from "../memory.ts";
import { exp, maximumOf, sigmoidOf, tanhOf } from "./math.ts";

const { fround } = Math;

/**
 * `y ← 1 / (1 + e⁻ˣ)`.
 *
 * @param target - Pointer to `[count]` float32; written. May be `source` itself.
 * @param source - Pointer to `[count]` float32.
 * @param count - A multiple of 4.
 */
export function sigmoid({ f32 }: Views, target: number, source: number, count: number): void {
  for (let i = 0; i < count; i++) f32[target / 4 + i] = sigmoidOf(f32[source / 4 + i]!);
}

/** `δ ← δ · (y · (1 − y))`, in place. Both `[count]` float32, count a multiple of 4. */
export function sigmoidBackward(
  { f32 }: Views,
  deltas: number,
  outputs: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    const y = f32[outputs / 4 + i]!;
    f32[deltas / 4 + i] = fround(f32[deltas / 4 + i]! * fround(y * fround(1 - y)));
  }
}

/** `y ← tanh x`. Arguments as for `sigmoid`. */
export function tanh({ f32 }: Views, target: number, source: number, count: number): void {
  for (let i = 0; i < count; i++) f32[target / 4 + i] = tanhOf(f32[source / 4 + i]!);
}

/** `δ ← δ · (1 − y²)`, in place. Arguments as for `sigmoidBackward`. */
export function tanhBackward({ f32 }: Views, deltas: number, outputs: number, count: number): void {
  for (let i = 0; i < count; i++) {
    const y = f32[outputs / 4 + i]!;
    f32[deltas / 4 + i] = fround(f32[deltas / 4 + i]! * fround(1 - fround(y * y)));
  }
}

/** `y ← x > 0 ? x : +0`; NaN stays NaN, so that a failed unit is detected. Arguments as for `sigmoid`. */
export function relu({ f32 }: Views, target: number, source: number, count: number): void {
  for (let i = 0; i < count; i++) {
    const x = f32[source / 4 + i]!;
    f32[target / 4 + i] = x <= 0 ? 0 : x;
  }
}

/** `δ ← y > 0 ? δ : +0`, in place; the derivative at 0 is 0. Arguments as for `sigmoidBackward`. */
export function reluBackward({ f32 }: Views, deltas: number, outputs: number, count: number): void {
  for (let i = 0; i < count; i++) {
    if (!(f32[outputs / 4 + i]! > 0)) f32[deltas / 4 + i] = 0;
  }
}

/** √(2/π), and the coefficients of x² in gelu and in its derivative. */
const geluScale = fround(0.7978845608);
const geluCubic = fround(0.044715);
const geluTripleCubic = fround(0.134145);

/**
 * `y ← (½ x) · (1 + t)` with `t = tanh((√(2/π) · x) · (1 + 0.044715 · x²))`: the approximation of x · Φ(x) by tanh.
 *
 * @param target - Pointer to `[count]` float32: y; written.
 * @param tanhs - Pointer to `[count]` float32: t, which the backward pass reads; written. Must be neither `target` nor `source`.
 * @param source - Pointer to `[count]` float32: x.
 * @param count - A multiple of 4.
 * @see Hendrycks & Gimpel 2016, section 2.
 */
export function gelu(
  { f32 }: Views,
  target: number,
  tanhs: number,
  source: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    const x = f32[source / 4 + i]!;
    const t = geluTanh(x);
    f32[tanhs / 4 + i] = t;
    f32[target / 4 + i] = fround(fround(0.5 * x) * fround(1 + t));
  }
}

/**
 * `δx ← δ · (½ (1 + t) + ((½ x) · (1 − t²)) · (√(2/π) · (1 + 3 · 0.044715 · x²)))`.
 *
 * @param target - Pointer to `[count]` float32: ∂loss/∂x; written. May be `deltas` or `tanhs` itself.
 * @param deltas - Pointer to `[count]` float32: ∂loss/∂y.
 * @param tanhs - Pointer to `[count]` float32: t, from `gelu`.
 * @param source - Pointer to `[count]` float32: x.
 * @param count - A multiple of 4.
 */
export function geluBackward(
  { f32 }: Views,
  target: number,
  deltas: number,
  tanhs: number,
  source: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    const x = f32[source / 4 + i]!;
    const t = f32[tanhs / 4 + i]!;
    const cubic = fround(geluTripleCubic * fround(x * x));
    const slope = fround(geluScale * fround(1 + cubic));
    const curved = fround(fround(fround(0.5 * x) * fround(1 - fround(t * t))) * slope);
    const derivative = fround(fround(0.5 * fround(1 + t)) + curved);
    f32[target / 4 + i] = fround(f32[deltas / 4 + i]! * derivative);
  }
}

function geluTanh(x: number): number {
  const cubic = fround(geluCubic * fround(x * x));
  return tanhOf(fround(fround(geluScale * x) * fround(1 + cubic)));
}

/**
 * `yⱼ ← exp(xⱼ − max x) / Σ exp(xₖ − max x)` in every row, the sum in ascending order.
 *
 * @param target - Pointer to padded rows `[samples, outputs]`; written. May be `source` itself.
 * @param source - Pointer to padded rows `[samples, outputs]`.
 * @param stride - Floats from one row to the next, in both.
 */
export function softmax(
  { f32 }: Views,
  target: number,
  source: number,
  stride: number,
  samples: number,
  outputs: number,
): void {
  for (let s = 0; s < samples; s++) {
    const to = target / 4 + s * stride;
    const total = exponentials(f32, to, source / 4 + s * stride, outputs);
    for (let o = 0; o < outputs; o++) f32[to + o] = fround(f32[to + o]! / total);
  }
}

function exponentials(f32: Float32Array, target: number, source: number, outputs: number): number {
  const largest = maximumOf(f32, source, outputs);
  let total = 0;
  for (let o = 0; o < outputs; o++) {
    const power = exp(fround(f32[source + o]! - largest));
    f32[target + o] = power;
    total = fround(total + power);
  }
  return total;
}

/**
 * `δⱼ ← yⱼ · (δⱼ − Σₖ δₖ yₖ)` in every row, in place: the product with softmax's Jacobian.
 *
 * @param deltas - Pointer to padded rows `[samples, width]`: ∂loss/∂y; becomes ∂loss/∂x.
 * @param outputs - Pointer to padded rows `[samples, width]`: y.
 */
export function softmaxBackward(
  { f32 }: Views,
  deltas: number,
  outputs: number,
  stride: number,
  samples: number,
  width: number,
): void {
  for (let s = 0; s < samples; s++) {
    const delta = deltas / 4 + s * stride;
    const y = outputs / 4 + s * stride;
    let dot = 0;
    for (let j = 0; j < width; j++) dot = fround(dot + fround(f32[delta + j]! * f32[y + j]!));
    for (let j = 0; j < width; j++) {
      f32[delta + j] = fround(f32[y + j]! * fround(f32[delta + j]! - dot));
    }
  }
}
