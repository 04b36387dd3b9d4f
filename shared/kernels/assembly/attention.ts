/**
 * @file Attention between the steps of a sequence, head by head. Documented at its twins in `plain/attention.ts`. Its
 * four products are those of a dense layer, whose weights are here keys, values or deltas. Where a step does not see later
 * ones, the tiles above the diagonal are left out.
 */
import { exponentialsInPlace } from "./math";
import {
  gradientPanel,
  gradientRow,
  gradientTile,
  multiplyPanel,
  packColumns,
  packRows,
  packSixteen,
} from "./parts/panels";

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
      multiplyTransposed(probabilities, rowStride, queries, 3 * width, keys, 3 * width, steps, size, causal, scratch);
      softmaxRows(probabilities, rowStride, steps, causal, scale, scratch);
      const output = target + ((h * size) << 2);
      multiply(output, width, probabilities, rowStride, values, 3 * width, steps, size, causal, scratch);
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
  causal: i32,
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
      multiplyTransposed(scores, rowStride, delta, width, values, 3 * width, steps, size, causal, panel);
      scoreDeltas(scores, probabilities, rowStride, steps, causal, scale);
      multiply(to, 3 * width, scores, rowStride, keys, 3 * width, steps, size, causal, panel);
      const keyDeltas = to + (width << 2);
      products(keyDeltas, 3 * width, scores, rowStride, queries, 3 * width, steps, size, causal, panel);
      const valueDeltas = keyDeltas + (width << 2);
      products(valueDeltas, 3 * width, probabilities, rowStride, delta, width, steps, size, causal, panel);
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

/** How many steps the four from step i on may see: if causal, those up to the last of the four. */
@inline
function seenBy(i: i32, steps: i32, causal: i32): i32 {
  return causal ? min(i + 4, steps) : steps;
}

/** `target[i][j] ← Σₒ left[i][o] · right[j][o]`, both of `steps` rows; if causal, only what step i or its group sees. */
function multiplyTransposed(
  target: usize,
  targetStride: i32,
  left: usize,
  leftStride: i32,
  right: usize,
  rightStride: i32,
  steps: i32,
  size: i32,
  causal: i32,
  panel: usize,
): void {
  const zero = f32x4.splat(0);
  for (let j = 0; j < steps; j += 8) {
    packRows(panel, right + ((j * rightStride) << 2), rightStride << 2, size, steps - j);
    const first = causal ? j : 0;
    const to = target + ((first * targetStride + j) << 2);
    const from = left + ((first * leftStride) << 2);
    multiplyPanel(to, targetStride, from, leftStride, steps - first, panel, size, 8, zero, zero, 0);
  }
}

/** `target[i][o] ← Σⱼ left[i][j] · right[j][o]` over the j that step i or its group sees. */
function multiply(
  target: usize,
  targetStride: i32,
  left: usize,
  leftStride: i32,
  right: usize,
  rightStride: i32,
  steps: i32,
  size: i32,
  causal: i32,
  panel: usize,
): void {
  const zero = f32x4.splat(0);
  for (let o = 0; o < size; o += 8) {
    const columns = size - o;
    packColumns(panel, right + (o << 2), rightStride << 2, steps, columns);
    const to = target + (o << 2);
    multiplyPanel(to, targetStride, left, leftStride, steps, panel, steps, columns, zero, zero, causal);
  }
}

/** `target[j][o] ← Σᵢ left[i][j] · right[i][o]` over the i that see step j or its group. */
function products(
  target: usize,
  targetStride: i32,
  left: usize,
  leftStride: i32,
  right: usize,
  rightStride: i32,
  steps: i32,
  size: i32,
  causal: i32,
  panel: usize,
): void {
  const rowBytes = <usize>targetStride << 2;
  let o = 0;
  for (; o <= size - 16; o += 16) {
    packSixteen(panel, right + (o << 2), rightStride << 2, steps);
    gradientPanel(target + (o << 2), rowBytes, left, leftStride, steps, panel, 16, steps, 1, causal);
  }
  for (; o < size; o += 8) {
    const columns = size - o;
    let to = target + (o << 2);
    for (let j = 0; j < steps; j++) {
      const first = causal ? j & ~3 : 0;
      const x = left + ((first * leftStride + j) << 2);
      const from = right + ((first * rightStride + o) << 2);
      const count = steps - first;
      if (j <= steps - 4) {
        gradientTile(to, rowBytes, x, leftStride, from, rightStride, count, columns, 1);
        to += rowBytes << 2;
        j += 3;
      } else {
        gradientRow(to, x, leftStride, from, rightStride, count, columns, 1);
        to += rowBytes;
      }
    }
  }
}

/**
 * Softmax of each row's scores times `scale`, in place; if causal, of those up to the diagonal, and the others of the group become +0.
 * Four rows at a time, because each sum has to wait for its last addition.
 */
