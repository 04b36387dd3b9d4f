/**
 * @file Plain twins of `assembly/forms/halves.ts`: rounding to float16 in chunks, and the conversion between such values
 * and bytes.
 *
 * A chunk is 256 consecutive values, the last one maybe fewer. Its exponent e is the one for which its largest
 * magnitude, rounded to 11 significant bits, is in [2¹⁴, 2¹⁵) after multiplication with 2⁻ᵉ; at least −126, which every
 * small value fits. A value is then float16(value · 2⁻ᵉ) · 2ᵉ, where float16 rounds to the nearest, and to even if two
 * are as near. So no value overflows, a value has 11 significant bits while it is at least 2⁻²⁸ of the chunk's largest,
 * and only below 2⁻³⁹ of that can it become 0. Both steps are exact except for the rounding, and rounding again changes
 * nothing: the largest value decides after it is rounded.
 *
 * Each chunk has an exponent of its own, because gradients of different layers may differ by many orders of magnitude;
 * and chunks do not follow the model's tensors, because then only the model's owner could read the bytes.
 */
import type { Views } from "../../memory.ts";
import { chunkValues, exponentMin, largestBits } from "./chunks.ts";

const { fround } = Math;

/** The exponent of the largest value of a chunk, as a float16. */
const largest = 14;
/** The bits of a float32's fraction that a float16 has not. */
const dropped = 13;

/**
 * Rounds in place. A chunk with a value that is NaN or ±∞ still has one after that.
 *
 * @param pointer - To `[count]` float32; written.
 */
export function roundToHalves({ f32, u32 }: Views, pointer: number, count: number): void {
  for (let start = 0; start < count; start += chunkValues) {
    const first = pointer / 4 + start;
    const end = pointer / 4 + Math.min(count, start + chunkValues);
    const exponent = exponentOf(u32, first, end);
    for (let i = first; i < end; i++) {
      f32[i] = fround(rounded(fround(f32[i]! * 2 ** -exponent)) * 2 ** exponent);
    }
  }
}

/**
 * Writes finite values, rounded, as bytes: `[count]` float16, then the chunks' exponents as int8, then zeros up to a
 * multiple of four bytes.
 *
 * @param target - Pointer to those bytes; written.
 * @param source - Pointer to `[count]` float32; read only.
 */
export function packHalves(views: Views, target: number, source: number, count: number): void {
  const { f32, u32, u16, u8 } = views;
  let exponents = target + 2 * count;
  for (let start = 0; start < count; start += chunkValues) {
    const first = source / 4 + start;
    const end = source / 4 + Math.min(count, start + chunkValues);
    const exponent = exponentOf(u32, first, end);
    for (let i = first; i < end; i++) {
      u16[target / 2 + i - source / 4] = halfBits(rounded(fround(f32[i]! * 2 ** -exponent)));
    }
    u8[exponents++] = exponent;
  }
  u8.fill(0, exponents, target + packedBytes(count));
}

/**
 * Reads what `packHalves` has written.
 *
 * @param target - Pointer to `[count]` float32; written. NaN and ∞ are read as such.
 * @param source - Pointer to the bytes; read only.
 * @returns 1 if `packHalves` would write the same bytes, else 0: an exponent or a zero at the end is wrong.
 */
export function unpackHalves(views: Views, target: number, source: number, count: number): number {
  const { f32, u32, u16, u8 } = views;
  let isRight = 1;
  let exponents = source + 2 * count;
  for (let start = 0; start < count; start += chunkValues) {
    const first = target / 4 + start;
    const end = target / 4 + Math.min(count, start + chunkValues);
    const exponent = (u8[exponents++]! << 24) >> 24;
    const scale = 2 ** Math.max(exponent, exponentMin);
    for (let i = first; i < end; i++) {
      f32[i] = fround(ofHalf(u16[source / 2 + i - target / 4]!) * scale);
    }
    if (exponentOf(u32, first, end) !== exponent) isRight = 0;
  }
  if (u8.subarray(exponents, source + packedBytes(count)).some((byte) => byte !== 0)) isRight = 0;
  return isRight;
}

function packedBytes(count: number): number {
  return (2 * count + Math.ceil(count / chunkValues) + 3) & ~3;
}

/** The exponent of the chunk of these values, given as bits. */
function exponentOf(u32: Uint32Array, first: number, end: number): number {
  const bits = largestBits(u32, first, end);
  const roundedUp = (bits + 2 ** (dropped - 1) - 1 + ((bits >>> dropped) & 1)) / 2 ** 23;
  return Math.max(exponentMin, Math.min(Math.floor(roundedUp), 255) - 127 - largest);
}

/** The nearest float16, of values below 2¹⁶. Adding a number 2¹³ times as large rounds in float32. */
function rounded(value: number): number {
  if (!Number.isFinite(value) || value === 0) return value;
  const magnitude = Math.abs(value);
  const exponent = Math.max(-14, 31 - Math.clz32(magnitude * 2 ** 14) - 14);
  const larger = 2 ** (exponent + dropped);
  const result = fround(fround(magnitude + larger) - larger);
  return value < 0 ? -result : result;
}

/** The bits of a float16. */
function halfBits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (magnitude < 2 ** -14) return sign | (magnitude * 2 ** 24);
  const exponent = 31 - Math.clz32(magnitude * 2 ** 14) - 14;
  return sign | (((exponent + 14) << 10) + (magnitude / 2 ** exponent) * 2 ** 10);
}

/** The value of float16 bits. */
export function ofHalf(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 2 ** 10) * 2 ** (exponent - 15);
}
