import { describe, expect, test } from "vitest";

import { initialParameters, type WeightDraw } from "../../../../shared/model/initialize.ts";
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

describe.each<[WeightDraw, number, number]>([
  ["glorot-uniform", Math.sqrt(2 / 884), Math.sqrt(3)],
  ["glorot-normal", Math.sqrt(2 / 884), 3.47],
  ["he-uniform", Math.sqrt(2 / 784), Math.sqrt(3)],
  ["he-normal", Math.sqrt(2 / 784), 3.47],
  ["normal", 0.02, 3.47],
])("%s", (draw, deviation, furthest) => {
  const weights = initialParameters(model, 1, draw).subarray(0, 78_400);

  test(`has mean 0 and standard deviation ${deviation.toFixed(4)} over 78,400 weights`, () => {
    const mean = weights.reduce((sum, value) => sum + value, 0) / weights.length;
    const variance = weights.reduce((sum, value) => sum + value * value, 0) / weights.length;
    expect(Math.abs(mean) / deviation).toBeLessThan(0.02);
    expect(Math.sqrt(variance) / deviation).toBeCloseTo(1, 2);
  });

  test(`draws nothing beyond ${furthest.toFixed(2)} standard deviations, and reaches nine tenths of that`, () => {
    const largest = weights.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(largest / deviation).toBeLessThanOrEqual(furthest);
    expect(largest / deviation).toBeGreaterThan(0.9 * furthest);
  });
});

test("auto is he-uniform before relu and glorot-uniform elsewhere", () => {
  const [auto, he, glorot] = (["auto", "he-uniform", "glorot-uniform"] as const).map((draw) =>
    initialParameters(model, 1, draw),
  );
  expect(auto!.subarray(0, 78_500)).toEqual(he!.subarray(0, 78_500));
  expect(auto!.subarray(78_500)).toEqual(glorot!.subarray(78_500));
});
