import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  bestRate,
  exponentsAround,
  extensionsMax,
  nextExponent,
  rateAt,
} from "../../../../../coordinator/compare/plan/rates.ts";

/** Tries rates until the search is over. */
function search(first: readonly number[], lossOf: (exponent: number) => number) {
  const scores = new Map<number, number>();
  for (
    let next = nextExponent(first, scores);
    next !== undefined;
    next = nextExponent(first, scores)
  )
    scores.set(next, lossOf(next));
  return scores;
}

describe("the grid of rates", () => {
  test("is geometric, with two rates per factor of ten, and contains the powers of ten exactly", () => {
    expect([-5, -4, -3, -2, -1, 0, 1, 2].map(rateAt)).toEqual([
      0.00316, 0.01, 0.0316, 0.1, 0.316, 1, 3.16, 10,
    ]);
    expect(exponentsAround(0.5, 5).map(rateAt)).toEqual([0.0316, 0.1, 0.316, 1, 3.16]);
    expect(exponentsAround(0.001, 4).map(rateAt)).toEqual([0.0001, 0.000316, 0.001, 0.00316]);
  });

  test("is tried as it is while its best is inside, and extended by one beyond a best at an end", () => {
    expect([...search([0, 1, 2], (k) => Math.abs(k - 1)).keys()]).toEqual([0, 1, 2]);
    expect([...search([0, 1, 2], (k) => Math.abs(k - 3)).keys()]).toEqual([0, 1, 2, 3, 4]);
    expect([...search([0, 1, 2], (k) => Math.abs(k + 1)).keys()]).toEqual([0, 1, 2, -1, -2]);
  });

  test("goes down while every rate diverges, and gives up after 4 more", () => {
    const diverging = search([0, 1], () => Infinity);
    expect([...diverging.keys()]).toEqual([0, 1, -1, -2, -3, -4]);
    expect(bestRate(diverging)).toBeUndefined();
    expect(bestRate(search([0, 1], (k) => (k > -3 ? Infinity : 1 - k)))).toEqual({
      exponent: -3,
      isAtEdge: false,
    });
  });

  test("marks a best that is still at an end when it may not be extended any further", () => {
    expect(bestRate(search([0, 1, 2], (k) => -k))).toEqual({
      exponent: 2 + extensionsMax,
      isAtEdge: true,
    });
  });

  test("prefers the smaller of two equally good rates", () => {
    expect(bestRate(new Map([[2, 1], [1, 1], [0, 5]]))?.exponent).toBe(1); // prettier-ignore
  });

  test("finds the lowest loss of any valley within reach, and has tried both of its neighbours", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -3, max: 3 }),
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: -2, max: 8 }),
        (start, count, offset) => {
          const first = Array.from({ length: count }, (_, i) => start + i);
          const best = Math.min(start + offset, start + count + 2);
          const scores = search(first, (k) => (k - best) ** 2);
          expect(bestRate(scores)).toEqual({ exponent: best, isAtEdge: false });
          expect(scores.has(best - 1) && scores.has(best + 1)).toBe(true);
        },
      ),
    );
  });
});
