/**
 * @file Plain twins of `assembly/optimizers.ts`: the update rules, element by element. Read here what an optimizer
 * does. The order of the float32 operations is part of the result, so each one is written out with its own
 * `fround`.
 *
 * Every function but the last takes the pointer to one `Update` record, whose fields are documented in
 * `../update.ts`. In the formulas w is a parameter, g the result of `gradientAt`, η the learning rate, v and m
 * state tensors (`first`, `second`). The left side of an arrow goes to the record's `next…` tensors: current values
 * are never overwritten.
 */
import type { Views } from "../memory.ts";
import { readUpdate } from "../update.ts";

const { fround, sign, sqrt } = Math;

/** Gradient descent: `w ← w − η g`. */
export function sgd(views: Views, pointer: number): void {
  const { update, gradientAt, w, nextW } = open(views, pointer);
  const { learningRate } = update;
  for (let i = 0; i < w.length; i++) {
    const g = gradientAt(i, w[i]!);
    nextW[i] = fround(w[i]! - fround(learningRate * g));
  }
}

/** Momentum: `v ← β v + (1 − d) g`, `w ← w − η v`. β is `beta1`, 1 − d is `gain1`, v is `first`. */
export function momentum(views: Views, pointer: number): void {
  const { update, gradientAt, w, nextW, first: v, nextFirst: nextV } = open(views, pointer);
  const { learningRate, beta1, gain1 } = update;
  for (let i = 0; i < w.length; i++) {
    const g = gradientAt(i, w[i]!);
    nextV[i] = fround(fround(beta1 * v[i]!) + fround(gain1 * g));
    nextW[i] = fround(w[i]! - fround(learningRate * nextV[i]!));
  }
}

/** The point at which Nesterov's gradient is taken: `nextParameters ← w − ηβ v`. ηβ is `lookAhead`, v is `first`. */
export function lookAhead(views: Views, pointer: number): void {
  const { update, w, nextW, first: v } = open(views, pointer);
  for (let i = 0; i < w.length; i++) {
    nextW[i] = fround(w[i]! - fround(update.lookAhead * v[i]!));
  }
}

/**
 * Nesterov's accelerated gradient: g taken at p = w − ηβ v, then `v ← β v + (1 − β) g`, `w ← w − η v`.
 * β is `beta1`, 1 − β is `gain1`, ηβ is `lookAhead`, v is `first`. L2 decay is λ p: it is part of the gradient at p.
 */
export function nag(views: Views, pointer: number): void {
  const { update, gradientAt, w, nextW, first: v, nextFirst: nextV } = open(views, pointer);
  const { learningRate, beta1, gain1 } = update;
  for (let i = 0; i < w.length; i++) {
    const p = fround(w[i]! - fround(update.lookAhead * v[i]!));
    const g = gradientAt(i, p);
    nextV[i] = fround(fround(beta1 * v[i]!) + fround(gain1 * g));
    nextW[i] = fround(w[i]! - fround(learningRate * nextV[i]!));
  }
}

/** RMSProp: `v ← β v + (1 − β) g²`, `w ← w − (η g) / (ε + √v)`. β is `beta1`, 1 − β is `gain1`, v is `first`. */
export function rmsprop(views: Views, pointer: number): void {
  const { update, gradientAt, w, nextW, first: v, nextFirst: nextV } = open(views, pointer);
  const { learningRate, beta1, gain1, epsilon } = update;
  for (let i = 0; i < w.length; i++) {
    const g = gradientAt(i, w[i]!);
    nextV[i] = fround(fround(beta1 * v[i]!) + fround(gain1 * fround(g * g)));
    const divisor = fround(epsilon + fround(sqrt(nextV[i]!)));
    nextW[i] = fround(w[i]! - fround(fround(learningRate * g) / divisor));
  }
}

/**
 * Adam and, where `decay` = η · decoupledDecay is not 0, AdamW:
 * `m ← β₁ m + (1 − β₁) g`, `v ← β₂ v + (1 − β₂) g²`, `m̂ = m / (1 − β₁ᵗ)`, `v̂ = v / (1 − β₂ᵗ)`,
 * `w ← (w − decay w) − (η m̂) / (√v̂ + ε)`. m is `first`, v is `second`; 1 − βᵗ are `correction1` and `correction2`.
 */
export function adam(views: Views, pointer: number): void {
  const { update, gradientAt, w, nextW, ...state } = open(views, pointer);
  const { first: m, nextFirst: nextM, second: v, nextSecond: nextV } = state;
  const { learningRate, beta1, gain1, correction1, beta2, gain2, correction2, epsilon } = update;
  for (let i = 0; i < w.length; i++) {
    const g = gradientAt(i, w[i]!);
    nextM[i] = fround(fround(beta1 * m[i]!) + fround(gain1 * g));
    nextV[i] = fround(fround(beta2 * v[i]!) + fround(gain2 * fround(g * g)));
    const mHat = fround(nextM[i]! / correction1);
    const vHat = fround(nextV[i]! / correction2);
    const decayed = fround(w[i]! - fround(update.decay * w[i]!));
    const divisor = fround(fround(sqrt(vHat)) + epsilon);
    nextW[i] = fround(decayed - fround(fround(learningRate * mHat) / divisor));
  }
}

/**
 * `Σ x²` in float64, for the L2 norm of a gradient: element i is added to sum i mod 4, in order; then
 * `(s₀ + s₁) + (s₂ + s₃)`. Squares of float32 numbers don't overflow in float64, so the result is finite if and only if
 * every element is.
 *
 * @param pointer - To `[count]` float32 from an `Arena`, with zero padding; read only.
 */
export function sumOfSquares({ f32 }: Views, pointer: number, count: number): number {
  const sums = new Float64Array(4);
  for (let i = 0; i < count; i++) {
    const x = f32[pointer / 4 + i]!;
    sums[i % 4]! += x * x;
  }
  return sums[0]! + sums[1]! + (sums[2]! + sums[3]!);
}

/** The record, views of its tensors (shape `[count]` each), and the function that computes g. */
function open(views: Views, pointer: number) {
  const update = readUpdate(views, pointer);
  const tensor = (at: number) => views.f32.subarray(at / 4, at / 4 + update.count);
  const gradientSum = tensor(update.gradientSum);
  const { divisor, clipScale, weightDecay, l1 } = update;
  /**
   * g of parameter i at w: `(gradientSum / divisor) · clipScale + (λ w + λ₁ sign(w))`, which is the clipped mean plus
   * the gradient of the L2 and L1 penalties. A zero of w keeps its sign, so λ₁ = 0 changes no bit.
   */
  const gradientAt = (i: number, w: number) => {
    const mean = fround(gradientSum[i]! / divisor);
    const penalty = fround(fround(weightDecay * w) + fround(l1 * sign(w)));
    return fround(fround(mean * clipScale) + penalty);
  };
  return {
    update,
    gradientAt,
    w: tensor(update.parameters),
    first: tensor(update.first),
    second: tensor(update.second),
    nextW: tensor(update.nextParameters),
    nextFirst: tensor(update.nextFirst),
    nextSecond: tensor(update.nextSecond),
  };
}
