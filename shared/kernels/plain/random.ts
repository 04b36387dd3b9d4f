/** @file Plain twins of `assembly/random.ts`: the order in which an epoch visits its samples, and what dropout keeps. */
// A kernel function takes only numbers, as WebAssembly does.
/* oxlint-disable max-params */
import { drawPermutation as draw, Random } from "../../random.ts";
import type { Views } from "../memory.ts";

const { fround } = Math;

/**
 * A permutation of 0 … count − 1 by Fisher–Yates with xoshiro128**, the same one that `permutation` in
 * `shared/random.ts` draws.
 *
 * @param target - Pointer to `[count]` uint32; written.
 * @param s0 - The generator's state, with `s1`, `s2` and `s3`: four words, as uint32 or as int32 with the same
 *   bits.
 */
export function drawPermutation(
  { u32 }: Views,
  target: number,
  count: number,
  s0: number,
  s1: number,
  s2: number,
  s3: number,
): void {
  draw(u32.subarray(target / 4, target / 4 + count), Random.at([s0, s1, s2, s3]));
}

/**
 * Draws which values dropout keeps: one draw of xoshiro128** per value, in order.
 *
 * @param target - Pointer to `[count]` uint32; written: 0 where the draw is below `droppedBelow`, else all bits 1.
 * @param droppedBelow - The share that is dropped, times 2³²: a uint32.
 * @param s0 - The generator's state, as in `drawPermutation`.
 */
export function drawKept(
  { u32 }: Views,
  target: number,
  count: number,
  droppedBelow: number,
  s0: number,
  s1: number,
  s2: number,
  s3: number,
): void {
  const random = Random.at([s0, s1, s2, s3]);
  for (let i = 0; i < count; i++) {
    u32[target / 4 + i] = random.nextUint32() < droppedBelow ? 0 : 0xffffffff;
  }
}

/**
 * `values ← values · scale` where they are kept, +0 elsewhere.
 *
 * @param values - Pointer to `[count]` float32; updated in place.
 * @param kept - Pointer to `[count]` uint32, as `drawKept` writes them.
 * @param count - A multiple of 4.
 */
export function keepValues(
  { f32, u32 }: Views,
  values: number,
  kept: number,
  count: number,
  scale: number,
): void {
  for (let i = 0; i < count; i++) {
    const value = fround(f32[values / 4 + i]! * fround(scale));
    f32[values / 4 + i] = u32[kept / 4 + i] === 0 ? 0 : value;
  }
}
