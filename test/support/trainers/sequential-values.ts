/** @file What the layers of the sequential trainer have in common: their contract, and sums in order. */
import { exp } from "../../../shared/kernels/plain/math.ts";
import type { Spot as Place } from "./plain-layers.ts";

const f = Math.fround;

/** The values of a sample, row by row. */
export interface Values {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Adds to the gradient of the layer's parameters, and returns ∂loss/∂x unless nobody wants it. */
export type Back = (delta: Float32Array, gradient: Float32Array, isWanted: boolean) => Float32Array;

/** A layer that has computed its output, and its way back. */
export interface Done {
  readonly y: Values;
  readonly back: Back;
}

export interface Spot extends Place {
  readonly parameters: Float32Array;
  /** Index of the next parameters, which it moves on. */
  readonly take: (count: number) => number;
}

export function softmaxOf(z: Float32Array): Float32Array {
  const largest = z.reduce((a, b) => (b > a ? b : a));
  const powers = z.map((value) => exp(f(value - largest)));
  const total = sum(powers.length, (i) => powers[i]!);
  return powers.map((power) => f(power / total));
}

export function scaleOf(variance: number): number {
  return f(1 / f(Math.sqrt(f(variance + f(1e-5)))));
}

export function overRows(
  data: Float32Array,
  width: number,
  compute: (row: Float32Array, index: number) => Float32Array,
): Float32Array {
  const result = new Float32Array(data.length);
  for (let r = 0; r < data.length / width; r++) {
    result.set(compute(data.subarray(r * width, (r + 1) * width), r), r * width);
  }
  return result;
}

/** The sum of float32 from +0 and in order. */
export function sum(count: number, term: (index: number) => number): number {
  let total = 0;
  for (let i = 0; i < count; i++) total = f(total + term(i));
  return total;
}
