import { expect, test } from "vitest";

import { initialParameters } from "../../../../shared/model/initialize.ts";
import { layoutOf } from "../../../../shared/model/layout.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";

const { model } = testConfig({ layers: [784, 100, 10], activation: "relu" });

test("weights fill (−a, a) with a = √(6/784) before relu and √(6/110) before softmax, biases are 0", () => {
  const parameters = initialParameters(model, 1);
  const limits = [Math.sqrt(6 / 784), Math.sqrt(6 / 110)];
  const trained = layoutOf(model).layers.filter(({ tensors }) => tensors.length > 0);
  for (const [layer, { tensors }] of trained.entries()) {
    const limit = limits[layer]!;
    const [weight, bias] = tensors;
    const weights = parameters.slice(weight!.start, weight!.end);
    expect(Math.max(...weights)).toBeLessThanOrEqual(Math.fround(limit));
    expect(Math.max(...weights)).toBeGreaterThan(0.99 * limit);
    expect(Math.min(...weights)).toBeLessThan(-0.99 * limit);
    const squares = weights.reduce((sum, value) => sum + value * value, 0);
    // The variance of a uniform distribution on (−a, a) is a²/3; 1,000 weights estimate it to about 3 %.
    expect(squares / weights.length / (limit ** 2 / 3)).toBeCloseTo(1, 1);
    const biases = parameters.slice(bias!.start, bias!.end);
    expect(biases).toEqual(new Float32Array([100, 10][layer]!));
  }
});

test("the same seed draws the same parameters, another seed different ones", () => {
  expect(initialParameters(model, 1)).toEqual(initialParameters(model, 1));
  expect(initialParameters(model, 2)).not.toEqual(initialParameters(model, 1));
});
