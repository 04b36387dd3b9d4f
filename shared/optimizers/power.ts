/**
 * @file Integer powers by repeated multiplication, as the design defines βᵗ. `Math.pow` and `**` may differ between
 * engines, and a faster order of multiplications would round to other bits.
 */
import { assert } from "../assert.ts";

/** `base^exponent = base · base · …` in float64, from the left; `exponent` is an integer ≥ 0. */
export function power(base: number, exponent: number): number {
  return new RunningPower(base).at(exponent);
}

/**
 * The powers of one base, for exponents that mostly grow by 1: continues from the last exponent. The cache only
 * saves time. Every answer is a function of base and exponent alone, so a resumed run continues with the same bits.
 */
export class RunningPower {
  readonly #base: number;
  #exponent = 0;
  #value = 1;

  /** @param base - Any finite number. */
  constructor(base: number) {
    this.#base = base;
  }

  at(exponent: number): number {
    const valid = Number.isSafeInteger(exponent) && exponent >= 0;
    assert(valid, `exponent must be an integer ≥ 0, got ${exponent}`);
    if (exponent < this.#exponent) [this.#exponent, this.#value] = [0, 1];
    for (; this.#exponent < exponent; this.#exponent++) this.#value *= this.#base;
    return this.#value;
  }
}
