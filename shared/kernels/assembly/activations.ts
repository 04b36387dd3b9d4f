/**
 * @file Activations and their derivatives over padded rows. Documented at their twins in `plain/activations.ts`.
 */
import { exponentials, rowMaximum, sigmoid4, tanh4, tanhOfPower4, tanhPower4 } from "./math";

export function sigmoid(target: usize, source: usize, count: i32): void {
  const bytes = (<usize>count) << 2;
  for (let at: usize = 0; at < bytes; at += 16) {
    v128.store(target + at, sigmoid4(v128.load(source + at)));
  }
}

export function sigmoidBackward(deltas: usize, outputs: usize, count: i32): void {
  const one = f32x4.splat(1);
  const bytes = (<usize>count) << 2;
  for (let at: usize = 0; at < bytes; at += 16) {
    const y = v128.load(outputs + at);
    const slope = f32x4.mul(y, f32x4.sub(one, y));
    v128.store(deltas + at, f32x4.mul(v128.load(deltas + at), slope));
  }
}

export function tanh(target: usize, source: usize, count: i32): void {
  const bytes = (<usize>count) << 2;
  for (let at: usize = 0; at < bytes; at += 16) {
    v128.store(target + at, tanh4(v128.load(source + at)));
  }
}

export function tanhBackward(deltas: usize, outputs: usize, count: i32): void {
  const one = f32x4.splat(1);
  const bytes = (<usize>count) << 2;
  for (let at: usize = 0; at < bytes; at += 16) {
    const y = v128.load(outputs + at);
    const slope = f32x4.sub(one, f32x4.mul(y, y));
    v128.store(deltas + at, f32x4.mul(v128.load(deltas + at), slope));
  }
}

export function relu(target: usize, source: usize, count: i32): void {
  const zero = f32x4.splat(0);
  const bytes = (<usize>count) << 2;
  for (let at: usize = 0; at < bytes; at += 16) {
    const x = v128.load(source + at);
    // A NaN must stay one, so that the failed unit is detected. This is why the select picks zero, not x.
    v128.store(target + at, v128.bitselect(zero, x, f32x4.le(x, zero)));
  }
}

export function reluBackward(deltas: usize, outputs: usize, count: i32): void {
  const zero = f32x4.splat(0);
  const bytes = (<usize>count) << 2;
  for (let at: usize = 0; at < bytes; at += 16) {
    const active = f32x4.gt(v128.load(outputs + at), zero);
    v128.store(deltas + at, v128.and(v128.load(deltas + at), active));
  }
}

/**
 * In three passes over a part that stays in the nearest cache: one chain of sixty operations would fill a core's queue with
 * three registers' work, most of it waiting.
 */
export function gelu(target: usize, tanhs: usize, source: usize, count: i32): void {
  const one = f32x4.splat(1);
  const half = f32x4.splat(0.5);
  const bytes = (<usize>count) << 2;
  for (let from: usize = 0; from < bytes; from += geluPartBytes) {
    const end = min(from + geluPartBytes, bytes);
    for (let at = from; at < end; at += 16) {
      const x = v128.load(source + at);
      const cubic = f32x4.mul(f32x4.splat(geluCubic), f32x4.mul(x, x));
      const inner = f32x4.mul(f32x4.splat(geluScale), x);
      v128.store(tanhs + at, f32x4.mul(inner, f32x4.add(one, cubic)));
    }
    for (let at = from; at < end; at += 16) {
      v128.store(target + at, tanhPower4(v128.load(tanhs + at)));
    }
    for (let at = from; at < end; at += 16) {
      const t = tanhOfPower4(v128.load(tanhs + at), v128.load(target + at));
      v128.store(tanhs + at, t);
      v128.store(target + at, f32x4.mul(f32x4.mul(half, v128.load(source + at)), f32x4.add(one, t)));
    }
  }
}

const geluPartBytes: usize = 4096;

export function geluBackward(
  target: usize,
  deltas: usize,
  tanhs: usize,
  source: usize,
  count: i32,
): void {
  const one = f32x4.splat(1);
  const half = f32x4.splat(0.5);
  const bytes = (<usize>count) << 2;
  for (let at: usize = 0; at < bytes; at += 16) {
    const x = v128.load(source + at);
    const t = v128.load(tanhs + at);
    const cubic = f32x4.mul(f32x4.splat(geluTripleCubic), f32x4.mul(x, x));
    const slope = f32x4.mul(f32x4.splat(geluScale), f32x4.add(one, cubic));
    const rest = f32x4.sub(one, f32x4.mul(t, t));
    const curved = f32x4.mul(f32x4.mul(f32x4.mul(half, x), rest), slope);
    const derivative = f32x4.add(f32x4.mul(half, f32x4.add(one, t)), curved);
    v128.store(target + at, f32x4.mul(v128.load(deltas + at), derivative));
  }
}

/** √(2/π), and the coefficients of x² in gelu and in its derivative. */
const geluScale: f32 = 0.7978845608;
const geluCubic: f32 = 0.044715;
const geluTripleCubic: f32 = 0.134145;

export function softmax(
  target: usize,
  source: usize,
  stride: i32,
  samples: i32,
  outputs: i32,
): void {
  const rowBytes = (<usize>stride) << 2;
  const bytes = (<usize>outputs) << 2;
  for (let s = 0; s < samples; s++) {
    const largest = rowMaximum(source, outputs);
    const total = f32x4.splat(exponentials(target, source, outputs, largest));
    for (let at: usize = 0; at < bytes; at += 16) {
      v128.store(target + at, f32x4.div(v128.load(target + at), total));
    }
    target += rowBytes;
    source += rowBytes;
  }
}

export function softmaxBackward(
  deltas: usize,
  outputs: usize,
  stride: i32,
  samples: i32,
  width: i32,
): void {
  const rowBytes = (<usize>stride) << 2;
  const bytes = (<usize>width) << 2;
  for (let s = 0; s < samples; s++) {
    let dot: f32 = 0;
    for (let at: usize = 0; at < bytes; at += 4) {
      dot += load<f32>(deltas + at) * load<f32>(outputs + at);
    }
    const dots = f32x4.splat(dot);
    for (let at: usize = 0; at < bytes; at += 16) {
      const centred = f32x4.sub(v128.load(deltas + at), dots);
      v128.store(deltas + at, f32x4.mul(v128.load(outputs + at), centred));
    }
    deltas += rowBytes;
    outputs += rowBytes;
  }
}
