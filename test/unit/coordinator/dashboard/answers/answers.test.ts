/** @file What is read from a network's answers: mistakes, the ROC curve, a threshold, and differences. */
import { describe, expect, test } from "vitest";

import { mistakesIn, worstOf } from "../../../../../coordinator/dashboard/answers/mistakes.ts";
import { histogramOf, marksIn } from "../../../../../coordinator/dashboard/answers/residuals.ts";
import { countsAt, rocOf } from "../../../../../coordinator/dashboard/answers/roc.ts";
import type { Target } from "../../../../../shared/data/dataset.ts";

describe("mistakes", () => {
  test("of classes are the wrong ones, and the surest is the worst", () => {
    const classes = [
      { predicted: 1, surer: 0.2, score: 0 },
      { predicted: 0, surer: 0, score: 0 },
      { predicted: 0, surer: 0.9, score: 0 },
    ];
    const target: Target = { kind: "classes", count: 2 };
    const found = mistakesIn({ count: 3, target, targets: [0, 0, 1], classes, outputs: [] });
    expect(worstOf(found, 5)).toEqual([
      { sample: 2, truth: [1], answer: [0], badness: 0.9 },
      { sample: 0, truth: [0], answer: [1], badness: 0.2 },
    ]);
    expect(worstOf(found, 1).length).toBe(1);
  });

  test("of flags are the samples with at least one wrong flag", () => {
    const found = mistakesIn({
      count: 2,
      target: { kind: "flags", count: 2 },
      targets: [0, 1, 1, 1],
      classes: [],
      outputs: [0.25, 0.75, 0.875, 0.125],
    });
    expect(found).toEqual([{ sample: 1, truth: [1, 1], answer: [1, 0], badness: 0.875 }]);
  });

  test("of numbers are all samples, by the number that is furthest off", () => {
    const found = mistakesIn({
      count: 2,
      target: { kind: "values", count: 2 },
      targets: [0, 1, 2, 3],
      classes: [],
      outputs: [0.5, 1, 2, 5],
    });
    expect(worstOf(found, 2).map(({ sample, badness }) => [sample, badness])).toEqual([
      [1, 2],
      [0, 0.5],
    ]);
  });
});

/** Samples by falling score: + is of the second class. */
function scored(text: string) {
  const length = text.length;
  return Array.from(text, (sign, i) => ({ score: 1 - i / length, isSecond: sign === "+" }));
}

describe("the ROC curve", () => {
  test("of a perfect order has area 1, of the reverse 0, and of neither kind none", () => {
    expect(rocOf(scored("++--")).area).toBe(1);
    expect(rocOf(scored("--++")).area).toBe(0);
    expect(rocOf(scored("++"))).toEqual({ points: [], area: undefined });
  });

  test("has the area that is the share of pairs in the right order, and equal scores count half", () => {
    const samples = [0.9, 0.6, 0.6, 0.6, 0.2].map((score, i) => ({ score, isSecond: i % 2 === 0 }));
    // Of the 3 · 2 pairs, 2 are in order, 2 reversed, and 2 equal.
    expect(rocOf(samples).area).toBeCloseTo(3 / 6, 12);
    expect(rocOf(samples).points).toEqual([
      [0, 0],
      [0, 1 / 3],
      [1, 2 / 3],
      [1, 1],
    ]);
  });

  test("a score must be above the threshold: at 0.6, 1 of 5 is", () => {
    const samples = [0.9, 0.6, 0.6, 0.6, 0.2].map((score, i) => ({ score, isSecond: i % 2 === 0 }));
    expect(countsAt(samples, 0.6)).toEqual([
      [2, 0],
      [2, 1],
    ]);
    expect(countsAt(samples, 0.5)).toEqual([
      [0, 2],
      [1, 2],
    ]);
  });
});

describe("differences", () => {
  test("are counted in bins around 0 that reach as far on either side", () => {
    expect(histogramOf([-3, -0.4, 0, 0.4, 1], 3)).toEqual({
      from: -3,
      width: 2,
      counts: [1, 3, 1],
    });
    expect(histogramOf([0, 0], 3).counts).toEqual([0, 2, 0]);
    expect(histogramOf([], 3).counts).toEqual([0, 0, 0]);
  });

  test("have round marks on their axis", () => {
    expect(marksIn(-7.3, 7.3)).toEqual([-5, 0, 5]);
    expect(marksIn(0, 1)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1].map((each) => expect.closeTo(each)));
    expect(marksIn(12, 47)).toEqual([20, 30, 40]);
    expect(marksIn(1, 1)).toEqual([]);
  });
});
