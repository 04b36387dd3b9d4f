/** @file The section about the learning rate: its formula holds for the steps of the optimizer, and so do its words. */
import { expect, test } from "vitest";

import { placeAt } from "../../../../../coordinator/learn/draw/path.ts";
import { anySection } from "../../../../../coordinator/learn/section.ts";
import {
  learningRate,
  type LearningRateModel,
} from "../../../../../coordinator/learn/sections/optimizers/learning-rate.ts";
import { sceneOf, type SceneOptions } from "../../../../support/fixtures/learn/scene.ts";

const section = anySection(learningRate);

function modelAt(state: NonNullable<SceneOptions["state"]>): LearningRateModel {
  return sceneOf(section, { state }).model as LearningRateModel;
}

function told(state: NonNullable<SceneOptions["state"]>): string {
  return section.describe(sceneOf(section, { state }));
}

test("each step multiplies the distance by 1 − ηλ, in either direction by its own", () => {
  for (const rate of [0.02, 0.1, 0.36]) {
    const model = modelAt({ rate });
    for (const step of [0, 1, 5]) {
      const [before, after] = [placeAt(model.course, step), placeAt(model.course, step + 1)];
      expect(after.x / before.x).toBeCloseTo(1 - rate, 5);
      expect(after.y / before.y).toBeCloseTo(1 - 5 * rate, 4);
    }
  }
  const { factor = NaN, limit } = learningRate.formula.values(modelAt({ rate: 0.36 }), 0);
  expect(factor).toBeCloseTo(-0.8, 10);
  expect(limit).toBe(0.4);
});

test("it leaves for ever if and only if η > 2/λ", () => {
  for (const curvature of [1.5, 5, 10]) {
    for (const share of [0.3, 1, 1.9, 2.05, 3]) {
      const { left, arrival } = modelAt({ curvature, rate: share / curvature });
      expect(left !== undefined).toBe(share > 2);
      expect(arrival === undefined).toBe(share > 2);
    }
  }
});

test("no rate arrives sooner than the stop called the best", () => {
  const { best } = Object.fromEntries(
    (section.stops?.(modelAt({})).rate ?? []).map(({ text, value }) => [text, value]),
  );
  const fastest = modelAt({ rate: best ?? NaN }).arrival ?? NaN;
  for (const share of [0.5, 0.8, 0.9, 1.1]) {
    const other = modelAt({ rate: share * (best ?? NaN) }).arrival ?? Infinity;
    expect(other).toBeGreaterThanOrEqual(fastest);
  }
});

test("its numbers are a sentence: arriving, leaving, and neither", () => {
  expect(told({})).toBe(
    "η = 0,36: cada paso multiplica la distancia por 0,64 a lo largo y por −0,80 a lo ancho. En 18 pasos queda el 1 %.",
  );
  expect(told({ rate: 0.6 })).toMatch(/por −2,00 a lo ancho\. En el paso 1 sale del mapa/u);
  expect(told({ rate: 0.4 })).toMatch(/por −1,00 a lo ancho\. Tras 300 pasos queda el \d+\s%\.$/u);
});
