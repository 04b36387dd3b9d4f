import { describe, expect, test } from "vitest";

import { power, RunningPower } from "../../../../shared/optimizers/power.ts";

describe("power", () => {
  test("is 1 for exponent 0, even with base 0", () => {
    expect([power(0.9, 0), power(0, 0), power(0, 3)]).toEqual([1, 1, 0]);
  });

  test("gives 3^0 … 3^33 exactly, like integers", () => {
    let product = 1n;
    for (let exponent = 0; exponent <= 33; exponent++) {
      expect(BigInt(power(3, exponent))).toBe(product);
      product *= 3n;
    }
  });

  test("is 10,000 single multiplications by 0.999, to the bit", () => {
    let product = 1;
    for (let t = 0; t < 10_000; t++) product *= 0.999;
    expect(power(0.999, 10_000)).toBe(product);
  });

  test("a running power has no memory: 1 … 50 in any order are the same", () => {
    const running = new RunningPower(0.9);
    const up = Array.from({ length: 50 }, (_, t) => running.at(t));
    const down = up.map((_, t) => running.at(49 - t)).toReversed();
    expect(down).toEqual(up);
    expect(up[49]).toBe(power(0.9, 49));
  });

  test("refuses exponents −1 and 0.5", () => {
    expect(() => power(2, -1)).toThrow(/exponent/u);
    expect(() => power(2, 0.5)).toThrow(/exponent/u);
  });
});
