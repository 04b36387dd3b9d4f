import { expect, test } from "vitest";

import type { Dataset } from "../../../../shared/data/dataset.ts";
import { checkModel } from "../../../../shared/model/check.ts";
import { inEnglish } from "../../../../test/support/fixtures/in-english.ts";
import { testConfig, type TestConfig } from "../../../support/fixtures/run-config.ts";

const facts: Pick<Dataset, "featureCount" | "target"> = {
  featureCount: 12,
  target: { kind: "classes", count: 3 },
};
const layers = [12, 5, 3];

test.each<[TestConfig, RegExp]>([
  [{ layers: [13, 3] }, /takes 13 values but a sample has 12: use an input shape of 12 values/u],
  [{ layers: [12, 4] }, /gives 4 values but there are 3 classes/u],
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
