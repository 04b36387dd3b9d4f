/** @file The sections about search, dimensions and the gradient: numbers, formulas and claims. */
import { expect, test } from "vitest";

import { placeAt } from "../../../../../coordinator/learn/draw/path.ts";
import { anySection } from "../../../../../coordinator/learn/section.ts";
import {
  dimensions,
  type DimensionsModel,
} from "../../../../../coordinator/learn/sections/dimensions.ts";
import {
  gradient,
  type GradientModel,
} from "../../../../../coordinator/learn/sections/gradient.ts";
import { search, type SearchModel } from "../../../../../coordinator/learn/sections/search.ts";
import { known } from "../../../../../shared/assert.ts";
import { sceneOf, type SceneOptions } from "../../../../support/fixtures/learn/scene.ts";

function searchAt(state: NonNullable<SceneOptions["state"]>): SearchModel {
  return sceneOf(anySection(search), { state }).model as SearchModel;
}

test("the descent multiplies each distance by 1 − ηλ, and local search never goes up", () => {
  const { descent, search: found, tried } = searchAt({ learningRate: 0.1 });
  for (let step = 0; step <= 30; step++) {
    const { x, y } = placeAt(descent, step);
    expect(x).toBeCloseTo(-2.4 * 0.9 ** step, 5);
    expect(y).toBeCloseTo(1.1 * 0.6 ** step, 5);
  }
  const costs = Array.from({ length: 31 }, (_, step) => {
    const { x, y } = placeAt(found, step);
    return (x * x + 4 * y * y) / 2;
  });
  expect(costs).toEqual(costs.toSorted((a, b) => b - a));
  expect(tried.length).toBe(30);
  // Every step of the search is one of the neighbours that it tried, or none.
  for (const [step, places] of tried.entries()) {
    const next = placeAt(found, step + 1);
    const before = placeAt(found, step);
    const reached = [before, ...places].some(({ x, y }) => x === next.x && y === next.y);
    expect(reached).toBe(true);
  }
});

test("beyond 2/λ₂ the descent moves away, and says that it never arrives", () => {
  expect(searchAt({ learningRate: 0.45 }).descentCost).toBeDefined();
  const away = searchAt({ learningRate: 0.51 });
  expect(away.descentCost).toBe(undefined);
  const scene = sceneOf(anySection(search), { state: { learningRate: 0.51 } });
  expect(search.values(scene as never)["descentNeeds"]).toBe("nunca");
});

test("a bet on the opposite of the gradient is right, one on the minimum is not", () => {
  const model = searchAt({});
  const truth = known(search.bet.truth(model), "an answer");
  expect(search.bet.isRight(truth, truth, model)).toBe(true);
  expect(search.bet.isRight({ x: 0, y: 0 }, truth, model)).toBe(false);
  expect(search.formula.values(model, 0)).toEqual({ dx: 2.4, dy: -4.4 });
});

test("the formula's bound holds for the bowls, and 1,000 dimensions leave most of the cost to the search", () => {
  const model = sceneOf(anySection(dimensions)).model as DimensionsModel;
  const { search: left, bound = NaN } = dimensions.formula.values(model, 0);
  for (const { descent } of model.answer.rows.slice(0, -1)) {
    expect(descent).toBeLessThanOrEqual(bound * 1.01);
  }
  expect(left).toBeGreaterThan(0.9);
  expect(known(model.answer.rows[0], "2 dimensions").search).toBeLessThan(0.01);
});

test("the promise is gradient times change; a huge change breaks it, a tiny one keeps it", () => {
  const kept = [0.001, 3].map((change) => {
    const model = sceneOf(anySection(gradient), { state: { change } }).model as GradientModel;
    const values = gradient.formula.values(model, 0);
    const [g = NaN, promised = NaN, happened = NaN] = [
      values["gradient"],
      values["promised"],
      values["happened"],
    ];
    expect(promised).toBe(g * change);
    return happened / promised;
  });
  expect(Math.abs(known(kept[0], "tiny") - 1)).toBeLessThan(0.1);
  expect(Math.abs(known(kept[1], "huge") - 1)).toBeGreaterThan(0.2);
});

test("the last of the sorted gradients is exactly 0, and is described so", () => {
  const scene = sceneOf(anySection(gradient), { state: { rank: 13_001 } });
  const { answer } = scene.model as GradientModel;
  expect([answer.gradient, answer.happened, answer.promised]).toEqual([0, 0, 0]);
  expect(gradient.describe(scene as never)).toContain("gradiente 0, así que conviene no tocarlo");
});
