/**
 * @file Plain twins of `assembly/losses.ts`: the loss of every sample of a chunk against its target y, and the
 * gradient of that loss. A row holds the `outputs` values of one sample. Rows are padded; their stride is a multiple
 * of 16.
 *
 * The losses take the same arguments:
 * - `deltas`: pointer to padded rows `[samples, outputs]`; written: ∂loss/∂(second argument). May be the second
 *   argument itself.
 * - `logits` or `predictions`: pointer to padded rows `[samples, outputs]`.
 * - `stride`: floats from one row to the next, in all of them.
 * - `labels` (`cce`): pointer to `[samples]` 16-bit integers, each below `outputs`: y is 1 there, else 0.
 *   `targets` (the others): pointer to padded rows `[samples, outputs]` float32: y.
 * - `losses`: pointer to `[samples]` float32; written.
 */
// A kernel function takes only numbers, as WebAssembly does.
/* oxlint-disable max-params */
import type { Views } from "../memory.ts";
import { exp, log, maximumOf } from "./math.ts";

const { abs, fround } = Math;

/**
 * `cce` after softmax, from its logits z: `loss = ln Σ exp(zₖ − max z) − (z_label − max z)`, `δ = softmax(z) − y`.
 */
export function softmaxCrossEntropy(
  { f32, u16 }: Views,
  deltas: number,
  logits: number,
  stride: number,
  samples: number,
  outputs: number,
  labels: number,
  losses: number,
): void {
  for (let s = 0; s < samples; s++) {
    const delta = deltas / 4 + s * stride;
    const z = logits / 4 + s * stride;
    const label = u16[labels / 2 + s]!;
    const largest = maximumOf(f32, z, outputs);
    const shifted = fround(f32[z + label]! - largest);
    let sum = 0;
    for (let o = 0; o < outputs; o++) {
      const power = exp(fround(f32[z + o]! - largest));
      f32[delta + o] = power;
      sum = fround(sum + power);
    }
    f32[losses / 4 + s] = fround(log(sum) - shifted);
    for (let o = 0; o < outputs; o++) f32[delta + o] = fround(f32[delta + o]! / sum);
    f32[delta + label] = fround(f32[delta + label]! - 1);
  }
}

/**
 * `cce` after softmax at every step of a sequence, from its logits z: the mean over the steps of
 * `ln Σ exp(zₖ − max z) − (z_label − max z)`, `δ = (softmax(z) − y) / steps`.
 *
 * @param deltas - Pointer to padded rows `[samples, steps · outputs]`, the steps of a sample without a gap; written.
 *   Not the logits.
 * @param labels - Pointer to `[samples, steps]` 16-bit integers.
 */
export function tokenCrossEntropy(
  { f32, u16 }: Views,
  deltas: number,
  logits: number,
  stride: number,
  samples: number,
  steps: number,
  outputs: number,
  labels: number,
  losses: number,
): void {
  for (let s = 0; s < samples; s++) {
    let total = 0;
    for (let t = 0; t < steps; t++) {
      const delta = deltas / 4 + s * stride + t * outputs;
      const z = logits / 4 + s * stride + t * outputs;
      const label = u16[labels / 2 + s * steps + t]!;
      const largest = maximumOf(f32, z, outputs);
      const shifted = fround(f32[z + label]! - largest);
      let sum = 0;
      for (let o = 0; o < outputs; o++) {
        const power = exp(fround(f32[z + o]! - largest));
        f32[delta + o] = power;
        sum = fround(sum + power);
      }
      total = fround(total + fround(log(sum) - shifted));
      for (let o = 0; o < outputs; o++) {
        const y = o === label ? 1 : 0;
        f32[delta + o] = fround(fround(fround(f32[delta + o]! / sum) - y) / steps);
      }
    }
    f32[losses / 4 + s] = fround(total / steps);
  }
}

/**
 * `cce` after softmax against rows of targets that add up to 1, from its logits z:
 * `loss = ln Σ exp(zₖ − max z) − Σ yₖ (zₖ − max z)`, `δ = softmax(z) − y`.
 */
