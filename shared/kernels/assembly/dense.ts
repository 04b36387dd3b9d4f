/**
 * @file A dense layer on a chunk of samples: forward, and the gradients of its weights, biases and input. Weights
 * are first packed into panels of eight columns, so that the inner loop reads memory sequentially. It then computes
 * a tile of four samples by eight outputs in registers. Documented at its twins in `plain/dense.ts`.
 */
import { loadPartialOrZero, storePartial } from "./parts/lanes";
import {
  gradientPanel,
  gradientRow,
  gradientTile,
  multiplyPanel,
  packColumns,
  packRows,
  packSixteen,
  packTwoPanels,
} from "./parts/panels";

export function denseForward(
  target: usize,
  targetStride: i32,
  input: usize,
  inputStride: i32,
  samples: i32,
  weights: usize,
  biases: usize,
  inputs: i32,
  outputs: i32,
  scratch: usize,
): void {
  const panel1 = scratch + (<usize>inputs << 5);
  if (samples >= samplesToFetch) fetch(scratch, weights, <usize>(inputs * outputs) << 2);
  let isPacked = false;
  for (let o = 0; o < outputs; o += 8) {
    const at = (<usize>o) << 2;
    const panel = isPacked ? panel1 : scratch;
    if (isPacked) {
      isPacked = false;
    } else if (o <= outputs - 16) {
      packTwoPanels(scratch, panel1, weights + at, outputs << 2, inputs);
      isPacked = true;
    } else {
      packColumns(scratch, weights + at, outputs << 2, inputs, outputs - o);
    }
    const bias0 = loadPartialOrZero(biases + at, outputs - o);
    const bias1 = loadPartialOrZero(biases + at + 16, outputs - o - 4);
    multiplyPanel(
      target + at,
      targetStride,
      input,
      inputStride,
      samples,
      panel,
      inputs,
      // What is written behind the last output of a padded row is padding.
      targetStride - o >= 8 ? 8 : outputs - o,
      bias0,
      bias1,
      0,
    );
  }
}

/** From this many samples on, weights are fetched before they are packed. */
const samplesToFetch = 16;
/** Half of a second-level cache. */
const fetchedBytesMax: usize = 1 << 19;

/**
 * Reads weights once in the order in which they lie, which from a farther cache is three times as fast as panel by panel.
 *
 * @param scratch - Pointer to 16 bytes that are overwritten, so that no compiler leaves the reading out.
 */
function fetch(scratch: usize, from: usize, bytes: usize): void {
  if (bytes > fetchedBytesMax) return;
  let bits = v128.load(from);
  for (const end = from + (bytes & ~255); from < end; from += 256) {
    bits = v128.or(bits, v128.load(from));
    bits = v128.or(bits, v128.load(from, 64));
    bits = v128.or(bits, v128.load(from, 128));
    bits = v128.or(bits, v128.load(from, 192));
  }
  v128.store(scratch, bits);
}

export function denseInputGradient(
  target: usize,
  targetStride: i32,
  deltas: usize,
  deltaStride: i32,
  samples: i32,
  weights: usize,
  inputs: i32,
  outputs: i32,
  scratch: usize,
): void {
  const zero = f32x4.splat(0);
  if (samples >= samplesToFetch) fetch(scratch, weights, <usize>(inputs * outputs) << 2);
  for (let i = 0; i < inputs; i += 8) {
    const rows = weights + ((<usize>i * outputs) << 2);
    packRows(scratch, rows, outputs << 2, outputs, inputs - i);
    // Adding +0 at the end changes no sum, because every sum began at +0.
    multiplyPanel(
      target + (i << 2),
      targetStride,
      deltas,
      deltaStride,
      samples,
      scratch,
      outputs,
      targetStride - i >= 8 ? 8 : inputs - i,
      zero,
      zero,
      0,
    );
  }
}

export function denseWeightGradient(
  target: usize,
  input: usize,
  inputStride: i32,
  deltas: usize,
  deltaStride: i32,
  samples: i32,
  inputs: i32,
  outputs: i32,
  first: i32,
  scratch: usize,
): void {
  const rowBytes = (<usize>outputs) << 2;
  // Copying pays if the copy is read for many inputs.
  const isPacked = inputs >= inputsToPack && deltaStride > 16;
  let o = 0;
  for (; o <= outputs - 16; o += 16) {
    const to = target + (o << 2);
    const from = deltas + (o << 2);
    if (!isPacked) {
      gradientPanel(to, rowBytes, input, inputStride, inputs, from, deltaStride, samples, first, 0);
      continue;
    }
    for (let s = 0; s < samples; s += packedSamples) {
      const count = min(packedSamples, samples - s);
      packSixteen(scratch, from + ((s * deltaStride) << 2), deltaStride << 2, count);
      const x = input + ((s * inputStride) << 2);
      const begins = s == 0 ? first : 0;
      gradientPanel(to, rowBytes, x, inputStride, inputs, scratch, 16, count, begins, 0);
    }
  }
  for (; o < outputs; o += 8) {
    const columns = outputs - o;
    const delta = deltas + (o << 2);
    let to = target + (o << 2);
    let i = 0;
    for (; i <= inputs - 4; i += 4) {
      const x = input + (i << 2);
      gradientTile(to, rowBytes, x, inputStride, delta, deltaStride, samples, columns, first);
      to += rowBytes << 2;
    }
    for (; i < inputs; i++) {
      gradientRow(to, input + (i << 2), inputStride, delta, deltaStride, samples, columns, first);
      to += rowBytes;
    }
  }
}

/** From this many inputs on, deltas that lie apart are copied side by side. */
const inputsToPack = 32;
/** So many samples of sixteen deltas, 8 KB, fit in the nearest cache beside what they are multiplied with. */
const packedSamples = 128;

export function biasGradient(
  target: usize,
  deltas: usize,
  deltaStride: i32,
  samples: i32,
  outputs: i32,
  first: i32,
): void {
  const deltaBytes = deltaStride << 2;
  let o = 0;
  // Four registers at a time, because each sum has to wait for its last addition.
  for (; o <= outputs - 16; o += 16) {
    const to = target + (o << 2);
    let delta = deltas + (o << 2);
    let sums0 = first ? f32x4.splat(0) : v128.load(to);
    let sums1 = first ? f32x4.splat(0) : v128.load(to, 16);
    let sums2 = first ? f32x4.splat(0) : v128.load(to, 32);
    let sums3 = first ? f32x4.splat(0) : v128.load(to, 48);
    for (let s = 0; s < samples; s++) {
      sums0 = f32x4.add(sums0, v128.load(delta));
      sums1 = f32x4.add(sums1, v128.load(delta, 16));
      sums2 = f32x4.add(sums2, v128.load(delta, 32));
      sums3 = f32x4.add(sums3, v128.load(delta, 48));
      delta += deltaBytes;
    }
    v128.store(to, sums0);
    v128.store(to, sums1, 16);
    v128.store(to, sums2, 32);
    v128.store(to, sums3, 48);
  }
  for (; o < outputs; o += 4) {
    const to = target + (o << 2);
    let delta = deltas + (o << 2);
    let sums = first ? f32x4.splat(0) : loadPartialOrZero(to, outputs - o);
    for (let s = 0; s < samples; s++) {
      sums = f32x4.add(sums, v128.load(delta));
      delta += deltaBytes;
    }
    storePartial(to, sums, outputs - o);
  }
}
