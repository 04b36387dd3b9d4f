/** @file What the forms on the wire have in common: chunks of values, each with an exponent. */
import { loadPartial } from "../parts/lanes";

/** Values of a chunk; the last one of a tensor may have fewer. */
export const chunkValues: i32 = 256;
export const exponentMin: i32 = -126;

/** The bits of the largest magnitude of a chunk. NaN and ±∞ are larger than any number. */
export function largestBits(pointer: usize, length: i32): i32 {
  let lanes = i32x4.splat(0);
  let i = 0;
  for (; i <= length - 4; i += 4) {
    lanes = i32x4.max_s(lanes, magnitudes(v128.load(pointer + ((<usize>i) << 2))));
  }
  if (i < length) {
    lanes = i32x4.max_s(lanes, magnitudes(loadPartial(pointer + ((<usize>i) << 2), length - i)));
  }
  return max(
    max(i32x4.extract_lane(lanes, 0), i32x4.extract_lane(lanes, 1)),
    max(i32x4.extract_lane(lanes, 2), i32x4.extract_lane(lanes, 3)),
  );
}

export function magnitudes(values: v128): v128 {
  return v128.and(values, i32x4.splat(0x7fffffff));
}

/** 2 to this power, in [−126, 127]. */
export function power(exponent: i32): f32 {
  return reinterpret<f32>((exponent + 127) << 23);
}
