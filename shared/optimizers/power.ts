/** @file Integer powers with the same bits on every engine: `Math.pow` and `**` may differ between them. */
import { assert } from "../assert.ts";

/**
 * `base^exponent` in float64 by square-and-multiply: a fixed sequence of multiplications, so a pure function of its
 * arguments. Nothing is carried from step to step, which is why a resumed run continues with the same bits.
 *
 * @param base - Any finite number.
 * @param exponent - An integer ≥ 0; `power(base, 0)` is 1.
 * @see Knuth, The Art of Computer Programming, volume 2, 4.6.3, algorithm A.
 */
export function power(base: number, exponent: number): number {
  assert(Number.isSafeInteger(exponent) && exponent >= 0, `exponent must be ≥ 0, got ${exponent}`);
  let result = 1;
  let square = base;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}
