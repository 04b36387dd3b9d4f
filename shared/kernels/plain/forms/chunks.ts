/** @file Plain twin of `assembly/forms/chunks.ts`: chunks of values, each with an exponent. */

/** Values of a chunk; the last one of a tensor may have fewer. */
export const chunkValues = 256;
export const exponentMin = -126;

/** The bits of the largest magnitude of these values, given as bits. NaN and ±∞ are larger than any number. */
export function largestBits(u32: Uint32Array, first: number, end: number): number {
  let bits = 0;
  for (let i = first; i < end; i++) bits = Math.max(bits, u32[i]! & 0x7fffffff);
  return bits;
}
