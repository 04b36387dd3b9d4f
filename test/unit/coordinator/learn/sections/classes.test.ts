/** @file The sections about cross-entropy, one weight, and the data: numbers, formulas and claims. */
import { expect, test } from "vitest";

import { lectureModel } from "../../../../../coordinator/learn/models/network/lecture.ts";
import {
  lectureParameterCount,
  placeOf,
} from "../../../../../coordinator/learn/models/parameter-place.ts";
import { squashedAt } from "../../../../../coordinator/learn/models/squashed.ts";
import { anySection } from "../../../../../coordinator/learn/section.ts";
import { backpropagation } from "../../../../../coordinator/learn/sections/backpropagation/backpropagation.ts";
import {
  crossEntropy,
  type CrossEntropyModel,
} from "../../../../../coordinator/learn/sections/cross-entropy.ts";
import { data, type DataModel } from "../../../../../coordinator/learn/sections/data.ts";
import {
  oneWeight,
  type OneWeightModel,
} from "../../../../../coordinator/learn/sections/one-weight.ts";
import { parameters } from "../../../../../coordinator/learn/sections/parameters.ts";
import { known } from "../../../../../shared/assert.ts";
import { layoutOf } from "../../../../../shared/model/layout.ts";
import { learnKernel, sceneOf } from "../../../../support/fixtures/learn/scene.ts";

const sigma = (z: number) => 1 / (1 + Math.exp(-z));

test("cross-entropy's slope is p − y, by the sigmoid and by softmax, and MSE's has the factor p(1 − p)", () => {
  for (const z of [-9.3, -8, -1, 0, 0.7, 5]) {
    for (const y of [0, 1] as const) {
      const { probability: p, bce, cce, mse } = squashedAt(learnKernel, z, y);
      expect(p).toBeCloseTo(sigma(z), 6);
      expect(bce.slope).toBeCloseTo(sigma(z) - y, 6);
      expect(cce.slope).toBeCloseTo(sigma(z) - y, 6);
      expect(mse.slope).toBeCloseTo(2 * (sigma(z) - y) * sigma(z) * (1 - sigma(z)), 6);
      expect(bce.cost).toBeCloseTo(-Math.log(y === 1 ? sigma(z) : 1 - sigma(z)), 4);
      expect(cce.cost).toBeCloseTo(bce.cost, 5);
      expect(mse.cost).toBeCloseTo((sigma(z) - y) ** 2, 6);
    }
  }
});

test("at z = −8 MSE pushes 0.0007 where cross-entropy pushes 0.9997", () => {
  const model = sceneOf(anySection(crossEntropy)).model as CrossEntropyModel;
  expect(model.wrong.mse.slope).toBeCloseTo(-0.00067, 5);
  expect(model.wrong.bce.slope).toBeCloseTo(-0.99966, 5);
  const { bce, mse } = crossEntropy.formula.values(model, 0);
  expect([bce, mse]).toEqual([model.here.bce.slope, model.here.mse.slope]);
});

test("a sum over n equal samples takes a step n times as long as their mean", () => {
  for (const count of [1, 10, 50]) {
    const model = sceneOf(anySection(crossEntropy), { state: { count } })
      .model as CrossEntropyModel;
    expect(model.sumStep).toBe(count * model.meanStep);
    expect(model.meanStep).toBeCloseTo(0.3 * 0.99966, 4);
  }
});

test("every parameter has its place, as the layout has it", () => {
  const tensors = layoutOf(lectureModel).layers.flatMap((layer) => layer.tensors);
  expect(tensors.at(-1)?.end).toBe(lectureParameterCount);
  for (const [i, { start, end, shape }] of tensors.entries()) {
    const [rows, columns] = shape;
    const layer = 1 + Math.floor(i / 2);
    const isBias = columns === undefined;
    expect(placeOf(start)).toEqual({ layer, to: 0, from: isBias ? undefined : 0 });
    const last = isBias ? { to: known(rows, "a size") - 1 } : { to: columns - 1 };
    const from = isBias ? undefined : known(rows, "a size") - 1;
    expect(placeOf(end - 1)).toEqual({ layer, ...last, from });
  }
  expect(placeOf(2)).toEqual({ layer: 1, to: 2, from: 0 });
  expect(() => placeOf(lectureParameterCount)).toThrow("no parameter 13002");
});

test("the difference of the curve is what backpropagation says, in the middle and at its ends", () => {
  for (const turn of [-1, -0.25, 0, 0.5]) {
    const model = sceneOf(anySection(oneWeight), { state: { turn } }).model as OneWeightModel;
    const { difference = NaN, parameters: all } = oneWeight.formula.values(model, 0);
    const at = Math.min(Math.max(model.here, 1), model.answer.costs.length - 2);
    expect(Math.abs(difference - (model.answer.slopes[at] ?? NaN))).toBeLessThan(2e-3);
    expect(all).toBe(784 * 16 + 16 + 16 * 16 + 16 + 16 * 10 + 10);
  }
});

test("w₀ is the weight of a pixel that is always dark: its curve is flat", () => {
  const scene = sceneOf(anySection(oneWeight), { state: { weight: 0 } });
  const { answer } = scene.model as OneWeightModel;
  expect(new Set(answer.costs).size).toBe(1);
  expect(answer.slopes.every((slope) => slope === 0)).toBe(true);
  expect(oneWeight.describe(scene as never)).toContain(
    "w₀, del píxel (0, 0) a la neurona 0 de la capa 1",
  );
});

test("pixels and neurons are counted from 0 in every section that names the place of a parameter", () => {
  // Pixel 406 is the one at (14, 14).
  const weight = 16 * 406 + 7;
  const told = [
    sceneOf(anySection(oneWeight), { state: { weight } }),
    sceneOf(anySection(parameters), { state: { weight } }),
    sceneOf(anySection(backpropagation), { state: { parameter: weight } }),
  ];
  const [one, all, back] = told;
  const sentences = [
    oneWeight.describe(one as never),
    parameters.describe(all as never),
    backpropagation.describe(back as never),
  ];
  for (const sentence of sentences) {
    expect(sentence).toMatch(/^w₆₅₀₃.*del píxel \(14, 14\) a la neurona 7/u);
  }
});

test("the mean of six digits is lowest between their own best values, and elsewhere with six others", () => {
  const places = [0, 40, 111].map((first) => {
    const model = sceneOf(anySection(data), { state: { first } }).model as DataModel;
    const { sum = NaN, mean } = data.formula.values(model, 0);
    expect(mean).toBeCloseTo(sum / 6, 12);
    return model.lowestOfFew;
  });
  expect(new Set(places).size).toBeGreaterThan(1);
});
