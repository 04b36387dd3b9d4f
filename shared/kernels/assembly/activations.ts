/**
 * @file Activations and their derivatives over padded rows. Documented at their twins in `plain/activations.ts`.
 */
import { exponentials, rowMaximum, sigmoid4, tanh4 } from "./math";

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
