/**
 * @file exp, log, tanh and the logistic function on four float32 at a time, from + − × ÷ and integer operations alone:
 * JavaScript's differ between engines. Documented, with their accuracy, at their twins in `plain/math.ts`.
 */

/** 1.5 · 2²³: adding it rounds a small float32 to the nearest integer and leaves that in the low bits. */
const roundingMagic: f32 = 12582912;

export function exp4(x: v128): v128 {
  x = f32x4.pmax(f32x4.pmin(x, f32x4.splat(89)), f32x4.splat(-104));
  const shifted = f32x4.add(
    f32x4.mul(x, f32x4.splat(1.44269504088896341)),
    f32x4.splat(roundingMagic),
  );
  const n = f32x4.sub(shifted, f32x4.splat(roundingMagic));
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.1219444e-4)));
  let p = f32x4.splat(1.98756915e-4);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(5.0000001201e-1));
  p = f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r);
  p = f32x4.add(p, f32x4.splat(1));
  // 2ⁿ in two factors: one alone would overflow for the largest and underflow for the subnormal results.
  const exponent = i32x4.sub(shifted, i32x4.splat(0x4b400000));
  const half = i32x4.shr_s(exponent, 1);
  const rest = i32x4.sub(exponent, half);
  const scale1 = i32x4.shl(i32x4.add(half, i32x4.splat(127)), 23);
  const scale2 = i32x4.shl(i32x4.add(rest, i32x4.splat(127)), 23);
  return f32x4.mul(f32x4.mul(p, scale1), scale2);
}

export function log4(x: v128): v128 {
  // Subnormals are brought into the normal range first.
  const tiny = f32x4.lt(x, f32x4.splat(1.1754943508222875e-38));
  const scaled = v128.bitselect(f32x4.mul(x, f32x4.splat(8388608)), x, tiny);
  const bits = i32x4.add(scaled, i32x4.splat(0x3f800000 - 0x3f3504f3));
  const exponent = i32x4.sub(
    i32x4.sub(i32x4.shr_s(bits, 23), i32x4.splat(127)),
    v128.and(tiny, i32x4.splat(23)),
  );
  const mantissa = i32x4.add(v128.and(bits, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3));
  const k = f32x4.convert_i32x4_s(exponent);
  const f = f32x4.sub(mantissa, f32x4.splat(1));
  const s = f32x4.div(f, f32x4.add(f32x4.splat(2), f));
  const z = f32x4.mul(s, s);
  const w = f32x4.mul(z, z);
  const even = f32x4.mul(
    w,
    f32x4.add(f32x4.splat(0.40000972152), f32x4.mul(w, f32x4.splat(0.24279078841))),
  );
  const odd = f32x4.mul(
    z,
    f32x4.add(f32x4.splat(0.66666662693), f32x4.mul(w, f32x4.splat(0.28498786688))),
  );
  const halfSquare = f32x4.mul(f32x4.mul(f32x4.splat(0.5), f), f);
  let result = f32x4.mul(s, f32x4.add(halfSquare, f32x4.add(odd, even)));
  result = f32x4.add(result, f32x4.mul(k, f32x4.splat(9.0580006145e-6)));
  result = f32x4.add(f32x4.sub(result, halfSquare), f);
  result = f32x4.add(result, f32x4.mul(k, f32x4.splat(6.9313812256e-1)));
  // Ends of the range: log ∞ = ∞, log 0 = −∞, log of a negative number and of NaN is NaN.
  result = v128.bitselect(x, result, f32x4.eq(x, f32x4.splat(Infinity)));
  result = v128.bitselect(f32x4.splat(-Infinity), result, f32x4.eq(x, f32x4.splat(0)));
  return v128.bitselect(result, f32x4.splat(NaN), f32x4.ge(x, f32x4.splat(0)));
}

export function tanh4(x: v128): v128 {
  const magnitude = f32x4.abs(x);
  const z = f32x4.mul(x, x);
  let p = f32x4.splat(-5.70498872745e-3);
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(2.06390887954e-2));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(-5.37397155531e-2));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(1.33314422036e-1));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(-3.33332819422e-1));
  const near = f32x4.add(f32x4.mul(f32x4.mul(p, z), magnitude), magnitude);
  const power = exp4(f32x4.add(magnitude, magnitude));
  const far = f32x4.sub(
    f32x4.splat(1),
    f32x4.div(f32x4.splat(2), f32x4.add(power, f32x4.splat(1))),
  );
  const result = v128.bitselect(near, far, f32x4.lt(magnitude, f32x4.splat(0.625)));
  return v128.bitselect(x, result, i32x4.splat(0x80000000));
}

export function sigmoid4(x: v128): v128 {
  const one = f32x4.splat(1);
  const power = exp4(f32x4.neg(f32x4.abs(x)));
  const numerator = v128.bitselect(power, one, f32x4.lt(x, f32x4.splat(0)));
  return f32x4.div(numerator, f32x4.add(one, power));
}

/** `target ← exp(source − max)` over one row; returns its sum in ascending order. */
export function exponentials(target: usize, source: usize, outputs: i32): f32 {
  const bytes = (<usize>outputs) << 2;
  const largest = f32x4.splat(rowMaximum(source, outputs));
  for (let at: usize = 0; at < bytes; at += 16) {
    v128.store(target + at, exp4(f32x4.sub(v128.load(source + at), largest)));
  }
  let total: f32 = 0;
  for (let at: usize = 0; at < bytes; at += 4) total += load<f32>(target + at);
  return total;
}

export function rowMaximum(source: usize, outputs: i32): f32 {
  const bytes = (<usize>outputs) << 2;
  let largest = load<f32>(source);
  for (let at: usize = 4; at < bytes; at += 4) {
    const value = load<f32>(source + at);
    if (value > largest) largest = value;
  }
  return largest;
}