export function softCrossEntropy(
  { f32 }: Views,
  deltas: number,
  logits: number,
  stride: number,
  samples: number,
  outputs: number,
  targets: number,
  losses: number,
): void {
  for (let s = 0; s < samples; s++) {
    const delta = deltas / 4 + s * stride;
    const z = logits / 4 + s * stride;
    const y = targets / 4 + s * stride;
    const largest = maximumOf(f32, z, outputs);
    let expected = 0;
    let sum = 0;
    for (let o = 0; o < outputs; o++) {
      const shifted = fround(f32[z + o]! - largest);
      expected = fround(expected + fround(f32[y + o]! * shifted));
      const power = exp(shifted);
      f32[delta + o] = power;
      sum = fround(sum + power);
    }
    f32[losses / 4 + s] = fround(log(sum) - expected);
    for (let o = 0; o < outputs; o++) {
      f32[delta + o] = fround(fround(f32[delta + o]! / sum) - f32[y + o]!);
    }
  }
}

/**
 * `bce` after the logistic function σ, from its logits z: `loss = 1/n Σ max(z, 0) − z y + ln(1 + e⁻ˡᶻˡ)`,
 * `δ = (σ(z) − y) / n`, n the number of outputs.
 */
export function sigmoidCrossEntropy(
  { f32 }: Views,
  deltas: number,
  logits: number,
  stride: number,
  samples: number,
  outputs: number,
  targets: number,
  losses: number,
): void {
  for (let s = 0; s < samples; s++) {
    let sum = 0;
    for (let o = 0; o < outputs; o++) {
      const z = f32[logits / 4 + s * stride + o]!;
      const y = f32[targets / 4 + s * stride + o]!;
      const power = exp(-abs(z));
      const onePlus = fround(1 + power);
      const positive = z < 0 ? 0 : z;
      sum = fround(sum + fround(fround(positive - fround(z * y)) + log(onePlus)));
      const sigma = fround((z < 0 ? power : 1) / onePlus);
      f32[deltas / 4 + s * stride + o] = fround(fround(sigma - y) / outputs);
    }
    f32[losses / 4 + s] = fround(sum / outputs);
  }
}

/** `mse` of predictions ŷ: `loss = 1/n Σ (ŷ − y)²`, `δ = 2 (ŷ − y) / n`, n the number of outputs. */
export function meanSquaredError(
  { f32 }: Views,
  deltas: number,
  predictions: number,
  stride: number,
  samples: number,
  outputs: number,
  targets: number,
  losses: number,
): void {
  for (let s = 0; s < samples; s++) {
    let sum = 0;
    for (let o = 0; o < outputs; o++) {
      const y = f32[targets / 4 + s * stride + o]!;
      const difference = fround(f32[predictions / 4 + s * stride + o]! - y);
      sum = fround(sum + fround(difference * difference));
      f32[deltas / 4 + s * stride + o] = fround(fround(2 * difference) / outputs);
    }
    f32[losses / 4 + s] = fround(sum / outputs);
  }
}

/** `mae` of predictions ŷ: `loss = 1/n Σ |ŷ − y|`, `δ = sign(ŷ − y) / n` with sign(0) = 0, n the number of outputs. */
export function meanAbsoluteError(
  { f32 }: Views,
  deltas: number,
  predictions: number,
  stride: number,
  samples: number,
  outputs: number,
  targets: number,
  losses: number,
): void {
  const slope = fround(1 / outputs);
  for (let s = 0; s < samples; s++) {
    let sum = 0;
    for (let o = 0; o < outputs; o++) {
      const y = f32[targets / 4 + s * stride + o]!;
      const difference = fround(f32[predictions / 4 + s * stride + o]! - y);
      sum = fround(sum + abs(difference));
      const signed = difference > 0 ? slope : difference < 0 ? -slope : 0;
      f32[deltas / 4 + s * stride + o] = signed;
    }
    f32[losses / 4 + s] = fround(sum / outputs);
  }
}

/**
 * The position of the largest value of every row; of equal values, the first. NaN is never the largest.
 *
 * @param predicted - Pointer to `[samples]` 16-bit integers; written.
 * @param values - Pointer to padded rows `[samples, outputs]`, outputs ≤ 65,536.
 */
export function argmaxRows(
  { f32, u16 }: Views,
  predicted: number,
  values: number,
  stride: number,
  samples: number,
  outputs: number,
): void {
  for (let s = 0; s < samples; s++) {
    const row = values / 4 + s * stride;
    let best = 0;
    for (let o = 1; o < outputs; o++) {
      if (f32[row + o]! > f32[row + best]!) best = o;
    }
    u16[predicted / 2 + s] = best;
  }
}
