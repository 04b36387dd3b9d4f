import { expect, test } from "vitest";

import { dealtDigit, dealtRate } from "../../../../../coordinator/learn/classroom/deal.ts";

test("rates are dealt over the whole scale: 15 seats leave no gap larger than a factor of 2", () => {
  const rates = Array.from({ length: 15 }, (_, i) => dealtRate(i + 1)).toSorted((a, b) => a - b);
  expect(new Set(rates).size).toBe(15);
  const gaps = rates.slice(1).map((rate, i) => rate / rates[i]!);
  expect(Math.max(...gaps)).toBeLessThan(2.1);
  expect([rates[0]! < 0.005, rates.at(-1)! > 30]).toEqual([true, true]);
});

test("no rate is dealt twice to 100 seats, and the same seat gets the same", () => {
  const rates = Array.from({ length: 100 }, (_, i) => dealtRate(i + 1));
  expect(new Set(rates).size).toBeGreaterThan(90);
  expect(dealtRate(7)).toBe(rates[6]);
});

test("30 seats draw each digit three times", () => {
  const digits = Array.from({ length: 30 }, (_, i) => dealtDigit(i + 1));
  for (let digit = 0; digit < 10; digit++) {
    expect(digits.filter((each) => each === digit)).toHaveLength(3);
  }
});
