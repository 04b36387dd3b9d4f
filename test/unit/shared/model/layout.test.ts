import { expect, test } from "vitest";

import { denseShapes, parameterCount } from "../../../../shared/model/layout.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";

test("784-16-16-10 has 13,002 parameters", () => {
  expect(parameterCount(testConfig({}).model)).toBe(13_002);
});

test("layers lie one after the other, weights before biases", () => {
  const { model } = testConfig({ layers: [4, 3, 2], activation: "relu", output: "sigmoid" });
  expect(denseShapes(model)).toEqual([
    { inputs: 4, outputs: 3, activation: "relu", weightOffset: 0, biasOffset: 12 },
    { inputs: 3, outputs: 2, activation: "sigmoid", weightOffset: 15, biasOffset: 21 },
  ]);
  expect(parameterCount(model)).toBe(23);
});