function softmaxRows(rows: usize, rowStride: i32, steps: i32, causal: i32, scale: f32, scratch: usize): void {
  const rowBytes = <usize>rowStride << 2;
  for (let i = 0; i < steps; i += 4) {
    const count = min(4, steps - i);
    const seenBytes = <usize>seenBy(i, steps, causal) << 2;
    for (let r = 0; r < count; r++) {
      exponentialsOf(rows + r * rowBytes, causal ? i + r + 1 : steps, scale, scratch);
    }
    // Rows that are not there repeat the last one.
    const row1 = rows + min(1, count - 1) * rowBytes;
    const row2 = rows + min(2, count - 1) * rowBytes;
    const row3 = rows + min(3, count - 1) * rowBytes;
    let total0: f32 = 0;
    let total1: f32 = 0;
    let total2: f32 = 0;
    let total3: f32 = 0;
    for (let at: usize = 0; at < seenBytes; at += 4) {
      total0 += load<f32>(rows + at);
      total1 += load<f32>(row1 + at);
      total2 += load<f32>(row2 + at);
      total3 += load<f32>(row3 + at);
    }
    divideRow(rows, seenBytes, total0);
    if (count > 1) divideRow(row1, seenBytes, total1);
    if (count > 2) divideRow(row2, seenBytes, total2);
    if (count > 3) divideRow(row3, seenBytes, total3);
    rows += count * rowBytes;
  }
}

/** `row[j] ← exp(row[j] · scale − largest)` for the first `count` scores, and +0 up to the end of their last register. */
function exponentialsOf(row: usize, count: i32, scale: f32, scratch: usize): void {
  const scales = f32x4.splat(scale);
  const last = ((count - 1) & ~3) << 2;
  // The lanes of the last register that count.
  const ends = i32x4.splat(count - (last >> 2));
  const isCounted = i32x4.lt_s(i32x4(0, 1, 2, 3), ends);
  let largest = f32x4.mul(v128.load32_splat(row), scales);
  const firstOnes = largest;
  for (let at = 0; at < last; at += 16) {
    const scaled = f32x4.mul(v128.load(row + at), scales);
    v128.store(row + at, scaled);
    largest = f32x4.pmax(largest, scaled);
  }
  const scaled = f32x4.mul(v128.load(row + last), scales);
  v128.store(row + last, scaled);
  largest = f32x4.pmax(largest, v128.bitselect(scaled, firstOnes, isCounted));
  largest = f32x4.pmax(largest, v128.shuffle<f32>(largest, largest, 2, 3, 0, 1));
  largest = f32x4.pmax(largest, v128.shuffle<f32>(largest, largest, 1, 0, 3, 2));
  exponentialsInPlace(row, last + 16, largest, scratch);
  v128.store(row + last, v128.and(v128.load(row + last), isCounted));
}

@inline
function divideRow(row: usize, bytes: usize, divisor: f32): void {
  const divisors = f32x4.splat(divisor);
  for (let at: usize = 0; at < bytes; at += 16) {
    v128.store(row + at, f32x4.div(v128.load(row + at), divisors));
  }
}

/** From ∂loss/∂probabilities to ∂loss/∂scores, in place, for what each step or its group sees. */
function scoreDeltas(
  deltas: usize,
  probabilities: usize,
  rowStride: i32,
  steps: i32,
  causal: i32,
  scale: f32,
): void {
  const rowBytes = <usize>rowStride << 2;
  for (let i = 0; i < steps; i += 4) {
    const count = min(4, steps - i);
    const seenBytes = <usize>seenBy(i, steps, causal) << 2;
    // Rows that are not there repeat the last one.
    const offset1 = min(1, count - 1) * rowBytes;
    const offset2 = min(2, count - 1) * rowBytes;
    const offset3 = min(3, count - 1) * rowBytes;
    let dot0: f32 = 0;
    let dot1: f32 = 0;
    let dot2: f32 = 0;
    let dot3: f32 = 0;
    for (let at: usize = 0; at < seenBytes; at += 4) {
      const d = deltas + at;
      const p = probabilities + at;
      dot0 += load<f32>(d) * load<f32>(p);
      dot1 += load<f32>(d + offset1) * load<f32>(p + offset1);
      dot2 += load<f32>(d + offset2) * load<f32>(p + offset2);
      dot3 += load<f32>(d + offset3) * load<f32>(p + offset3);
    }
    centreRow(deltas, probabilities, seenBytes, dot0, scale);
    if (count > 1) centreRow(deltas + offset1, probabilities + offset1, seenBytes, dot1, scale);
    if (count > 2) centreRow(deltas + offset2, probabilities + offset2, seenBytes, dot2, scale);
    if (count > 3) centreRow(deltas + offset3, probabilities + offset3, seenBytes, dot3, scale);
    deltas += count * rowBytes;
    probabilities += count * rowBytes;
  }
}

@inline
function centreRow(deltas: usize, probabilities: usize, bytes: usize, dot: f32, scale: f32): void {
  const dots = f32x4.splat(dot);
  const scales = f32x4.splat(scale);
  for (let at: usize = 0; at < bytes; at += 16) {
    const centred = f32x4.sub(v128.load(deltas + at), dots);
    const delta = f32x4.mul(v128.load(probabilities + at), centred);
    v128.store(deltas + at, f32x4.mul(delta, scales));
  }
}
