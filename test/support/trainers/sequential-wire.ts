/**
 * @file Rounding to float16 by search, and to int8 with numbers of any precision, from the rules in ARITHMETIC.md. It
 * shares nothing with the kernels.
 */
import { stateOf } from "../../../shared/random.ts";
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

/** Finite values as the node has them whose step, start and end the seeds end with; a copy. */
export function roundedToBytes(values: Float32Array, seeds: readonly number[]): Float32Array {
  const [key0 = 0, key1 = 0] = stateOf(seeds);
  const chunks = Array.from({ length: Math.ceil(values.length / 256) }, (_, i) => {
    const chunk = values.subarray(256 * i, 256 * (i + 1));
    const most = chunk.reduce((max, value) => Math.max(max, Math.abs(value)), 2 ** -120);
    return Array.from({ length: 250 }, (__, k) => k - 126).find((e) => most < 2 ** (e + 7))!;
  });
  return values.map((value, i) => {
    const scale = 2 ** chunks[Math.floor(i / 256)]!;
    const uniform = hashed(((BigInt(key0) + BigInt(i) * 0x9e3779b9n) % 2n ** 32n) ^ BigInt(key1));
    const q = Math.floor(Math.fround(Math.fround(value / scale) + uniform));
    return Math.min(127, Math.max(-127, q)) * scale;
  });
}

/** `mix` of ARITHMETIC.md, as a number in [0, 1). */
function hashed(word: bigint): number {
  let x = ((word ^ (word >> 16n)) * 0x21f0aaadn) % 2n ** 32n;
  x = ((x ^ (x >> 15n)) * 0x735a2d97n) % 2n ** 32n;
  return Number((x ^ (x >> 15n)) >> 8n) / 2 ** 24;
}

/**
 * What the node over the leaves [start, end) of a step's tree becomes in a run.
 *
 * @param parameterCount - How many of the values are parameters' or gradients; the others are an optimizer's.
 */
export function asNode(
  values: Float32Array,
  { wire, seed }: RunConfig,
  of: readonly [step: number, start: number, end: number],
  parameterCount = values.length,
): Float32Array {
  if (wire === "int8") {
    const parameters = roundedToBytes(values.subarray(0, parameterCount), [seed, ...of]);
    return joined(parameters, roundedToHalves(values.subarray(parameterCount)));
  }
  return wire === "float16" ? roundedToHalves(values) : values;
}

/** What a point becomes that is sent whole. */
export function asPoint(
  values: Float32Array,
  { wire }: RunConfig,
  parameterCount = values.length,
): Float32Array {
  if (wire === "int8") {
    const state = roundedToHalves(values.subarray(parameterCount));
    return joined(values.subarray(0, parameterCount), state);
  }
  return wire === "float16" ? roundedToHalves(values) : values;
}

/**
 * What the workers' point becomes when they go on from `sent` to a point of a step: that point itself, or in int8 `sent`
 * plus what it has changed by.
 */
export function asSent(
  point: Float32Array,
  sent: Float32Array,
  config: RunConfig,
  step: number,
): Float32Array {
  if (config.wire !== "int8") return asPoint(point, config);
  const change = point.map((value, i) => value - sent[i]!);
  const update = roundedToBytes(change, [config.seed, step, 0, 0]);
  return sent.map((value, i) => value + update[i]!);
}

function joined(...parts: readonly Float32Array[]): Float32Array {
  return Float32Array.from(parts.flatMap((part) => [...part]));
}
