/**
 * @file exp, log, tanh and the logistic function on four float32 at a time, from + − × ÷ and integer operations
 * alone, because JavaScript's own functions differ between engines. Documented, with their accuracy, at their twins
 * in `plain/math.ts`.
 */

// Constants are kept in memory. Engines rebuild a vector constant at every use, in five instructions; a load with a
// splat is one. They are in the first bytes of the memory, which no arena allocates.
const one = memory.data<f32>([1]);
const two = memory.data<f32>([2]);
/** 1.5 · 2²³. Adding it to a small float32 rounds that to the nearest integer, which is then in the low bits. */
const roundingMagic = memory.data<f32>([12582912]);
const exponentBias = memory.data<i32>([127]);

const expHigh = memory.data<f32>([89]);
const expLow = memory.data<f32>([-104]);
const log2E = memory.data<f32>([1.44269504088896341]);
const ln2High = memory.data<f32>([0.693359375]);
const ln2Low = memory.data<f32>([-2.12194440e-4]);
const exp0 = memory.data<f32>([1.9875691500e-4]);
const exp1 = memory.data<f32>([1.3981999507e-3]);
const exp2 = memory.data<f32>([8.3334519073e-3]);
const exp3 = memory.data<f32>([4.1665795894e-2]);
const exp4th = memory.data<f32>([1.6666665459e-1]);
const exp5 = memory.data<f32>([5.0000001201e-1]);

const tanh0 = memory.data<f32>([-5.70498872745e-3]);
const tanh1 = memory.data<f32>([2.06390887954e-2]);
const tanh2 = memory.data<f32>([-5.37397155531e-2]);
const tanh3 = memory.data<f32>([1.33314422036e-1]);
const tanh4th = memory.data<f32>([-3.33332819422e-1]);
const tanhOne = memory.data<f32>([40]);
const tanhLimit = memory.data<f32>([0.625]);
const signBit = memory.data<u32>([0x80000000]);

const smallestNormal = memory.data<f32>([1.1754943508222875e-38]);
/** 2²³ brings subnormals into the normal range. */
const subnormalScale = memory.data<f32>([8388608]);
const subnormalExponent = memory.data<i32>([23]);
const sqrtHalfBits = memory.data<i32>([0x3f3504f3]);
const oneMinusSqrtHalfBits = memory.data<i32>([0x3f800000 - 0x3f3504f3]);
const mantissaMask = memory.data<i32>([0x007fffff]);
const oneHalf = memory.data<f32>([0.5]);
const logOdd0 = memory.data<f32>([0.66666662693]);
const logOdd1 = memory.data<f32>([0.28498786688]);
const logEven0 = memory.data<f32>([0.40000972152]);
const logEven1 = memory.data<f32>([0.24279078841]);
const logLn2Low = memory.data<f32>([9.0580006145e-6]);
const logLn2High = memory.data<f32>([6.9313812256e-1]);
const infinity = memory.data<f32>([Infinity]);
const notANumber = memory.data<f32>([NaN]);

@inline
export function exp4(x: v128): v128 {
  return expOfNegative4(f32x4.pmin(x, splat(expHigh)));
}

/** Of numbers up to 89. */
@inline
export function expOfNegative4(x: v128): v128 {
  x = f32x4.pmax(x, splat(expLow));
  const shifted = shiftedExponent(x);
  return timesPowerOf2(expOfRest(restOf(x, shifted)), shifted);
}

/** n = x / ln 2, rounded to an integer, in the low bits. */
@inline
function shiftedExponent(x: v128): v128 {
  return f32x4.add(f32x4.mul(x, splat(log2E)), splat(roundingMagic));
}

/** r = x − n · ln 2. */
@inline
function restOf(x: v128, shifted: v128): v128 {
  const n = f32x4.sub(shifted, splat(roundingMagic));
  const r = f32x4.sub(x, f32x4.mul(n, splat(ln2High)));
  return f32x4.sub(r, f32x4.mul(n, splat(ln2Low)));
}

/** exp(r). */
@inline
function expOfRest(r: v128): v128 {
  let p = f32x4.add(f32x4.mul(splat(exp0), r), splat(exp1));
  p = f32x4.add(f32x4.mul(p, r), splat(exp2));
  p = f32x4.add(f32x4.mul(p, r), splat(exp3));
  p = f32x4.add(f32x4.mul(p, r), splat(exp4th));
  p = f32x4.add(f32x4.mul(p, r), splat(exp5));
  p = f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r);
  return f32x4.add(p, splat(one));
}

/**
 * `p · 2ⁿ` by two factors: a single one would overflow for the largest results and underflow for the subnormal ones. What n
 * was shifted by has no low bits, so it is lost on the way to the exponent.
 */
@inline
function timesPowerOf2(p: v128, shifted: v128): v128 {
  const half = i32x4.shr_s(shifted, 1);
  const rest = i32x4.sub(shifted, half);
  return f32x4.mul(f32x4.mul(p, powerOf2(half)), powerOf2(rest));
}

/** 2ⁿ of the n in the low nine bits, from −126 to 127. */
@inline
function powerOf2(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, splat(exponentBias)), 23);
}

/** `exp(−|x|)`. */
@inline
export function expMinusAbs4(x: v128): v128 {
  return expOfNegative4(v128.or(x, splat(signBit)));
}

/** The constant at `pointer` in all four lanes. */
@inline
function splat(pointer: usize): v128 {
  return v128.load32_splat(pointer);
}

