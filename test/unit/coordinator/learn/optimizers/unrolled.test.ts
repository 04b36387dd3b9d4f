/** @file The section about the unrolled average: the sum of its bars is the optimizer's velocity, to rounding. */
import { expect, test } from "vitest";

import { anySection } from "../../../../../coordinator/learn/section.ts";
import {
  unrolled,
  type UnrolledModel,
} from "../../../../../coordinator/learn/sections/optimizers/unrolled.ts";
import { sceneOf, type SceneOptions } from "../../../../support/fixtures/learn/scene.ts";

const section = anySection(unrolled);
const modelOf = (options: SceneOptions) => sceneOf(section, options).model as UnrolledModel;

test("the products add up to the velocity of the optimizer, to rounding, at every step", () => {
  for (const beta of [0, 0.5, 0.9, 0.99]) {
    for (const seed of [1, 2]) {
      const { course, shares } = modelOf({ state: { beta }, seed });
      for (const [t, now] of shares.entries()) {
        const sum = now.reduce((total, { product }) => total + product, 0);
        expect(Math.abs((course.first[t] ?? NaN) - sum)).toBeLessThan(4e-7);
      }
    }
  }
});

test("the weights add up to 1 − βᵗ, of which the last 10 have 65 % at β = 0.9", () => {
  const { shares } = modelOf({});
  for (const [t, now] of shares.entries()) {
    expect(now.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1 - 0.9 ** t, 12);
  }
  expect(shares[40]?.slice(0, 10).reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(
    0.651,
    3,
  );
});

test("half of the weight is in the last 7 gradients at β = 0.9", () => {
  const { shares, quizHalf } = modelOf({});
  const weightOf = (count: number) =>
    (shares[40] ?? []).slice(0, count).reduce((sum, { weight }) => sum + weight, 0);
  expect(quizHalf).toBe(7);
  expect(weightOf(7)).toBeGreaterThanOrEqual(weightOf(40) / 2);
  expect(weightOf(6)).toBeLessThan(weightOf(40) / 2);
});

test("the formula with its numbers holds", () => {
  for (const step of [1, 7, 40]) {
    const model = modelOf({ state: { beta: 0.8 } });
    const { beta = NaN, t = NaN, v, sum } = unrolled.formula.values(model, step);
    expect(sum).toBeCloseTo(1 - beta ** t, 12);
    expect(v).toBeCloseTo(model.course.first[step] ?? NaN, 5);
  }
});

test("its numbers are a sentence, from before the first gradient on", () => {
  expect(section.describe(sceneOf(section, { step: 10 }))).toMatch(
    /^Paso 10: los pesos suman 1 − 0,9ᵗ = 0,651; la mitad, en los más recientes \(4\)\. v = \d,\d{3}; la suma de las barras difiere en \d(,\d)?·10⁻\p{No}+\.$/u,
  );
  expect(section.describe(sceneOf(section, { step: 0, language: "en" }))).toContain(
    "= 0.000; half",
  );
});
