import { expect, test } from "vitest";

import { initialParameters } from "../../../../shared/model/initialize.ts";
import { denseShapes } from "../../../../shared/model/layout.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";

const { model } = testConfig({ layers: [784, 100, 10], activation: "relu" });

test("weights fill (−a, a) with a = √(6/784) before relu and √(6/110) before softmax, biases are 0", () => {
  const parameters = initialParameters(model, 1);
  const limits = [Math.sqrt(6 / 784), Math.sqrt(6 / 110)];
  for (const [layer, { weightOffset, biasOffset, outputs }] of denseShapes(model).entries()) {
    const limit = limits[layer]!;
    const weights = parameters.slice(weightOffset, biasOffset);
    expect(Math.max(...weights)).toBeLessThanOrEqual(Math.fround(limit));
    expect(Math.max(...weights)).toBeGreaterThan(0.99 * limit);
    expect(Math.min(...weights)).toBeLessThan(-0.99 * limit);
    const squares = weights.reduce((sum, weight) => sum + weight * weight, 0);
    // The variance of a uniform distribution on (−a, a) is a²/3; 1,000 weights estimate it to about 3 %.
    expect(squares / weights.length / (limit ** 2 / 3)).toBeCloseTo(1, 1);
    expect(parameters.slice(biasOffset, biasOffset + outputs)).toEqual(new Float32Array(outputs));
  }
});

test("the same seed draws the same parameters, another one others", () => {
  expect(initialParameters(model, 1)).toEqual(initialParameters(model, 1));
  expect(initialParameters(model, 2)).not.toEqual(initialParameters(model, 1));
});