@inline
export function log4(x: v128): v128 {
  // Subnormals are brought into the normal range first.
  const tiny = f32x4.lt(x, splat(smallestNormal));
  const scaled = v128.bitselect(f32x4.mul(x, splat(subnormalScale)), x, tiny);
  const bits = i32x4.add(scaled, splat(oneMinusSqrtHalfBits));
  const biased = i32x4.sub(i32x4.shr_s(bits, 23), splat(exponentBias));
  const exponent = i32x4.sub(biased, v128.and(tiny, splat(subnormalExponent)));
  const mantissa = i32x4.add(v128.and(bits, splat(mantissaMask)), splat(sqrtHalfBits));
  const k = f32x4.convert_i32x4_s(exponent);
  const f = f32x4.sub(mantissa, splat(one));
  const s = f32x4.div(f, f32x4.add(splat(two), f));
  const z = f32x4.mul(s, s);
  const w = f32x4.mul(z, z);
  const even = f32x4.mul(w, f32x4.add(splat(logEven0), f32x4.mul(w, splat(logEven1))));
  const odd = f32x4.mul(z, f32x4.add(splat(logOdd0), f32x4.mul(w, splat(logOdd1))));
  const halfSquare = f32x4.mul(f32x4.mul(splat(oneHalf), f), f);
  let result = f32x4.mul(s, f32x4.add(halfSquare, f32x4.add(odd, even)));
  result = f32x4.add(result, f32x4.mul(k, splat(logLn2Low)));
  result = f32x4.add(f32x4.sub(result, halfSquare), f);
  result = f32x4.add(result, f32x4.mul(k, splat(logLn2High)));
  // The ends of the range: log ∞ = ∞, log 0 = −∞; the log of a negative number or of NaN is NaN.
  const zero = f32x4.splat(0);
  result = v128.bitselect(x, result, f32x4.eq(x, splat(infinity)));
  result = v128.bitselect(f32x4.neg(splat(infinity)), result, f32x4.eq(x, zero));
  return v128.bitselect(result, splat(notANumber), f32x4.ge(x, zero));
}

@inline
export function tanh4(x: v128): v128 {
  return tanhOfPower4(x, tanhPower4(x));
}

/** exp(2|x|), or anything that is so large that tanh is 1. */
@inline
export function tanhPower4(x: v128): v128 {
  const magnitude = f32x4.abs(x);
  // Up to 40, 2ⁿ is a number, and needs no second factor.
  const twice = f32x4.pmin(f32x4.add(magnitude, magnitude), splat(tanhOne));
  const shifted = shiftedExponent(twice);
  return f32x4.mul(expOfRest(restOf(twice, shifted)), powerOf2(shifted));
}

@inline
export function tanhOfPower4(x: v128, power: v128): v128 {
  const magnitude = f32x4.abs(x);
  const z = f32x4.mul(x, x);
  let p = f32x4.add(f32x4.mul(splat(tanh0), z), splat(tanh1));
  p = f32x4.add(f32x4.mul(p, z), splat(tanh2));
  p = f32x4.add(f32x4.mul(p, z), splat(tanh3));
  p = f32x4.add(f32x4.mul(p, z), splat(tanh4th));
  const near = f32x4.add(f32x4.mul(f32x4.mul(p, z), magnitude), magnitude);
  const far = f32x4.sub(splat(one), f32x4.div(splat(two), f32x4.add(power, splat(one))));
  const result = v128.bitselect(near, far, f32x4.lt(magnitude, splat(tanhLimit)));
  return v128.bitselect(x, result, splat(signBit));
}

@inline
export function sigmoid4(x: v128): v128 {
  const power = expMinusAbs4(x);
  const numerator = v128.bitselect(power, splat(one), f32x4.lt(x, f32x4.splat(0)));
  return f32x4.div(numerator, f32x4.add(splat(one), power));
}

/** `target ← exp(source − largest)` over one row; returns its sum in ascending order. */
@inline
export function exponentials(target: usize, source: usize, outputs: i32, largest: f32): f32 {
  const bytes = (<usize>outputs) << 2;
  const shift = f32x4.splat(largest);
  for (let at: usize = 0; at < bytes; at += 16) {
    v128.store(target + at, expOfNegative4(f32x4.sub(v128.load(source + at), shift)));
  }
  let total: f32 = 0;
  for (let at: usize = 0; at < bytes; at += 4) total += load<f32>(target + at);
  return total;
}

/**
 * `values ← exp(values − largest)`, in two short passes, because a core's queue holds the work of more registers if each has
 * fewer operations that wait for one another.
 *
 * @param bytes - A multiple of 16.
 * @param largest - In all lanes; not less than the values.
 * @param scratch - Pointer to `bytes` bytes.
 */
export function exponentialsInPlace(values: usize, bytes: usize, largest: v128, scratch: usize): void {
  for (let at: usize = 0; at < bytes; at += 16) {
    const x = f32x4.pmax(f32x4.sub(v128.load(values + at), largest), splat(expLow));
    const shifted = shiftedExponent(x);
    v128.store(scratch + at, shifted);
    v128.store(values + at, restOf(x, shifted));
  }
  for (let at: usize = 0; at < bytes; at += 16) {
    const p = expOfRest(v128.load(values + at));
    v128.store(values + at, timesPowerOf2(p, v128.load(scratch + at)));
  }
}

@inline
export function rowMaximum(source: usize, outputs: i32): f32 {
  const bytes = (<usize>outputs) << 2;
  let largest = load<f32>(source);
  for (let at: usize = 4; at < bytes; at += 4) {
    const value = load<f32>(source + at);
    if (value > largest) largest = value;
  }
  return largest;
}
