/**
 * @file exp, log, tanh and the logistic function in float32, from + − × ÷ and integer operations alone.
 * JavaScript's own functions differ between engines and versions, and these values reach the parameters. Every
 * operation is rounded by `fround`, in the order of `assembly/math.ts`, so both give the same bits.
 *
 * Largest errors against float64, in units in the last place, checked by the tests: exp 2, log 1, tanh 2, sigmoid
 * 3.
 */
const { abs, fround } = Math;

const floats = new Float32Array(1);
const bits = new Int32Array(floats.buffer);

function floatOf(pattern: number): number {
  bits[0] = pattern;
  return floats[0]!;
}

function bitsOf(value: number): number {
  floats[0] = value;
  return bits[0]!;
}

/**
 * `c₀ xⁿ + c₁ xⁿ⁻¹ + …` by Horner's rule; each product and each sum is rounded. The coefficients are float32
 * values.
 */
function polynomial(x: number, coefficients: Float32Array): number {
  let sum = coefficients[0]!;
  for (let i = 1; i < coefficients.length; i++) {
    sum = fround(fround(sum * x) + coefficients[i]!);
  }
  return sum;
}

/** 1.5 · 2²³. Adding it to a small float32 rounds that to the nearest integer, which is then in the low bits. */
const roundingMagic = 12_582_912;
const log2E = fround(Math.LOG2E);
/** ln 2 as a sum of two parts. The first has so few bits that its product with an exponent is exact. */
const ln2High = 0.693_359_375;
const ln2Low = fround(-2.121_944_40e-4);
const expCoefficients = new Float32Array([
  1.987_569_15e-4, 1.398_199_950_7e-3, 8.333_451_907_3e-3, 4.166_579_589_4e-2, 1.666_666_545_9e-1,
  5.000_000_120_1e-1,
]);

/**
 * eˣ: with n = round(x / ln 2) and r = x − n ln 2, `2ⁿ · (1 + r + r² P(r))`. Subnormal results are covered; 0 below
 * −104, ∞ above 88.73, NaN for NaN.
 *
 * @see Moshier, Cephes Mathematical Library, `expf`.
 */
export function exp(value: number): number {
  let x = value;
  if (x > 89) x = 89;
  if (x < -104) x = -104;
  const shifted = fround(fround(x * log2E) + roundingMagic);
  const n = fround(shifted - roundingMagic);
  let r = fround(x - fround(n * ln2High));
  r = fround(r - fround(n * ln2Low));
  let p = polynomial(r, expCoefficients);
  p = fround(fround(p * fround(r * r)) + r);
  p = fround(p + 1);
  // 2ⁿ as a product of two factors: a single one would overflow for the largest results and underflow for the
  // subnormal ones.
  const exponent = (bitsOf(shifted) - 0x4b400000) | 0;
  const half = exponent >> 1;
  const rest = exponent - half;
  return fround(fround(p * floatOf((half + 127) << 23)) * floatOf((rest + 127) << 23));
}

const smallestNormal = 2 ** -126;
const evenLog = [0.400_009_721_52, 0.242_790_788_41].map(fround);
const oddLog = [0.666_666_626_93, 0.284_987_866_88].map(fround);
const logLn2Low = fround(9.058_000_614_5e-6);
const logLn2High = fround(6.931_381_225_6e-1);
/** The bits of √½: mantissas are brought to [√½, √2). */
const sqrtHalfBits = 0x3f3504f3;

/**
 * ln x: with x = 2ᵏ (1 + f), f in [√½ − 1, √2 − 1), s = f / (2 + f) and R(s²) ≈ ln((1 + s)/(1 − s))/s − 2,
 * `k ln 2 + f − (f²/2 − s (f²/2 + R))`. −∞ for ±0, NaN below 0, ∞ for ∞.
 *
 * @see FreeBSD msun, `e_logf.c`.
 */
export function log(x: number): number {
  if (!(x >= 0)) return NaN;
  if (x === 0) return -Infinity;
  if (x === Infinity) return Infinity;
  const tiny = x < smallestNormal;
  const pattern = (bitsOf(tiny ? fround(x * 2 ** 23) : x) + (0x3f800000 - sqrtHalfBits)) | 0;
  const k = (pattern >> 23) - 127 - (tiny ? 23 : 0);
  const f = fround(floatOf((pattern & 0x007fffff) + sqrtHalfBits) - 1);
  const s = fround(f / fround(2 + f));
  const z = fround(s * s);
  const w = fround(z * z);
  const even = fround(w * fround(evenLog[0]! + fround(w * evenLog[1]!)));
  const odd = fround(z * fround(oddLog[0]! + fround(w * oddLog[1]!)));
  const halfSquare = fround(fround(0.5 * f) * f);
  let result = fround(s * fround(halfSquare + fround(odd + even)));
  result = fround(result + fround(k * logLn2Low));
  result = fround(fround(result - halfSquare) + f);
  return fround(result + fround(k * logLn2High));
}

const tanhCoefficients = new Float32Array([
  -5.704_988_727_45e-3, 2.063_908_879_54e-2, -5.373_971_555_31e-2, 1.333_144_220_36e-1,
  -3.333_328_194_22e-1,
]);

/**
 * tanh x: below 0.625 `x + x³ P(x²)`, above `1 − 2 / (e²ˣ + 1)`; odd, so ±0 is unchanged.
 *
 * @see Moshier, Cephes Mathematical Library, `tanhf`.
 */
export function tanhOf(x: number): number {
  const magnitude = abs(x);
  let result: number;
  if (magnitude < 0.625) {
    const z = fround(x * x);
    const p = polynomial(z, tanhCoefficients);
    result = fround(fround(fround(p * z) * magnitude) + magnitude);
  } else {
    const power = exp(fround(magnitude + magnitude));
    result = fround(1 - fround(2 / fround(power + 1)));
  }
  return x < 0 || Object.is(x, -0) ? -result : result;
}

/** 1 / (1 + e⁻ˣ), as `e⁻ˡˣˡ / (1 + e⁻ˡˣˡ)` for a negative x, so that nothing overflows. */
export function sigmoidOf(x: number): number {
  const power = exp(-abs(x));
  return fround((x < 0 ? power : 1) / fround(1 + power));
}

/** The largest of `count` values, starting at index `first`; of equal values, the first. */
export function maximumOf(values: Float32Array, first: number, count: number): number {
  let largest = values[first]!;
  for (let i = 1; i < count; i++) {
    if (values[first + i]! > largest) largest = values[first + i]!;
  }
  return largest;
}
