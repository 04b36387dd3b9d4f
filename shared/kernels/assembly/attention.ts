/**
 * @file Attention between the steps of a sequence, head by head. Documented at its twins in `plain/attention.ts`. Its
 * four products are those of a dense layer, whose weights are here keys, values or deltas.
 */
import { exponentials, rowMaximum } from "./math";
import { gradientRow, gradientTile, multiplyPanel, packColumns, packRows } from "./parts/panels";

export function attentionForward(
  target: usize,
  targetStride: i32,
  projected: usize,
  projectedStride: i32,
  probabilities: usize,
  samples: i32,
  steps: i32,
  width: i32,
  heads: i32,
  causal: i32,
  scratch: usize,
): void {
  const size = width / heads;
  const scale = scaleOf(size);
  const rowStride = paddedSteps(steps);
  const headBytes = (steps * rowStride) << 2;
  for (let s = 0; s < samples; s++) {
    for (let h = 0; h < heads; h++) {
      const queries = projected + ((h * size) << 2);
      const keys = queries + (width << 2);
      const values = keys + (width << 2);
      multiplyTransposed(probabilities, rowStride, queries, 3 * width, keys, 3 * width, steps, size, scratch);
      for (let i = 0; i < steps; i++) {
        const row = probabilities + ((i * rowStride) << 2);
        softmaxRow(row, causal ? i + 1 : steps, rowStride, scale);
      }
      const output = target + ((h * size) << 2);
      multiply(output, width, probabilities, rowStride, values, 3 * width, steps, size, scratch);
      probabilities += headBytes;
    }
    target += targetStride << 2;
    projected += projectedStride << 2;
  }
}

export function attentionBackward(
  target: usize,
  targetStride: i32,
  deltas: usize,
  deltaStride: i32,
  projected: usize,
  projectedStride: i32,
  probabilities: usize,
  samples: i32,
  steps: i32,
  width: i32,
  heads: i32,
  scratch: usize,
): void {
  const size = width / heads;
  const scale = scaleOf(size);
  const rowStride = paddedSteps(steps);
  const headBytes = (steps * rowStride) << 2;
  const scores = scratch;
  const panel = scratch + headBytes;
  for (let s = 0; s < samples; s++) {
    for (let h = 0; h < heads; h++) {
      const offset = (h * size) << 2;
      const queries = projected + offset;
      const keys = queries + (width << 2);
      const values = keys + (width << 2);
      const delta = deltas + offset;
      const to = target + offset;
      multiplyTransposed(scores, rowStride, delta, width, values, 3 * width, steps, size, panel);
      for (let i = 0; i < steps; i++) {
        const at = (i * rowStride) << 2;
        scoreDeltas(scores + at, probabilities + at, steps, rowStride, scale);
      }
      multiply(to, 3 * width, scores, rowStride, keys, 3 * width, steps, size, panel);
      const keyDeltas = to + (width << 2);
      products(keyDeltas, 3 * width, scores, rowStride, queries, 3 * width, steps, size);
      const valueDeltas = keyDeltas + (width << 2);
      products(valueDeltas, 3 * width, probabilities, rowStride, delta, width, steps, size);
      probabilities += headBytes;
    }
    target += targetStride << 2;
    deltas += deltaStride << 2;
    projected += projectedStride << 2;
  }
}

@inline
function scaleOf(size: i32): f32 {
  return 1 / sqrt<f32>(<f32>size);
}

/** Floats from one row of probabilities to the next. */
@inline
function paddedSteps(steps: i32): i32 {
  return (steps + 15) & ~15;
}

/** `target[i][j] ← Σₒ left[i][o] · right[j][o]`, both of `steps` rows. */
function multiplyTransposed(
  target: usize,
  targetStride: i32,
  left: usize,
  leftStride: i32,
  right: usize,
  rightStride: i32,
  steps: i32,
  size: i32,
  panel: usize,
): void {
  const zero = f32x4.splat(0);
  for (let j = 0; j < steps; j += 8) {
    packRows(panel, right + ((j * rightStride) << 2), rightStride << 2, size, steps - j);
    multiplyPanel(target + (j << 2), targetStride, left, leftStride, steps, panel, size, 8, zero, zero);
  }
}

/** `target[i][o] ← Σⱼ left[i][j] · right[j][o]`. */
function multiply(
  target: usize,
  targetStride: i32,
  left: usize,
  leftStride: i32,
  right: usize,
  rightStride: i32,
  steps: i32,
  size: i32,
  panel: usize,
): void {
  const zero = f32x4.splat(0);
  for (let o = 0; o < size; o += 8) {
    const at = o << 2;
    packColumns(panel, right + at, rightStride << 2, steps, size - o);
    multiplyPanel(target + at, targetStride, left, leftStride, steps, panel, steps, size - o, zero, zero);
  }
}

/** `target[j][o] ← Σᵢ left[i][j] · right[i][o]`. */
function products(
  target: usize,
  targetStride: i32,
  left: usize,
  leftStride: i32,
  right: usize,
  rightStride: i32,
  steps: i32,
  size: i32,
): void {
  const rowBytes = <usize>targetStride << 2;
  for (let o = 0; o < size; o += 8) {
    const columns = size - o;
    const from = right + (o << 2);
    let to = target + (o << 2);
    let j = 0;
    for (; j <= steps - 4; j += 4) {
      gradientTile(to, rowBytes, left + (j << 2), leftStride, from, rightStride, steps, columns, 1);
      to += rowBytes << 2;
    }
    for (; j < steps; j++) {
      gradientRow(to, left + (j << 2), leftStride, from, rightStride, steps, columns, 1);
      to += rowBytes;
    }
  }
}

/** Softmax of the first `count` scores times `scale`, in place; the others become +0. */
function softmaxRow(row: usize, count: i32, rowStride: i32, scale: f32): void {
  const scales = f32x4.splat(scale);
  const bytes = count << 2;
  for (let at = 0; at < bytes; at += 16) {
    v128.store(row + at, f32x4.mul(v128.load(row + at), scales));
  }
  const total = f32x4.splat(exponentials(row, row, count, rowMaximum(row, count)));
  for (let at = 0; at < bytes; at += 16) {
    v128.store(row + at, f32x4.div(v128.load(row + at), total));
  }
  memory.fill(row + bytes, 0, (rowStride - count) << 2);
}

/** From ∂loss/∂probabilities to ∂loss/∂scores, in place. */
function scoreDeltas(deltas: usize, probabilities: usize, steps: i32, rowStride: i32, scale: f32): void {
  let dot: f32 = 0;
  for (let at = 0, bytes = steps << 2; at < bytes; at += 4) {
    dot += load<f32>(deltas + at) * load<f32>(probabilities + at);
  }
  const dots = f32x4.splat(dot);
  const scales = f32x4.splat(scale);
  for (let at = 0, bytes = rowStride << 2; at < bytes; at += 16) {
    const centred = f32x4.sub(v128.load(deltas + at), dots);
    const delta = f32x4.mul(v128.load(probabilities + at), centred);
    v128.store(deltas + at, f32x4.mul(delta, scales));
  }
}
