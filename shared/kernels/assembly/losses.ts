/**
 * @file Losses against labels or rows of targets, with their gradients, row by row. Documented at their twins in
 * `plain/losses.ts`.
 */
import { expMinusAbs4, exponentials, log4, rowMaximum } from "./math";

export function softmaxCrossEntropy(
  deltas: usize,
  logits: usize,
  stride: i32,
  samples: i32,
  outputs: i32,
  labels: usize,
  losses: usize,
): void {
  const rowBytes = (<usize>stride) << 2;
  const bytes = (<usize>outputs) << 2;
  for (let s = 0; s < samples; s++) {
    const label = (<usize>load<u16>(labels + (s << 1))) << 2;
    const largest = rowMaximum(logits, outputs);
    const shifted = load<f32>(logits + label) - largest;
    const sum = f32x4.splat(exponentials(deltas, logits, outputs, largest));
    store<f32>(losses + (s << 2), f32x4.extract_lane(log4(sum), 0) - shifted);
    for (let at: usize = 0; at < bytes; at += 16) {
      v128.store(deltas + at, f32x4.div(v128.load(deltas + at), sum));
    }
    store<f32>(deltas + label, load<f32>(deltas + label) - 1);
    deltas += rowBytes;
    logits += rowBytes;
  }
}

// The last register of a step reaches into the next one, which is written afterwards, or into the padding.
export function tokenCrossEntropy(
  deltas: usize,
  logits: usize,
  stride: i32,
  samples: i32,
  steps: i32,
  outputs: i32,
  labels: usize,
  losses: usize,
): void {
  const rowBytes = (<usize>stride) << 2;
  const bytes = (<usize>outputs) << 2;
  const count = <f32>steps;
  const counts = f32x4.splat(count);
  for (let s = 0; s < samples; s++) {
    let total: f32 = 0;
    for (let t = 0; t < steps; t++) {
      const delta = deltas + <usize>t * bytes;
      const z = logits + <usize>t * bytes;
      const label = (<usize>load<u16>(labels)) << 2;
      const largest = rowMaximum(z, outputs);
      const shifted = load<f32>(z + label) - largest;
      const sum = f32x4.splat(exponentials(delta, z, outputs, largest));
      total += f32x4.extract_lane(log4(sum), 0) - shifted;
      const share = load<f32>(delta + label) / f32x4.extract_lane(sum, 0);
      for (let at: usize = 0; at < bytes; at += 16) {
        v128.store(delta + at, f32x4.div(f32x4.div(v128.load(delta + at), sum), counts));
      }
      store<f32>(delta + label, (share - 1) / count);
      labels += 2;
    }
    store<f32>(losses + (s << 2), total / count);
    deltas += rowBytes;
    logits += rowBytes;
  }
}

export function softCrossEntropy(
  deltas: usize,
  logits: usize,
  stride: i32,
  samples: i32,
  outputs: i32,
  targets: usize,
  losses: usize,
): void {
  const rowBytes = (<usize>stride) << 2;
  const bytes = (<usize>outputs) << 2;
  for (let s = 0; s < samples; s++) {
    const largest = rowMaximum(logits, outputs);
    let expected: f32 = 0;
    for (let at: usize = 0; at < bytes; at += 4) {
      expected += load<f32>(targets + at) * (load<f32>(logits + at) - largest);
    }
    const sum = f32x4.splat(exponentials(deltas, logits, outputs, largest));
    store<f32>(losses + (s << 2), f32x4.extract_lane(log4(sum), 0) - expected);
    for (let at: usize = 0; at < bytes; at += 16) {
      const share = f32x4.div(v128.load(deltas + at), sum);
      v128.store(deltas + at, f32x4.sub(share, v128.load(targets + at)));
    }
    deltas += rowBytes;
    targets += rowBytes;
    logits += rowBytes;
  }
}

export function sigmoidCrossEntropy(
  deltas: usize,
  logits: usize,
  stride: i32,
  samples: i32,
  outputs: i32,
  targets: usize,
  losses: usize,
): void {
  const rowBytes = (<usize>stride) << 2;
  const width = <f32>outputs;
  for (let s = 0; s < samples; s++) {
    let sum: f32 = 0;
    for (let o = 0; o < outputs; o += 4) {
      const at = (<usize>o) << 2;
      const target = v128.load(targets + at);
      const z = v128.load(logits + at);
      const power = expMinusAbs4(z);
      const onePlus = f32x4.add(f32x4.splat(1), power);
      const positive = f32x4.pmax(z, f32x4.splat(0));
      const loss = f32x4.add(f32x4.sub(positive, f32x4.mul(z, target)), log4(onePlus));
      const isNegative = f32x4.lt(z, f32x4.splat(0));
      const numerator = v128.bitselect(power, f32x4.splat(1), isNegative);
      const difference = f32x4.sub(f32x4.div(numerator, onePlus), target);
      v128.store(deltas + at, f32x4.div(difference, f32x4.splat(width)));
      sum += f32x4.extract_lane(loss, 0);
      if (o + 1 < outputs) sum += f32x4.extract_lane(loss, 1);
      if (o + 2 < outputs) sum += f32x4.extract_lane(loss, 2);
      if (o + 3 < outputs) sum += f32x4.extract_lane(loss, 3);
    }
    store<f32>(losses + (s << 2), sum / width);
    deltas += rowBytes;
    targets += rowBytes;
    logits += rowBytes;
  }
}

export function meanSquaredError(
  deltas: usize,
  predictions: usize,
  stride: i32,
  samples: i32,
  outputs: i32,
  targets: usize,
  losses: usize,
): void {
  const rowBytes = (<usize>stride) << 2;
  const width = <f32>outputs;
  for (let s = 0; s < samples; s++) {
    let sum: f32 = 0;
    for (let o = 0; o < outputs; o++) {
      const at = (<usize>o) << 2;
      const difference = load<f32>(predictions + at) - load<f32>(targets + at);
      sum += difference * difference;
      store<f32>(deltas + at, (2 * difference) / width);
    }
    store<f32>(losses + (s << 2), sum / width);
    deltas += rowBytes;
    targets += rowBytes;
    predictions += rowBytes;
  }
}

export function meanAbsoluteError(
  deltas: usize,
  predictions: usize,
  stride: i32,
  samples: i32,
  outputs: i32,
  targets: usize,
  losses: usize,
): void {
  const rowBytes = (<usize>stride) << 2;
  const width = <f32>outputs;
  const slope = <f32>1 / width;
  for (let s = 0; s < samples; s++) {
    let sum: f32 = 0;
    for (let o = 0; o < outputs; o++) {
      const at = (<usize>o) << 2;
      const difference = load<f32>(predictions + at) - load<f32>(targets + at);
      sum += abs<f32>(difference);
      const sign: f32 = difference > 0 ? slope : difference < 0 ? -slope : 0;
      store<f32>(deltas + at, sign);
    }
    store<f32>(losses + (s << 2), sum / width);
    deltas += rowBytes;
    targets += rowBytes;
    predictions += rowBytes;
  }
}

export function argmaxRows(
  predicted: usize,
  values: usize,
  stride: i32,
  samples: i32,
  outputs: i32,
): void {
  const rowBytes = (<usize>stride) << 2;
  for (let s = 0; s < samples; s++) {
    let best = 0;
    let largest = load<f32>(values);
    for (let o = 1; o < outputs; o++) {
      const value = load<f32>(values + ((<usize>o) << 2));
      if (value > largest) {
        largest = value;
        best = o;
      }
    }
    store<u16>(predicted + (s << 1), best);
    values += rowBytes;
  }
}
