/**
 * @file Plain twins of `assembly/vector.ts`: element-wise work on flat vectors.
 */
import type { Views } from "../memory.ts";
import { exp, log } from "./math.ts";

const { fround } = Math;

/**
 * `target ← left + right`, element by element.
 *
 * @param target - Pointer to `[count]` float32; written. May be `left` or `right` itself.
 * @param left - Pointer to `[count]` float32.
 * @param right - Pointer to `[count]` float32.
 */
export function addVectors(
  { f32 }: Views,
  target: number,
  left: number,
  right: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    f32[target / 4 + i] = fround(f32[left / 4 + i]! + f32[right / 4 + i]!);
  }
}

/**
 * Whether none of the values is NaN or ±∞.
 *
 * @param pointer - To `[count]` float32; read only.
 * @returns 1 if all are finite, else 0.
 */
export function allFinite({ f32 }: Views, pointer: number, count: number): number {
  for (let i = 0; i < count; i++) {
    if (!Number.isFinite(f32[pointer / 4 + i]!)) return 0;
  }
  return 1;
}

/**
 * `target ← e^source`, element by element; see `exp` in `math.ts`.
 *
 * @param target - Pointer to `[count]` float32; written. May be `source` itself.
 * @param count - A multiple of 4.
 */
export function expVector({ f32 }: Views, target: number, source: number, count: number): void {
  for (let i = 0; i < count; i++) f32[target / 4 + i] = exp(f32[source / 4 + i]!);
}

/** `target ← ln source`, element by element; see `log` in `math.ts`. Arguments as for `expVector`. */
export function logVector({ f32 }: Views, target: number, source: number, count: number): void {
  for (let i = 0; i < count; i++) f32[target / 4 + i] = log(f32[source / 4 + i]!);
}
