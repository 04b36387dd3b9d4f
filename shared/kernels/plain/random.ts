/** @file Plain twin of `assembly/random.ts`: the order in which an epoch visits its samples. */
// A kernel function takes only numbers, as WebAssembly does.
/* oxlint-disable max-params */
import { drawPermutation as draw, Random } from "../../random.ts";
import type { Views } from "../memory.ts";

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
