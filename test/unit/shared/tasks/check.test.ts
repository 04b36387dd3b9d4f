import { expect, test } from "vitest";

import type { Dataset } from "../../../../shared/data/dataset.ts";
import { checkModel } from "../../../../shared/tasks/check.ts";
import { inEnglish } from "../../../../test/support/fixtures/in-english.ts";
import { testConfig, type TestConfig } from "../../../support/fixtures/run-config.ts";

const facts: Pick<Dataset, "featureCount" | "target"> = {
  featureCount: 12,
  target: { kind: "classes", count: 3 },
};
const three = { name: "classification", kind: "classes", count: 3 } as const;
const numbers = { name: "regression", kind: "values", count: 3 } as const;
const layers = [12, 5, 3];

test.each<[TestConfig, RegExp]>([
  [{ layers: [13, 3] }, /takes 13 values but a sample has 12: use an input shape of 12 values/u],
  [{ layers: [12, 4], task: three }, /gives 4 values but there are 3 classes: give 3/u],
  [{ layers: [12, 4] }, /it learned 4 classes, the data have 3 classes/u],
  [{ layers, task: numbers }, /it learned 3 numbers per sample, the data have 3 classes/u],
  [{ layers, loss: "cce", output: "sigmoid" }, /cce needs softmax as the last layer, got sigmoid/u],
  [{ layers, loss: "bce", output: "softmax" }, /bce needs sigmoid as the last layer, got softmax/u],
  [{ layers, loss: "bce", output: "linear" }, /bce needs sigmoid as the last layer, got dense/u],
])("says what is wrong with %j", (config, message) => {
  expect(inEnglish(checkModel(testConfig(config), facts))).toMatch(message);
});

test.each<TestConfig>([
  { layers, loss: "cce", output: "softmax" },
  { layers, loss: "bce", output: "sigmoid" },
  { layers, loss: "mse", output: "linear" },
  { layers, loss: "mae", output: "softmax" },
])("finds nothing wrong with %j", (config) => {
  expect(checkModel(testConfig(config), facts)).toBeUndefined();
});

const twoClasses = { featureCount: 12, target: { kind: "classes", count: 2 } } as const;
const binary = { name: "classification", kind: "classes", count: 2 } as const;
const values = { featureCount: 12, target: { kind: "values", count: 1 } } as const;
const number = { name: "regression", kind: "values", count: 1 } as const;

test.each([
  [{ layers: [12, 1], loss: "bce", output: "sigmoid", task: binary }, twoClasses, undefined],
  [{ layers: [12, 2], loss: "cce", output: "softmax", task: binary }, twoClasses, undefined],
  [{ layers: [12, 1], loss: "mse", output: "softmax", task: binary }, twoClasses, /always 1/u],
  [{ layers: [12, 3], loss: "cce", task: binary }, twoClasses, /gives 3 values .* give 1/u],
  [{ layers: [12, 1], loss: "mse", output: "linear", task: number }, values, undefined],
  [{ layers: [12, 1], loss: "mae", output: "linear", task: number }, values, undefined],
  [{ layers: [12, 1], loss: "bce", output: "sigmoid", task: number }, values, /choose mse, mae/u],
  [
    { layers: [12, 2], loss: "mse", output: "linear", task: number },
    values,
    /1 number per sample/u,
  ],
] as const)("of %j for other targets says what is wrong, if anything", (config, data, message) => {
  const found = checkModel(testConfig(config), data);
  expect(found === undefined ? "" : inEnglish(found)).toMatch(message ?? /^$/u);
});
