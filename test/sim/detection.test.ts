/** @file The smallest lie is found as reliably as each policy promises. */
import { describe, expect, test } from "vitest";

import { cases } from "../support/fixtures/effort.ts";
import { binomialBounds, detections, sayDetection } from "./detection.ts";

const seeds = cases(120);

describe("a lie by one unit in the last place", () => {
  test(`in ${seeds} runs each is always found under quorum, and as often as stated under sample`, () => {
    const rows = [...detections({ seeds, from: 1 })];
    const wrong = rows.filter(({ found, bounds: [low, high] }) => found < low || found > high);
    expect(wrong.map(sayDetection)).toEqual([]);
    expect(rows.filter(({ probability }) => probability === 1)).toHaveLength(3);
    expect(rows.map(({ probability }) => Number(probability.toFixed(4)))).toEqual([
      1, 1, 1, 0.0909, 0.04, 0.02, 0.02, 0.5, 0.8, 0.9735, 0.8674,
    ]);
  });

  test("the bounds of chance are those of the binomial distribution: 10 draws, and 2,000", () => {
    // 0.5^10 is a thousandth, so nothing is ruled out. For 2,000, the bound is 4.9 standard deviations of 22.4.
    expect(binomialBounds(10, 0.5)).toEqual([0, 10]);
    const [low, high] = binomialBounds(2_000, 0.5);
    expect([low, high]).toEqual([1000 - 109, 1000 + 109]);
    expect(binomialBounds(7, 1)).toEqual([7, 7]);
  });
});
