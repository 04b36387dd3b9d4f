import { expect, test } from "vitest";

import { classOptimizers } from "../../../../../coordinator/classroom/rates.ts";
import {
  dealtDigit,
  dealtRate,
  rateRange,
} from "../../../../../coordinator/learn/classroom/deal.ts";

test("rates are dealt over the whole scale: 15 seats leave no gap larger than a factor of 2", () => {
  const rates = Array.from({ length: 15 }, (_, i) => dealtRate(i + 1, "sgd")).toSorted(
    (a, b) => a - b,
  );
  expect(new Set(rates).size).toBe(15);
  const gaps = rates.slice(1).map((rate, i) => rate / rates[i]!);
  expect(Math.max(...gaps)).toBeLessThan(2.1);
  expect([rates[0]! < 0.005, rates.at(-1)! > 30]).toEqual([true, true]);
});

test("no rate is dealt twice to 100 seats, and the same seat gets the same", () => {
  const rates = Array.from({ length: 100 }, (_, i) => dealtRate(i + 1, "sgd"));
  expect(new Set(rates).size).toBeGreaterThan(90);
  expect(dealtRate(7, "sgd")).toBe(rates[6]);
});

test.each(classOptimizers)(
  "every rate that is dealt for %s is inside what may be chosen",
  (optimizer) => {
    const { min, max } = rateRange(optimizer);
    for (let seat = 1; seat <= 100; seat++) {
      const rate = dealtRate(seat, optimizer);
      expect([rate > min, rate < max]).toEqual([true, true]);
    }
  },
);

test("30 seats draw each digit three times", () => {
  const digits = Array.from({ length: 30 }, (_, i) => dealtDigit(i + 1));
  for (let digit = 0; digit < 10; digit++) {
    expect(digits.filter((each) => each === digit)).toHaveLength(3);
  }
});
