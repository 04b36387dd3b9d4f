/**
 * @file Layer and group normalisation, and their gradients. Documented at their twins in `plain/normalization.ts`.
 *
 * A sum has to wait for its last addition, so four sums are computed side by side: over four rows, or over the
 * channels.
 */
import { biasGradient } from "./dense";
import { loadPartial, storePartial } from "./parts/lanes";

/** Added to a variance, so that nothing is divided by 0. PyTorch's default. */
const epsilon: f32 = 1e-5;

export function layerNormForward(
  target: usize,
  targetStride: i32,
  input: usize,
  inputStride: i32,
  samples: i32,
  rows: i32,
  width: i32,
  weights: usize,
  biases: usize,
  statistics: usize,
): void {
  const rowBytes = width << 2;
  for (let s = 0; s < samples; s++) {
    let x = input;
    let to = target;
    let r = 0;
    for (; r <= rows - 4; r += 4) {
      measureFourRows(statistics + (r << 3), x + r * rowBytes, rowBytes);
    }
    for (; r < rows; r++) measureRow(statistics + (r << 3), x + r * rowBytes, rowBytes);
    for (r = 0; r < rows; r++) {
      const mean = v128.load32_splat(statistics);
      const scale = v128.load32_splat(statistics, 4);
      for (let at = 0; at < rowBytes; at += 16) {
        const normal = f32x4.mul(f32x4.sub(v128.load(x + at), mean), scale);
        const scaled = f32x4.mul(normal, loadPartial(weights + at, (rowBytes - at) >> 2));
        const y = f32x4.add(scaled, loadPartial(biases + at, (rowBytes - at) >> 2));
        storePartial(to + at, y, (rowBytes - at) >> 2);
      }
      statistics += 8;
      x += rowBytes;
      to += rowBytes;
    }
    target += targetStride << 2;
    input += inputStride << 2;
  }
}

/** Mean and 1 / √(variance + ε) of a row. */
function measureRow(to: usize, x: usize, rowBytes: i32): void {
  const count = <f32>(rowBytes >> 2);
  let sum: f32 = 0;
  for (let at = 0; at < rowBytes; at += 4) sum += load<f32>(x + at);
  const mean = sum / count;
  sum = 0;
  for (let at = 0; at < rowBytes; at += 4) {
    const d = load<f32>(x + at) - mean;
    sum += d * d;
  }
  store<f32>(to, mean);
  store<f32>(to, 1 / sqrt<f32>(sum / count + epsilon), 4);
}

/** The same of four rows. */
function measureFourRows(to: usize, x0: usize, rowBytes: i32): void {
  const count = <f32>(rowBytes >> 2);
  const x1 = x0 + rowBytes;
  const x2 = x1 + rowBytes;
  const x3 = x2 + rowBytes;
  let sum0: f32 = 0;
  let sum1: f32 = 0;
  let sum2: f32 = 0;
  let sum3: f32 = 0;
  for (let at = 0; at < rowBytes; at += 4) {
    sum0 += load<f32>(x0 + at);
    sum1 += load<f32>(x1 + at);
    sum2 += load<f32>(x2 + at);
    sum3 += load<f32>(x3 + at);
  }
  const mean0 = sum0 / count;
  const mean1 = sum1 / count;
  const mean2 = sum2 / count;
  const mean3 = sum3 / count;
  sum0 = 0;
  sum1 = 0;
  sum2 = 0;
  sum3 = 0;
  for (let at = 0; at < rowBytes; at += 4) {
    const d0 = load<f32>(x0 + at) - mean0;
    const d1 = load<f32>(x1 + at) - mean1;
    const d2 = load<f32>(x2 + at) - mean2;
    const d3 = load<f32>(x3 + at) - mean3;
    sum0 += d0 * d0;
    sum1 += d1 * d1;
    sum2 += d2 * d2;
    sum3 += d3 * d3;
  }
  store<f32>(to, mean0);
  store<f32>(to, 1 / sqrt<f32>(sum0 / count + epsilon), 4);
  store<f32>(to, mean1, 8);
  store<f32>(to, 1 / sqrt<f32>(sum1 / count + epsilon), 12);
  store<f32>(to, mean2, 16);
  store<f32>(to, 1 / sqrt<f32>(sum2 / count + epsilon), 20);
  store<f32>(to, mean3, 24);
  store<f32>(to, 1 / sqrt<f32>(sum3 / count + epsilon), 28);
}

