/** @file The section about costs: its numbers are the kernel's, its formulas hold, its claims are true. */
import { expect, test } from "vitest";

import { anySection } from "../../../../../coordinator/learn/section.ts";
import { cost, type CostModel } from "../../../../../coordinator/learn/sections/cost.ts";
import { sceneOf, type SceneOptions } from "../../../../support/fixtures/learn/scene.ts";

function sceneAt(state: NonNullable<SceneOptions["state"]>, step?: number) {
  const scene = sceneOf(anySection(cost), { state, ...(step === undefined ? {} : { step }) });
  return { ...scene, model: scene.model as CostModel };
}

test("the formulas are the mean square and the mean distance, to 6 digits", () => {
  for (const prediction of [0, 2.5, 7, 10]) {
    const { model } = sceneAt({ prediction });
    const { mse = NaN, mae = NaN } = cost.formula.values(model, 0);
    const mean = (of: (difference: number) => number) =>
      model.targets.reduce((sum, y) => sum + of(prediction - y), 0) / model.targets.length;
    expect(mse).toBeCloseTo(
      mean((d) => d * d),
      5,
    );
    expect(mae).toBeCloseTo(mean(Math.abs), 5);
    expect(model.here.mse.slope).toBeCloseTo(
      mean((d) => 2 * d),
      5,
    );
    expect(model.here.mae.slope).toBeCloseTo(mean(Math.sign), 5);
  }
});

test("the mean has the least MSE and the median the least MAE, whatever the outlier is", () => {
  for (const outlier of [0, 3, 9]) {
    const { curves, best } = sceneAt({ outlier }).model;
    for (const name of ["mse", "mae"] as const) {
      const costs = curves[name].map(({ cost: each }) => each);
      const lowest = (10 * costs.indexOf(Math.min(...costs))) / (costs.length - 1);
      expect(Math.abs(lowest - best[name])).toBeLessThanOrEqual(0.0626);
    }
  }
});

test("an outlier moves the mean by a ninth of its way, and the median not at all", () => {
  const [near, far] = [sceneAt({ outlier: 8 }).model, sceneAt({ outlier: 9.8 }).model];
  expect(far.best.mse - near.best.mse).toBeCloseTo(0.2, 10);
  expect(far.best.mae).toBe(near.best.mae);
});

test("descents by both losses end at their minima", () => {
  for (const loss of ["mse", "mae"] as const) {
    const { course, best } = sceneAt({ loss }).model;
    expect(Math.abs((course.at(-1) ?? 0) - best[loss])).toBeLessThan(loss === "mse" ? 1e-4 : 0.15);
  }
});

function told(step: number): string {
  return cost.describe(sceneAt({}, step) as Parameters<typeof cost.describe>[0]);
}

test("it is described with the numbers of the picture", () => {
  expect(told(0)).toMatch(/^Con ŷ = 6,50: MSE \d+,\d\d \(pendiente \d,\d\d\), MAE \d,\d\d/u);
  expect(told(60)).toMatch(/^Paso 60 del descenso: ŷ = 3,49\./u);
});
