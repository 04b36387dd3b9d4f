import { describe, expect, test } from "vitest";

import { exp, log, sigmoidOf, tanhOf } from "../../../../shared/kernels/plain/math.ts";

const { fround } = Math;

function exactSigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** The distance of two adjacent float32 values at the magnitude of `value`. */
function unitInTheLastPlace(value: number): number {
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(value))), -126);
  return 2 ** (exponent - 23);
}

/** The largest error over `points`, in units in the last place of the float64 result. */
function largestError(
  own: (x: number) => number,
  reference: (x: number) => number,
  points: Iterable<number>,
): { readonly error: number; readonly at: number } {
  let worst = { error: 0, at: 0 };
  for (const x of points) {
    const expected = reference(x);
    const error = Math.abs(own(x) - expected) / unitInTheLastPlace(expected);
    if (!(error <= worst.error)) worst = { error, at: x };
  }
  return worst;
}

/** About 400,000 float32 values from `low` to `high`, evenly spaced. */
function* line(low: number, high: number): Generator<number> {
  for (let i = 0; i <= 400_000; i++) yield fround(low + ((high - low) * i) / 400_000);
}

/** Every 5,003rd positive finite float32 bit pattern, subnormals included. */
function* positiveFloats(): Generator<number> {
  const floats = new Float32Array(1);
  const bits = new Uint32Array(floats.buffer);
  for (let pattern = 1; pattern < 0x7f800000; pattern += 5003) {
    bits[0] = pattern;
    yield floats[0]!;
  }
}

describe("accuracy against float64, in units in the last place", () => {
  test("exp is within 2 from −87 to 88.7, and in the subnormal results down to −103.2", () => {
    expect(largestError(exp, Math.exp, line(-87, 88.7)).error).toBeLessThan(2);
    expect(largestError(exp, Math.exp, line(-103.2, -87)).error).toBeLessThan(2);
    expect(largestError(exp, Math.exp, line(-1, 1)).error).toBeLessThan(2);
  });

  test("log is within 1 over all positive float32, subnormals included, and around 1", () => {
    expect(largestError(log, Math.log, positiveFloats()).error).toBeLessThan(1);
    expect(largestError(log, Math.log, line(0.5, 2)).error).toBeLessThan(1);
  });

  test("tanh is within 2 over all positive float32 and their negatives", () => {
    expect(largestError(tanhOf, Math.tanh, positiveFloats()).error).toBeLessThan(2);
    expect(largestError(tanhOf, Math.tanh, line(-10, 10)).error).toBeLessThan(2);
  });

  test("sigmoid is within 3 from −103 to 103", () => {
    expect(largestError(sigmoidOf, exactSigmoid, line(-103, 103)).error).toBeLessThan(3);
    expect(largestError(sigmoidOf, exactSigmoid, line(-4, 4)).error).toBeLessThan(3);
  });
});

test("the ends of the range are exact: signed zeros, infinities, overflow, underflow, NaN", () => {
  expect([exp(-Infinity), exp(-104), exp(0), exp(-0), exp(89), exp(Infinity), exp(NaN)]).toEqual([
    0,
    0,
    1,
    1,
    Infinity,
    Infinity,
    NaN,
  ]);
  expect([log(0), log(-0), log(1), log(Infinity), log(-1), log(NaN)]).toEqual([
    -Infinity,
    -Infinity,
    0,
    Infinity,
    NaN,
    NaN,
  ]);
  expect([tanhOf(-0), tanhOf(0), tanhOf(-Infinity), tanhOf(50), tanhOf(NaN)]).toEqual([
    -0,
    0,
    -1,
    1,
    NaN,
  ]);
  expect([sigmoidOf(-Infinity), sigmoidOf(-0), sigmoidOf(Infinity), sigmoidOf(NaN)]).toEqual([
    0,
    0.5,
    1,
    NaN,
  ]);
});
