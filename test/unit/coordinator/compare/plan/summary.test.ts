import { describe, expect, test } from "vitest";

import { costOf } from "../../../../../coordinator/compare/plan/cost.ts";
import type { Plan } from "../../../../../coordinator/compare/plan/plan.ts";
import type { Row } from "../../../../../coordinator/compare/plan/rows.ts";
import { median, spreadOf } from "../../../../../coordinator/compare/plan/spread.ts";
import { summaryOf } from "../../../../../coordinator/compare/plan/summary.ts";
import { batchSizeOf, planRun } from "../../../../../shared/run/plan.ts";
import { testConfig } from "../../../../support/fixtures/run-config.ts";
import { planOf, rowWith } from "./fixture.ts";

/** Rows of variants without a search, by label and seed. */
function rowsOf(plan: Plan, losses: Readonly<Record<string, readonly number[]>>): Row[] {
  return plan.variants.flatMap((variant) =>
    (losses[variant.label] ?? []).map((loss, i) =>
      rowWith({ variant, exponent: null, seed: plan.seeds[i]! }, loss),
    ),
  );
}

describe("the summary", () => {
  const plan = planOf(["optimizer=sgd,adam,rmsprop"], { rates: null, seeds: 3 });

  test("has median and range over the seeds, and what a run costs", () => {
    const [first] = summaryOf(plan, rowsOf(plan, { sgd: [3, 1, 2] }), "accuracy");
    expect(first).toMatchObject({
      variant: "sgd",
      rate: null,
      runs: 3,
      divergedAt: [],
      validationLoss: { median: 2, low: 1, high: 3 },
      test: { median: 0.8, low: 0.7, high: 0.9 },
      gradients: 2_000,
    });
  });

  test("counts a run that diverged as the worst, and says at which step it did", () => {
    const [row] = summaryOf(plan, rowsOf(plan, { sgd: [3, Infinity, 2] }), "accuracy");
    expect(row).toMatchObject({
      divergedAt: [7],
      validationLoss: { median: 3, low: 2, high: Infinity },
      validation: { low: 0.7, high: 0.8 },
    });
    const lost = summaryOf(plan, rowsOf(plan, { sgd: [Infinity] }), "accuracy")[0];
    expect(lost).toMatchObject({ validation: null, test: null, gradients: null });
  });

  test("counts the seeds with which a variant is better, and the cost until it is as good as the first variant's run with the same seed", () => {
    // Half of the cost has twice the loss: see the fixture.
    const losses = { sgd: [1, 2, 4], adam: [0.4, 0.9, 9], rmsprop: [1.1, 2.1, 3] };
    const costs = summaryOf(plan, rowsOf(plan, losses), "accuracy").map(
      (row) => row.gradientsToFirst,
    );
    expect(costs).toEqual([2_000, 1_000, null]);
    const better = summaryOf(plan, rowsOf(plan, losses), "accuracy").map(
      (row) => row.betterThanFirst,
    );
    expect(better).toEqual([0, 2, 1]);
  });

  test("says that a rate is at the edge of the grid, or that there is none", () => {
    const searching = planOf(["optimizer=sgd,adam"], { rates: 2, seeds: 1 });
    const [sgd, adam] = searching.variants;
    const rows = [-6, -5, -4, -3, -2, -1].flatMap((exponent) => [
      rowWith({ variant: sgd!, exponent, seed: 1 }, 2 + exponent / 10),
      rowWith({ variant: adam!, exponent, seed: 1 }, Infinity),
    ]);
    expect(summaryOf(searching, rows, "accuracy")).toMatchObject([
      { rate: 0.001, isAtEdge: true, runs: 1 },
      {
        rate: null,
        isAtEdge: false,
        runs: 0,
        divergedAt: [7, 7, 7, 7, 7, 7],
        validationLoss: null,
      },
    ]);
  });
});

describe("medians", () => {
  test("are the middle value, or the mean of the two in the middle", () => {
    expect(median([5, 1, 3])).toBe(3);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([1, Infinity, Infinity])).toBe(Infinity);
    expect(spreadOf([2])).toEqual({ median: 2, low: 2, high: 2 });
  });
});

describe("the cost of a run", () => {
  test("is the samples of its batches, the smaller last one of an epoch too", () => {
    const config = testConfig({ batchSize: 64 });
    const plan = planRun(config, { trainCount: 150, testCount: 10 });
    for (const steps of [0, 1, 2, 3, 4, 7]) {
      const batches = Array.from({ length: steps }, (_, step) => batchSizeOf(step, config, plan));
      const samples = batches.reduce((sum, size) => sum + size, 0);
      expect(costOf(config, plan, steps)).toEqual({ samples, gradients: samples });
    }
  });

  test("counts three forward passes of local search as one gradient", () => {
    const optimizer = { name: "local-search", candidates: 16, sigma: 0.1 } as const;
    const config = testConfig({ batchSize: 30, optimizer });
    const plan = planRun(config, { trainCount: 60, testCount: 10 });
    expect(costOf(config, plan, 2)).toEqual({ samples: 60, gradients: (60 * 17) / 3 });
  });
});