export function layerNormGradient(
  target: usize,
  biasTarget: usize,
  deltas: usize,
  deltaStride: i32,
  input: usize,
  inputStride: i32,
  samples: i32,
  rows: i32,
  width: i32,
  statistics: usize,
  first: i32,
): void {
  const rowBytes = width << 2;
  if (first) {
    memory.fill(target, 0, rowBytes);
    memory.fill(biasTarget, 0, rowBytes);
  }
  for (let s = 0; s < samples; s++) {
    let x = input;
    let delta = deltas;
    for (let r = 0; r < rows; r++) {
      const mean = v128.load32_splat(statistics);
      const scale = v128.load32_splat(statistics, 4);
      for (let at = 0; at < rowBytes; at += 16) {
        const left = (rowBytes - at) >> 2;
        const d = v128.load(delta + at);
        const normal = f32x4.mul(f32x4.sub(v128.load(x + at), mean), scale);
        const sum = f32x4.add(loadPartial(target + at, left), f32x4.mul(d, normal));
        storePartial(target + at, sum, left);
        storePartial(biasTarget + at, f32x4.add(loadPartial(biasTarget + at, left), d), left);
      }
      statistics += 8;
      x += rowBytes;
      delta += rowBytes;
    }
    input += inputStride << 2;
    deltas += deltaStride << 2;
  }
}

export function layerNormBackward(
  target: usize,
  targetStride: i32,
  deltas: usize,
  deltaStride: i32,
  input: usize,
  inputStride: i32,
  samples: i32,
  rows: i32,
  width: i32,
  weights: usize,
  statistics: usize,
): void {
  const rowBytes = width << 2;
  for (let s = 0; s < samples; s++) {
    let x = input;
    let delta = deltas;
    let to = target;
    for (let r = 0; r < rows; r++) {
      backwardRow(to, delta, x, rowBytes, weights, statistics);
      statistics += 8;
      x += rowBytes;
      delta += rowBytes;
      to += rowBytes;
    }
    target += targetStride << 2;
    input += inputStride << 2;
    deltas += deltaStride << 2;
  }
}

function backwardRow(
  target: usize,
  delta: usize,
  x: usize,
  rowBytes: i32,
  weights: usize,
  statistics: usize,
): void {
  const count = <f32>(rowBytes >> 2);
  const mean = load<f32>(statistics);
  const scale = load<f32>(statistics, 4);
  let sum: f32 = 0;
  let product: f32 = 0;
  for (let at = 0; at < rowBytes; at += 4) {
    const g = load<f32>(delta + at) * load<f32>(weights + at);
    sum += g;
    product += g * ((load<f32>(x + at) - mean) * scale);
  }
  const means = f32x4.splat(mean);
  const scales = f32x4.splat(scale);
  const a = f32x4.splat(sum / count);
  const b = f32x4.splat(product / count);
  for (let at = 0; at < rowBytes; at += 16) {
    const left = (rowBytes - at) >> 2;
    const g = f32x4.mul(v128.load(delta + at), loadPartial(weights + at, left));
    const normal = f32x4.mul(f32x4.sub(v128.load(x + at), means), scales);
    const centred = f32x4.sub(f32x4.sub(g, a), f32x4.mul(normal, b));
    storePartial(target + at, f32x4.mul(centred, scales), left);
  }
}

export function groupNormForward(
  target: usize,
  targetStride: i32,
  input: usize,
  inputStride: i32,
  samples: i32,
  places: i32,
  channels: i32,
  groups: i32,
  weights: usize,
  biases: usize,
  statistics: usize,
): void {
  const placeBytes = channels << 2;
  const size = channels / groups;
  const count = <f32>(places * size);
  for (let s = 0; s < samples; s++) {
    const means = statistics;
    const scales = statistics + placeBytes;
    biasGradient(means, input, channels, places, channels, 1);
    for (let g = 0; g < groups; g++) {
      spread(means + ((g * size) << 2), size, sumOf(means + ((g * size) << 2), size) / count);
    }
    squareSums(scales, input, means, places, channels);
    for (let g = 0; g < groups; g++) {
      const at = scales + ((g * size) << 2);
      spread(at, size, 1 / sqrt<f32>(sumOf(at, size) / count + epsilon));
    }
    for (let c = 0; c < channels; c += 4) {
      const left = channels - c;
      const at = c << 2;
      const mean = loadPartial(means + at, left);
      const scale = loadPartial(scales + at, left);
      const weight = loadPartial(weights + at, left);
      const bias = loadPartial(biases + at, left);
      let x = input + at;
      let to = target + at;
      for (let p = 0; p < places; p++) {
        const normal = f32x4.mul(f32x4.sub(v128.load(x), mean), scale);
        storePartial(to, f32x4.add(f32x4.mul(normal, weight), bias), left);
        x += placeBytes;
        to += placeBytes;
      }
    }
    target += targetStride << 2;
    input += inputStride << 2;
    statistics += placeBytes << 1;
  }
}

/** The sum of `count` values. */
function sumOf(values: usize, count: i32): f32 {
  let sum: f32 = 0;
  for (let i = 0; i < count; i++) sum += load<f32>(values + (i << 2));
  return sum;
}

/** Writes a value `count` times. */
function spread(target: usize, count: i32, value: f32): void {
  for (let i = 0; i < count; i++) store<f32>(target + (i << 2), value);
}

