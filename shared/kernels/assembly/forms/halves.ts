/**
 * @file Rounding to float16 in chunks, and the conversion between such values and bytes. Documented at its twins in
 * `plain/forms/halves.ts`.
 */
import { loadPartial, storePartial } from "../parts/lanes";
import { chunkValues, exponentMin, largestBits, magnitudes, power } from "./chunks";

/** The exponent of the largest value of a chunk, as a float16. */
const largest: i32 = 14;
/** 2⁻¹⁴, the smallest normal float16, as float32 bits. */
const normalMin: i32 = 113 << 23;
/** The bits of a float32's fraction that a float16 has not. */
const dropped: i32 = 13;
const half: i32 = 1 << (dropped - 1);

export function roundToHalves(pointer: usize, count: i32): void {
  for (let start: i32 = 0; start < count; start += chunkValues) {
    const length = min(chunkValues, count - start);
    const at = pointer + ((<usize>start) << 2);
    const exponent = exponentOf(at, length);
    const scale = f32x4.splat(power(exponent));
    const inverse = f32x4.splat(power(-exponent));
    let i = 0;
    for (; i <= length - 4; i += 4) {
      const place = at + ((<usize>i) << 2);
      const values = v128.load(place);
      v128.store(place, withSign(f32x4.mul(rounded(values, inverse), scale), values));
    }
    if (i < length) {
      const place = at + ((<usize>i) << 2);
      const values = loadPartial(place, length - i);
      const lanes = withSign(f32x4.mul(rounded(values, inverse), scale), values);
      storePartial(place, lanes, length - i);
    }
  }
}

export function packHalves(target: usize, source: usize, count: i32): void {
  let exponents = target + ((<usize>count) << 1);
  for (let start: i32 = 0; start < count; start += chunkValues) {
    const length = min(chunkValues, count - start);
    const from = source + ((<usize>start) << 2);
    const to = target + ((<usize>start) << 1);
    const exponent = exponentOf(from, length);
    store<i8>(exponents++, <i8>exponent);
    packChunk(to, from, length, power(-exponent));
  }
  const end = target + packedBytes(count);
  while (exponents < end) store<u8>(exponents++, 0);
}

export function unpackHalves(target: usize, source: usize, count: i32): i32 {
  let isRight: i32 = 1;
  let exponents = source + ((<usize>count) << 1);
  for (let start: i32 = 0; start < count; start += chunkValues) {
    const length = min(chunkValues, count - start);
    const from = source + ((<usize>start) << 1);
    const to = target + ((<usize>start) << 2);
    const exponent = <i32>load<i8>(exponents++);
    unpackChunk(to, from, length, exponent);
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
  return <usize>((2 * count + chunks + 3) & ~3);
}

function packChunk(target: usize, source: usize, length: i32, inverse: f32): void {
  const factor = f32x4.splat(inverse);
  let i = 0;
  for (; i <= length - 4; i += 4) {
    const lanes = halfBits(v128.load(source + ((<usize>i) << 2)), factor);
    const narrow = i16x8.narrow_i32x4_u(lanes, lanes);
    v128.store64_lane(target + ((<usize>i) << 1), narrow, 0);
  }
  if (i == length) return;
  const lanes = halfBits(loadPartial(source + ((<usize>i) << 2), length - i), factor);
  const to = target + ((<usize>i) << 1);
  store<u16>(to, <u16>i32x4.extract_lane(lanes, 0));
  if (i + 1 < length) store<u16>(to, <u16>i32x4.extract_lane(lanes, 1), 2);
  if (i + 2 < length) store<u16>(to, <u16>i32x4.extract_lane(lanes, 2), 4);
}

function unpackChunk(target: usize, source: usize, length: i32, exponent: i32): void {
  const scale = f32x4.splat(power(min(max(exponent, exponentMin), 127)));
  let i = 0;
  for (; i <= length - 4; i += 4) {
    const lanes = v128.load16x4_u(source + ((<usize>i) << 1));
    v128.store(target + ((<usize>i) << 2), ofHalves(lanes, scale));
  }
  if (i == length) return;
  const from = source + ((<usize>i) << 1);
  let lanes = i32x4.splat(<i32>load<u16>(from));
  if (i + 1 < length) lanes = i32x4.replace_lane(lanes, 1, <i32>load<u16>(from, 2));
  if (i + 2 < length) lanes = i32x4.replace_lane(lanes, 2, <i32>load<u16>(from, 4));
  storePartial(target + ((<usize>i) << 2), ofHalves(lanes, scale), length - i);
}

/** The chunk's exponent: its largest value, rounded, has the exponent 14 after multiplication with its inverse. */
function exponentOf(pointer: usize, length: i32): i32 {
  const bits = <u32>largestBits(pointer, length);
  const roundedUp = (bits + half - 1 + ((bits >> dropped) & 1)) >> 23;
  return max(exponentMin, <i32>min<u32>(roundedUp, 255) - 127 - largest);
}

/** |values · inverse|, rounded to float16, to even if two are as near: adding a number 2¹³ times as large rounds. */
function rounded(values: v128, inverse: v128): v128 {
  const scaled = magnitudes(f32x4.mul(values, inverse));
  const exponents = v128.and(scaled, i32x4.splat(0x7f800000));
  const larger = i32x4.add(
    i32x4.max_s(exponents, i32x4.splat(normalMin)),
    i32x4.splat(dropped << 23),
  );
  return f32x4.sub(f32x4.add(scaled, larger), larger);
}

function withSign(lanes: v128, values: v128): v128 {
  return v128.or(lanes, v128.and(values, i32x4.splat(0x80000000)));
}

/** The bits of float16 in lanes of 32. */
function halfBits(values: v128, inverse: v128): v128 {
  const lanes = rounded(values, inverse);
  const sign = i32x4.shr_u(v128.and(values, i32x4.splat(0x80000000)), 16);
  const normal = i32x4.shr_u(i32x4.sub(lanes, i32x4.splat(112 << 23)), dropped);
  const subnormal = i32x4.trunc_sat_f32x4_s(f32x4.mul(lanes, f32x4.splat(16777216)));
  const isNormal = i32x4.ge_s(lanes, i32x4.splat(normalMin));
  return v128.or(sign, v128.bitselect(normal, subnormal, isNormal));
}

/** The float32 of float16 bits in lanes of 32, times a power of two. */
function ofHalves(bits: v128, scale: v128): v128 {
  const sign = i32x4.shl(v128.and(bits, i32x4.splat(0x8000)), 16);
  const magnitude = v128.and(bits, i32x4.splat(0x7fff));
  // As a float32 these bits are 2⁻¹¹² of the value.
  const value = f32x4.mul(
    i32x4.shl(magnitude, dropped),
    f32x4.splat(5192296858534827628530496329220096.0),
  );
  const isFinite = i32x4.lt_s(magnitude, i32x4.splat(0x7c00));
  const finite = f32x4.mul(value, scale);
  const endless = v128.or(i32x4.shl(magnitude, dropped), i32x4.splat(0x7f800000));
  return v128.or(v128.bitselect(finite, endless, isFinite), sign);
}
