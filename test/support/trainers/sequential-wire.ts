/**
 * @file Rounding to float16 by search and with numbers of any precision, from the rule in ARITHMETIC.md. It shares
 * nothing with the kernels.
 */
import type { RunConfig } from "../../../shared/run/config.ts";

/** All float16 ≥ 0 that are finite, in ascending order: their position is their bits. */
export const halves = Array.from({ length: 0x7c00 }, (_, bits) => {
  const exponent = bits >> 10;
  const fraction = (bits & 0x3ff) / 2 ** 10;
  return exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15);
});

/** The nearest float16; to even if two are as near. */
export function nearestHalf(value: number): number {
  const magnitude = Math.abs(value);
  let low = 0;
  let high = halves.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (halves[middle]! <= magnitude) low = middle;
    else high = middle;
  }
  const below = magnitude - halves[low]!;
  const above = halves[high]! - magnitude;
  const isLow = below < above || (below === above && low % 2 === 0);
  const found = halves[isLow ? low : high]!;
  return value < 0 || Object.is(value, -0) ? -found : found;
}

/** Finite values as a node has them; a copy. */
export function roundedToHalves(values: Float32Array): Float32Array {
  const result = new Float32Array(values.length);
  for (let start = 0; start < values.length; start += 256) {
    const chunk = values.subarray(start, start + 256);
    const most = chunk.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    let exponent = Math.max(-126, Math.floor(Math.log2(most || 2 ** -149)) - 16);
    while (exponent < 113 && nearestHalf(most * 2 ** -exponent) >= 2 ** 15) exponent++;
    const scale = 2 ** exponent;
    for (const [i, value] of chunk.entries())
      result[start + i] = nearestHalf(value / scale) * scale;
  }
  return result;
}

/** What a node or a point becomes in a run. */
export function asItTravels(values: Float32Array, { wire }: RunConfig): Float32Array {
  return wire === "float16" ? roundedToHalves(values) : values;
}
