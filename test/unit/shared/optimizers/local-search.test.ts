import { describe, expect, test } from "vitest";

import { bestCandidate } from "../../../../shared/optimizers/local-search.ts";

describe("bestCandidate", () => {
  test("takes the lowest of 4 losses", () => {
    expect(bestCandidate(Float32Array.of(3, 2.5, 1, 2))).toBe(2);
  });

  test("stays at the current point, candidate 0, if a neighbour is only as good", () => {
    expect(bestCandidate(Float32Array.of(1, 1, 2))).toBe(0);
  });

  test("takes the earlier of two equal neighbours", () => {
    expect(bestCandidate(Float32Array.of(3, 1, 1))).toBe(1);
  });

  test("refuses NaN, ∞ and an empty list", () => {
    expect(() => bestCandidate(Float32Array.of(1, NaN))).toThrow(/candidate 1 is NaN/u);
    expect(() => bestCandidate(Float32Array.of(Infinity))).toThrow(/candidate 0 is Infinity/u);
    expect(() => bestCandidate(new Float32Array(0))).toThrow(/always a candidate/u);
  });
});
