/**
 * @file Plain twins of `assembly/attention.ts`: attention between the steps of a sequence, head by head.
 *
 * A sample's projected values are `[steps, 3 · width]`: queries q, keys k and values v. Head h has the columns `[h ·
 * size, (h + 1) · size)` of each, with `size = width / heads`.
 *
 * The steps are in groups of four. If causal, a sum over the steps that step i sees has the terms of its whole group: those
 * of later steps are 0.
 */
// A kernel function takes only numbers, as WebAssembly does.
/* oxlint-disable max-params */
import type { Views } from "../memory.ts";
import { exp, maximumOf } from "./math.ts";

const { fround } = Math;

/**
 * `p[i] ← softmax over j of (Σₒ q[i][o] · k[j][o]) · (1 / √size)` and `y[i][o] ← Σⱼ p[i][j] · v[j][o]`; if causal, p is
 * over j ≤ i alone, and +0 for later ones of the group.
 *
 * @param target - Pointer to padded rows `[samples, steps, width]`; written.
 * @param projected - Pointer to padded rows `[samples, steps, 3 · width]`.
 * @param probabilities - Pointer to `[samples, heads, steps, ⌈steps / 16⌉ · 16]` float32: p; written.
 * @param causal - 1: a step sees itself and those before it. 0: it sees all.
 * @param _scratch - Pointer to 32 · max(steps, size) bytes that the SIMD kernel overwrites.
 */
export function attentionForward(
  { f32 }: Views,
  target: number,
  targetStride: number,
  projected: number,
  projectedStride: number,
  probabilities: number,
  samples: number,
  steps: number,
  width: number,
  heads: number,
  causal: number,
  _scratch: number,
): void {
  const size = width / heads;
  const rowStride = Math.ceil(steps / 16) * 16;
  for (let row = 0; row < samples * heads * steps; row++) {
    const { s, h, i } = placeOf(row, heads, steps);
    const sample = projected / 4 + s * projectedStride;
    const at = (part: number, step: number, o: number) =>
      f32[sample + step * 3 * width + part * width + h * size + o]!;
    const p = probabilities / 4 + row * rowStride;
    const count = causal ? i + 1 : steps;
    f32.fill(0, p, p + seenBy(i, steps, causal));
    for (let j = 0; j < count; j++) {
      f32[p + j] = fround(sum(size, (o) => fround(at(0, i, o) * at(1, j, o))) * scaleOf(size));
    }
    softmaxOf(f32, p, count, seenBy(i, steps, causal));
    for (let o = 0; o < size; o++) {
      const y = sum(seenBy(i, steps, causal), (j) => fround(f32[p + j]! * at(2, j, o)));
      f32[target / 4 + s * targetStride + i * width + h * size + o] = y;
    }
  }
}

/**
 * If causal, over the pairs that are seen; with `δp[i][j] = Σₒ δy[i][o] · v[j][o]` and `δs[i][j] = (p[i][j] · (δp[i][j] − Σⱼ δp[i][j] · p[i][j])) · (1 / √size)`:
 * `δq[i][o] ← Σⱼ δs[i][j] · k[j][o]`, `δk[j][o] ← Σᵢ δs[i][j] · q[i][o]`, `δv[j][o] ← Σᵢ p[i][j] · δy[i][o]`.
 *
 * @param target - Pointer to padded rows `[samples, steps, 3 · width]`: ∂loss/∂projected; written.
 * @param deltas - Pointer to padded rows `[samples, steps, width]`: ∂loss/∂y.
 * @param projected - As in the forward pass.
 * @param probabilities - What the forward pass wrote.
 * @param causal - As in the forward pass.
 * @param _scratch - Pointer to 4 · steps · ⌈steps / 16⌉ · 16 + 64 · max(steps, size) bytes that the SIMD kernel
 *   overwrites.
 */
export function attentionBackward(
  { f32 }: Views,
  target: number,
  targetStride: number,
  deltas: number,
  deltaStride: number,
  projected: number,
  projectedStride: number,
  probabilities: number,
  samples: number,
  steps: number,
  width: number,
  heads: number,
  causal: number,
  _scratch: number,
): void {
  const size = width / heads;
  const rowStride = Math.ceil(steps / 16) * 16;
  for (let head = 0; head < samples * heads; head++) {
    const { s, h } = placeOf(head * steps, heads, steps);
    const sample = projected / 4 + s * projectedStride + h * size;
    const at = (part: number, step: number, o: number) =>
      f32[sample + step * 3 * width + part * width + o]!;
    const delta = (i: number, o: number) =>
      f32[deltas / 4 + s * deltaStride + i * width + h * size + o]!;
    const p = (i: number, j: number) =>
      f32[probabilities / 4 + (head * steps + i) * rowStride + j]!;
    const scores = Array.from({ length: steps }, (_, i) => {
      const seen = seenBy(i, steps, causal);
      const row = Array.from({ length: seen }, (__, j) =>
        sum(size, (o) => fround(delta(i, o) * at(2, j, o))),
      );
      const dot = sum(seen, (j) => fround(row[j]! * p(i, j)));
      return row.map((value, j) => fround(fround(p(i, j) * fround(value - dot)) * scaleOf(size)));
    });
    for (let step = 0; step < steps; step++) {
      const to = target / 4 + s * targetStride + step * 3 * width + h * size;
      const seen = seenBy(step, steps, causal);
      const first = causal ? step - (step % 4) : 0;
      const overLater = (term: (i: number) => number) => sum(steps - first, (i) => term(first + i));
      for (let o = 0; o < size; o++) {
        f32[to + o] = sum(seen, (j) => fround(scores[step]![j]! * at(1, j, o)));
        f32[to + width + o] = overLater((i) => fround(scores[i]![step]! * at(0, i, o)));
        f32[to + 2 * width + o] = overLater((i) => fround(p(i, step) * delta(i, o)));
      }
    }
  }
}

function seenBy(i: number, steps: number, causal: number): number {
  return causal ? Math.min(i - (i % 4) + 4, steps) : steps;
}

function placeOf(row: number, heads: number, steps: number) {
  const head = Math.floor(row / steps);
  return { s: Math.floor(head / heads), h: head % heads, i: row % steps };
}

function scaleOf(size: number): number {
  return fround(1 / fround(Math.sqrt(size)));
}

/** Of the first `count` values; up to `seen` they are divided, which changes no 0. */
function softmaxOf(f32: Float32Array, row: number, count: number, seen: number): void {
  const largest = maximumOf(f32, row, count);
  for (let j = 0; j < count; j++) f32[row + j] = exp(fround(f32[row + j]! - largest));
  const total = sum(count, (j) => f32[row + j]!);
  for (let j = 0; j < seen; j++) f32[row + j] = fround(f32[row + j]! / total);
}

/** The sum of `count` float32, from +0 and in order. */
function sum(count: number, term: (index: number) => number): number {
  let total = 0;
  for (let i = 0; i < count; i++) total = fround(total + term(i));
  return total;
}
