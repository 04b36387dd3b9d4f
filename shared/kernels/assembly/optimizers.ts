/**
 * @file The update rules of the optimizers, one pass each. Documented at their twins in `plain/optimizers.ts`; the
 * operations here are the same ones in the same order, four parameters at a time.
 *
 * There is no tail loop. Tensors come from an arena, so they are padded with zeros to a whole register, and every
 * rule here maps zeros to zeros.
 */

/** Each field is one 32-bit word, in the order of the two lists in `../update.ts`. */
@unmanaged
export class Update {
  count: usize;
  gradientSum: usize;
  parameters: usize;
  first: usize;
  second: usize;
  nextParameters: usize;
  nextFirst: usize;
  nextSecond: usize;

  divisor: f32;
  clipScale: f32;
  weightDecay: f32;
  l1: f32;
  learningRate: f32;
  lookAhead: f32;
  decay: f32;
  beta1: f32;
  gain1: f32;
  correction1: f32;
  beta2: f32;
  gain2: f32;
  correction2: f32;
  epsilon: f32;
}

export function sgd(update: Update): void {
  const rate = f32x4.splat(update.learningRate);
  for (let i: usize = 0, end = byteLength(update); i < end; i += 16) {
    const w = v128.load(update.parameters + i);
    const g = gradientAt(update, i, w);
    v128.store(update.nextParameters + i, f32x4.sub(w, f32x4.mul(rate, g)));
  }
}

export function momentum(update: Update): void {
  const rate = f32x4.splat(update.learningRate);
  for (let i: usize = 0, end = byteLength(update); i < end; i += 16) {
    const w = v128.load(update.parameters + i);
    const v = nextVelocity(update, i, gradientAt(update, i, w));
    v128.store(update.nextParameters + i, f32x4.sub(w, f32x4.mul(rate, v)));
  }
}

export function lookAhead(update: Update): void {
  for (let i: usize = 0, end = byteLength(update); i < end; i += 16) {
    v128.store(update.nextParameters + i, pointAhead(update, i));
  }
}

export function nag(update: Update): void {
  const rate = f32x4.splat(update.learningRate);
  for (let i: usize = 0, end = byteLength(update); i < end; i += 16) {
    const v = nextVelocity(update, i, gradientAt(update, i, pointAhead(update, i)));
    const w = v128.load(update.parameters + i);
    v128.store(update.nextParameters + i, f32x4.sub(w, f32x4.mul(rate, v)));
  }
}

export function rmsprop(update: Update): void {
  const rate = f32x4.splat(update.learningRate);
  const beta = f32x4.splat(update.beta1);
  const gain = f32x4.splat(update.gain1);
  const epsilon = f32x4.splat(update.epsilon);
  for (let i: usize = 0, end = byteLength(update); i < end; i += 16) {
    const w = v128.load(update.parameters + i);
    const g = gradientAt(update, i, w);
    const v = average(beta, v128.load(update.first + i), gain, f32x4.mul(g, g));
    v128.store(update.nextFirst + i, v);
    const change = f32x4.div(f32x4.mul(rate, g), f32x4.add(epsilon, f32x4.sqrt(v)));
    v128.store(update.nextParameters + i, f32x4.sub(w, change));
  }
}

export function adam(update: Update): void {
  const rate = f32x4.splat(update.learningRate);
  const decay = f32x4.splat(update.decay);
  const beta1 = f32x4.splat(update.beta1);
  const gain1 = f32x4.splat(update.gain1);
  const correction1 = f32x4.splat(update.correction1);
  const beta2 = f32x4.splat(update.beta2);
  const gain2 = f32x4.splat(update.gain2);
  const correction2 = f32x4.splat(update.correction2);
  const epsilon = f32x4.splat(update.epsilon);
  for (let i: usize = 0, end = byteLength(update); i < end; i += 16) {
    const w = v128.load(update.parameters + i);
    const g = gradientAt(update, i, w);
    const m = average(beta1, v128.load(update.first + i), gain1, g);
    const v = average(beta2, v128.load(update.second + i), gain2, f32x4.mul(g, g));
    v128.store(update.nextFirst + i, m);
    v128.store(update.nextSecond + i, v);
    const mHat = f32x4.div(m, correction1);
    const vHat = f32x4.div(v, correction2);
    const decayed = f32x4.sub(w, f32x4.mul(decay, w));
    const change = f32x4.div(f32x4.mul(rate, mHat), f32x4.add(f32x4.sqrt(vHat), epsilon));
    v128.store(update.nextParameters + i, f32x4.sub(decayed, change));
  }
}

export function sumOfSquares(pointer: usize, count: usize): f64 {
  let sums01 = f64x2.splat(0);
  let sums23 = f64x2.splat(0);
  for (let at = pointer, end = pointer + (count << 2); at < end; at += 16) {
    const x = v128.load(at);
    const x01 = f64x2.promote_low_f32x4(x);
    const x23 = f64x2.promote_low_f32x4(v128.shuffle<u64>(x, x, 1, 1));
    sums01 = f64x2.add(sums01, f64x2.mul(x01, x01));
    sums23 = f64x2.add(sums23, f64x2.mul(x23, x23));
  }
  const left = f64x2.extract_lane(sums01, 0) + f64x2.extract_lane(sums01, 1);
  return left + (f64x2.extract_lane(sums23, 0) + f64x2.extract_lane(sums23, 1));
}

/** `(gradientSum / divisor) · clipScale + (λ w + λ₁ sign(w))`. */
function gradientAt(update: Update, i: usize, w: v128): v128 {
  const mean = f32x4.div(v128.load(update.gradientSum + i), f32x4.splat(update.divisor));
  const clipped = f32x4.mul(mean, f32x4.splat(update.clipScale));
  const decay = f32x4.mul(f32x4.splat(update.weightDecay), w);
  // A penalty of 0 would add a zero of the same sign as λ w: no bit changes without it.
  if (update.l1 == 0) return f32x4.add(clipped, decay);
  return f32x4.add(clipped, f32x4.add(decay, withSignOf(w, f32x4.splat(update.l1))));
}

/** `rate · sign(w)` for a rate ≥ 0: a zero of w keeps its sign. */
function withSignOf(w: v128, rate: v128): v128 {
  const isNotZero = f32x4.ne(w, f32x4.splat(0));
  return v128.or(v128.and(w, f32x4.splat(-0.0)), v128.and(isNotZero, rate));
}

/** `w − ηβ v`. */
function pointAhead(update: Update, i: usize): v128 {
  const step = f32x4.mul(f32x4.splat(update.lookAhead), v128.load(update.first + i));
  return f32x4.sub(v128.load(update.parameters + i), step);
}

/** `v ← β v + (1 − d) g`, stored and returned. */
function nextVelocity(update: Update, i: usize, g: v128): v128 {
  const beta = f32x4.splat(update.beta1);
  const gain = f32x4.splat(update.gain1);
  const velocity = average(beta, v128.load(update.first + i), gain, g);
  v128.store(update.nextFirst + i, velocity);
  return velocity;
}

/** `β a + gain b`. */
function average(beta: v128, a: v128, gain: v128, b: v128): v128 {
  return f32x4.add(f32x4.mul(beta, a), f32x4.mul(gain, b));
}

function byteLength(update: Update): usize {
  return update.count << 2;
}
