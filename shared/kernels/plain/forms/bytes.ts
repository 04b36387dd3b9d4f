/**
 * @file Plain twins of `assembly/forms/bytes.ts`: stochastic rounding to int8 in chunks, and the conversion between such
 * values and bytes.
 *
 * A chunk is 256 consecutive values, the last one maybe fewer. Its exponent e is the one for which its largest
 * magnitude is in [2⁶, 2⁷) after multiplication with 2⁻ᵉ; at least −126. Value i of the tensor becomes q · 2ᵉ with
 *
 *     q = floor(value · 2⁻ᵉ + u[i]), limited to ±127,    u[i] in [0, 1) from a hash of i and two words of a key.
 *
 * So a value is rounded up with the probability of its distance from the integer below, and the mean of many roundings is the
 * value itself. The limit concerns only values above 127/128 of a power of two that no other of the chunk exceeds. The sums
 * and products are float32; only those with u round, by less than 2⁻¹⁷. Rounding again changes nothing, whatever the key: q
 * is an integer, and the largest is still at least 2⁶.
 *
 * @see Alistarh et al., "QSGD: Communication-efficient SGD via gradient quantization and encoding", 2017.
 */
import type { Views } from "../../memory.ts";
import { chunkValues, exponentMin, largestBits } from "./chunks.ts";

const { fround } = Math;

/** The exponent of the largest value of a chunk, as an integer. */
const largest = 6;
const byteMax = 127;
/** 2³² divided by the golden ratio, so that neighbours get hashes far apart. */
const golden = 0x9e3779b9;

/**
 * Rounds in place. A chunk with a value that is NaN or ±∞ stays as it is; otherwise −0 becomes +0.
 *
 * @param pointer - To `[count]` float32; written.
 * @param key0 - With `key1` the key of the random numbers: integers, of which the lower 32 bits count.
 */
export function roundToBytes(
  { f32, u32 }: Views,
  pointer: number,
  count: number,
  key0: number,
  key1: number,
): void {
  for (let start = 0; start < count; start += chunkValues) {
    const first = pointer / 4 + start;
    const end = pointer / 4 + Math.min(count, start + chunkValues);
    const exponent = exponentOf(u32, first, end);
    if (exponent > 127 - largest) continue;
    for (let i = first; i < end; i++) {
      const uniform = uniformAt(i - pointer / 4, key0, key1);
      const integer = Math.floor(fround(fround(f32[i]! * 2 ** -exponent) + uniform));
      f32[i] = Math.max(-byteMax, Math.min(integer, byteMax)) * 2 ** exponent;
    }
  }
}

/**
 * Writes finite values, rounded, as bytes: `[count]` int8, then the chunks' exponents as int8, then zeros up to a
 * multiple of four bytes.
 *
 * @param target - Pointer to those bytes; written.
 * @param source - Pointer to `[count]` float32; read only.
 */
export function packBytes(views: Views, target: number, source: number, count: number): void {
  const { f32, u32, u8 } = views;
  let exponents = target + count;
  for (let start = 0; start < count; start += chunkValues) {
    const first = source / 4 + start;
    const end = source / 4 + Math.min(count, start + chunkValues);
    const exponent = exponentOf(u32, first, end);
    for (let i = first; i < end; i++) u8[target + i - source / 4] = f32[i]! * 2 ** -exponent;
    u8[exponents++] = exponent;
  }
  u8.fill(0, exponents, target + packedBytes(count));
}

/**
 * Reads what `packBytes` has written.
 *
 * @param target - Pointer to `[count]` float32; written. Too large an exponent is read as ±∞.
 * @param source - Pointer to the bytes; read only.
 * @returns 1 if `packBytes` would write the same bytes, else 0: an exponent or a zero at the end is wrong.
 */
export function unpackBytes(views: Views, target: number, source: number, count: number): number {
  const { f32, u32, u8 } = views;
  let isRight = 1;
  let exponents = source + count;
  for (let start = 0; start < count; start += chunkValues) {
    const first = target / 4 + start;
    const end = target / 4 + Math.min(count, start + chunkValues);
    const exponent = (u8[exponents++]! << 24) >> 24;
    const scale = 2 ** Math.max(exponent, exponentMin);
    for (let i = first; i < end; i++) {
      f32[i] = ((u8[source + i - target / 4]! << 24) >> 24) * scale;
    }
    if (exponentOf(u32, first, end) !== exponent) isRight = 0;
  }
  if (u8.subarray(exponents, source + packedBytes(count)).some((byte) => byte !== 0)) isRight = 0;
  return isRight;
}

function packedBytes(count: number): number {
  return (count + Math.ceil(count / chunkValues) + 3) & ~3;
}

/** The exponent of the chunk of these values, given as bits; 122 if one is NaN or ±∞, which is more than any other. */
function exponentOf(u32: Uint32Array, first: number, end: number): number {
  const bits = largestBits(u32, first, end);
  return Math.max(exponentMin, (bits >>> 23) - 127 - largest);
}

/** A number in [0, 1) on a grid of 2⁻²⁴. */
function uniformAt(index: number, key0: number, key1: number): number {
  let x = (key0 + Math.imul(index, golden)) ^ key1;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return ((x ^ (x >>> 15)) >>> 8) * 2 ** -24;
}
