/**
 * @file Stochastic rounding to int8 in chunks, and the conversion between such values and bytes. Documented at its twins
 * in `plain/forms/bytes.ts`.
 */
import { loadPartial, storePartial } from "../parts/lanes";
import { chunkValues, exponentMin, largestBits, power } from "./chunks";

/** The exponent of the largest value of a chunk, as an integer. */
const largest: i32 = 6;
const golden: i32 = 0x9e3779b9;

export function roundToBytes(pointer: usize, count: i32, key0: i32, key1: i32): void {
  const key = i32x4.splat(key1);
  for (let start: i32 = 0; start < count; start += chunkValues) {
    const length = min(chunkValues, count - start);
    const at = pointer + ((<usize>start) << 2);
    const exponent = exponentOf(at, length);
    if (exponent > 127 - largest) continue;
    const scale = f32x4.splat(power(exponent));
    const inverse = f32x4.splat(power(-exponent));
    let weyl = i32x4.add(
      i32x4.splat(key0 + start * golden),
      i32x4(0, golden, golden * 2, golden * 3),
    );
    let i = 0;
    for (; i <= length - 4; i += 4) {
      const place = at + ((<usize>i) << 2);
      const scaled = f32x4.mul(v128.load(place), inverse);
      v128.store(place, f32x4.mul(rounded(scaled, weyl, key), scale));
      weyl = i32x4.add(weyl, i32x4.splat(golden * 4));
    }
    if (i < length) {
      const place = at + ((<usize>i) << 2);
      const scaled = f32x4.mul(loadPartial(place, length - i), inverse);
      storePartial(place, f32x4.mul(rounded(scaled, weyl, key), scale), length - i);
    }
  }
}

export function packBytes(target: usize, source: usize, count: i32): void {
  let exponents = target + <usize>count;
  for (let start: i32 = 0; start < count; start += chunkValues) {
    const length = min(chunkValues, count - start);
    const from = source + ((<usize>start) << 2);
    const to = target + <usize>start;
    const exponent = exponentOf(from, length);
    store<i8>(exponents++, <i8>exponent);
    packChunk(to, from, length, power(-exponent));
  }
  const end = target + packedBytes(count);
  while (exponents < end) store<u8>(exponents++, 0);
}

export function unpackBytes(target: usize, source: usize, count: i32): i32 {
  let isRight: i32 = 1;
  let exponents = source + <usize>count;
  for (let start: i32 = 0; start < count; start += chunkValues) {
    const length = min(chunkValues, count - start);
    const from = source + <usize>start;
    const to = target + ((<usize>start) << 2);
    const exponent = <i32>load<i8>(exponents++);
    unpackChunk(to, from, length, power(max(exponent, exponentMin)));
    if (exponentOf(to, length) != exponent) isRight = 0;
  }
  const end = source + packedBytes(count);
  while (exponents < end) {
    if (load<u8>(exponents++) != 0) isRight = 0;
  }
  return isRight;
}

function packedBytes(count: i32): usize {
  const chunks = (count + chunkValues - 1) / chunkValues;
  return <usize>((count + chunks + 3) & ~3);
}

function packChunk(target: usize, source: usize, length: i32, inverse: f32): void {
  const factor = f32x4.splat(inverse);
  let i = 0;
  for (; i <= length - 4; i += 4) {
    const lanes = f32x4.mul(v128.load(source + ((<usize>i) << 2)), factor);
    const wide = i32x4.trunc_sat_f32x4_s(lanes);
    const narrow = i16x8.narrow_i32x4_s(wide, wide);
    v128.store32_lane(target + <usize>i, i8x16.narrow_i16x8_s(narrow, narrow), 0);
  }
  for (; i < length; i++) {
    store<i8>(target + <usize>i, <i8>(<i32>(load<f32>(source + ((<usize>i) << 2)) * inverse)));
  }
}

function unpackChunk(target: usize, source: usize, length: i32, scale: f32): void {
  const factor = f32x4.splat(scale);
  let i = 0;
  for (; i <= length - 4; i += 4) {
    const lanes = i16x8.extend_low_i8x16_s(v128.load32_zero(source + <usize>i));
    const values = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(lanes));
    v128.store(target + ((<usize>i) << 2), f32x4.mul(values, factor));
  }
  for (; i < length; i++) {
    store<f32>(target + ((<usize>i) << 2), <f32>(<i32>load<i8>(source + <usize>i)) * scale);
  }
}

/** The chunk's exponent: its largest value has the exponent 6 after multiplication with its inverse. */
function exponentOf(pointer: usize, length: i32): i32 {
  return max(exponentMin, (largestBits(pointer, length) >> 23) - 127 - largest);
}

/** floor(scaled + u) within ±127, with u from the hash of `weyl` and the key's second word. */
function rounded(scaled: v128, weyl: v128, key: v128): v128 {
  let x = v128.xor(weyl, key);
  x = i32x4.mul(v128.xor(x, i32x4.shr_u(x, 16)), i32x4.splat(0x21f0aaad));
  x = i32x4.mul(v128.xor(x, i32x4.shr_u(x, 15)), i32x4.splat(0x735a2d97));
  x = i32x4.shr_u(v128.xor(x, i32x4.shr_u(x, 15)), 8);
  const uniform = f32x4.mul(f32x4.convert_i32x4_s(x), f32x4.splat(5.9604644775390625e-8));
  const integers = f32x4.floor(f32x4.add(scaled, uniform));
  return f32x4.max(f32x4.splat(-127), f32x4.min(integers, f32x4.splat(127)));
}
