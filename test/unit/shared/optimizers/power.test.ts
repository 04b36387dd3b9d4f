import { describe, expect, test } from "vitest";

import { power } from "../../../../shared/optimizers/power.ts";

describe("power", () => {
  test("is 1 for exponent 0, also of base 0", () => {
    expect([power(0.9, 0), power(0, 0), power(0, 3)]).toEqual([1, 1, 0]);
  });

  test("gives 3^0 … 3^33 exactly, as integers do", () => {
    let product = 1n;
    for (let exponent = 0; exponent <= 33; exponent++) {
      expect(BigInt(power(3, exponent))).toBe(product);
      product *= 3n;
    }
  });

  test("agrees with 10,000 single multiplications by 0.999 to 12 digits", () => {
    let product = 1;
    for (let t = 0; t < 10_000; t++) product *= 0.999;
    expect(power(0.999, 10_000) / product).toBeCloseTo(1, 12);
  });

  test("refuses exponents −1 and 0.5", () => {
    expect(() => power(2, -1)).toThrow(/exponent/u);
    expect(() => power(2, 0.5)).toThrow(/exponent/u);
  });
});