/** `target[c] ← Σₚ (x[p][c] − mean[c])²`, eight channels side by side. */
function squareSums(target: usize, x: usize, means: usize, places: i32, channels: i32): void {
  const placeBytes = channels << 2;
  let c = 0;
  for (; c <= channels - 8; c += 8) {
    let at = x + (c << 2);
    const mean0 = v128.load(means + (c << 2));
    const mean1 = v128.load(means + (c << 2), 16);
    let sum0 = f32x4.splat(0);
    let sum1 = f32x4.splat(0);
    for (let p = 0; p < places; p++) {
      const d0 = f32x4.sub(v128.load(at), mean0);
      const d1 = f32x4.sub(v128.load(at, 16), mean1);
      sum0 = f32x4.add(sum0, f32x4.mul(d0, d0));
      sum1 = f32x4.add(sum1, f32x4.mul(d1, d1));
      at += placeBytes;
    }
    v128.store(target + (c << 2), sum0);
    v128.store(target + (c << 2), sum1, 16);
  }
  for (; c < channels; c += 4) {
    let at = x + (c << 2);
    const mean = loadPartial(means + (c << 2), channels - c);
    let sum = f32x4.splat(0);
    for (let p = 0; p < places; p++) {
      const d = f32x4.sub(v128.load(at), mean);
      sum = f32x4.add(sum, f32x4.mul(d, d));
      at += placeBytes;
    }
    storePartial(target + (c << 2), sum, channels - c);
  }
}

export function groupNormBackward(
  target: usize,
  targetStride: i32,
  deltas: usize,
  deltaStride: i32,
  input: usize,
  inputStride: i32,
  samples: i32,
  places: i32,
  channels: i32,
  groups: i32,
  weights: usize,
  weightTarget: usize,
  biasTarget: usize,
  statistics: usize,
  first: i32,
  scratch: usize,
): void {
  const placeBytes = channels << 2;
  const size = channels / groups;
  const count = <f32>(places * size);
  const deltaSums = scratch;
  const productSums = scratch + placeBytes;
  if (first) {
    memory.fill(weightTarget, 0, placeBytes);
    memory.fill(biasTarget, 0, placeBytes);
  }
  for (let s = 0; s < samples; s++) {
    biasGradient(deltaSums, deltas, channels, places, channels, 1);
    productSumsOf(productSums, deltas, input, statistics, places, channels);
    for (let at = 0; at < placeBytes; at += 4) {
      store<f32>(weightTarget + at, load<f32>(weightTarget + at) + load<f32>(productSums + at));
      store<f32>(biasTarget + at, load<f32>(biasTarget + at) + load<f32>(deltaSums + at));
      const weight = load<f32>(weights + at);
      store<f32>(productSums + at, weight * load<f32>(productSums + at));
      store<f32>(deltaSums + at, weight * load<f32>(deltaSums + at));
    }
    if (target) {
      for (let g = 0; g < groups; g++) {
        const at = (g * size) << 2;
        spread(deltaSums + at, size, sumOf(deltaSums + at, size) / count);
        spread(productSums + at, size, sumOf(productSums + at, size) / count);
      }
      groupDeltas(target, deltas, input, statistics, weights, scratch, places, channels);
      target += targetStride << 2;
    }
    deltas += deltaStride << 2;
    input += inputStride << 2;
    statistics += placeBytes << 1;
  }
}

/** `target[c] ← Σₚ δ[p][c] · ((x[p][c] − mean[c]) · scale[c])`. */
function productSumsOf(
  target: usize,
  deltas: usize,
  x: usize,
  statistics: usize,
  places: i32,
  channels: i32,
): void {
  const placeBytes = channels << 2;
  for (let c = 0; c < channels; c += 4) {
    const at = c << 2;
    const mean = loadPartial(statistics + at, channels - c);
    const scale = loadPartial(statistics + placeBytes + at, channels - c);
    let sum = f32x4.splat(0);
    for (let p = 0, offset = at; p < places; p++) {
      const normal = f32x4.mul(f32x4.sub(v128.load(x + offset), mean), scale);
      sum = f32x4.add(sum, f32x4.mul(v128.load(deltas + offset), normal));
      offset += placeBytes;
    }
    storePartial(target + at, sum, channels - c);
  }
}

/** `δx = ((δ · weight − a) − x̂ · b) · scale`, with a and b of the channel's group in `means`. */
function groupDeltas(
  target: usize,
  deltas: usize,
  x: usize,
  statistics: usize,
  weights: usize,
  means: usize,
  places: i32,
  channels: i32,
): void {
  const placeBytes = channels << 2;
  for (let c = 0; c < channels; c += 4) {
    const at = c << 2;
    const left = channels - c;
    const mean = loadPartial(statistics + at, left);
    const scale = loadPartial(statistics + placeBytes + at, left);
    const weight = loadPartial(weights + at, left);
    const a = loadPartial(means + at, left);
    const b = loadPartial(means + placeBytes + at, left);
    for (let p = 0, offset = at; p < places; p++) {
      const g = f32x4.mul(v128.load(deltas + offset), weight);
      const normal = f32x4.mul(f32x4.sub(v128.load(x + offset), mean), scale);
      const centred = f32x4.sub(f32x4.sub(g, a), f32x4.mul(normal, b));
      storePartial(target + offset, f32x4.mul(centred, scale), left);
      offset += placeBytes;
    }
  }
}
