/** @file The classes that are most often mistaken for others. */
import { expect, test } from "vitest";

import { worstPairs } from "../../../../../coordinator/dashboard/model/pairs.ts";

test("the 2 most frequent mistakes come first, equal pairs are added, correct predictions left out", () => {
  const pairs = [
    { label: 1, predicted: 1, count: 90 },
    { label: 1, predicted: 7, count: 2 },
    { label: 3, predicted: 5, count: 4 },
    { label: 1, predicted: 7, count: 3 },
    { label: 2, predicted: 0, count: 0 },
    { label: 8, predicted: 2, count: 1 },
  ];
  expect(worstPairs(pairs, 2)).toEqual([
    { label: 1, predicted: 7, count: 5 },
    { label: 3, predicted: 5, count: 4 },
  ]);
  expect(worstPairs([], 2)).toEqual([]);
});
