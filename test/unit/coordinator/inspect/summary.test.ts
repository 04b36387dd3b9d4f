import { expect, test } from "vitest";

import { summaryLines, trafficOf } from "../../../../coordinator/inspect/summary.ts";
import { modelSchema } from "../../../../shared/model/model-schema.ts";
import { sayInEnglish } from "../../../../shared/words/sentence.ts";
import { type TestConfig, testConfig } from "../../../support/fixtures/run-config.ts";

test("a summary has a line a layer with shape, parameters and arithmetic, and their sums", () => {
  const model = modelSchema.parse({
    inputShape: [28, 28],
    layers: [
      { kind: "conv2d", channels: 16, kernel: 3, stride: 1, padding: "same" },
      { kind: "residual", layers: [{ kind: "relu" }] },
      { kind: "flatten" },
      { kind: "dense", units: 10 },
    ],
  });
  expect(summaryLines(model).map((line) => line.replaceAll(/ {2,}/gu, " | "))).toEqual([
    "layer | output shape | parameters | multiply-adds per sample",
    "input | 28 × 28",
    "0 | conv2d 16 3 1 same | 28 × 28 × 16 | 160 | 112,896",
    "1 | residual (relu) | 28 × 28 × 16 | 0 | 0",
    "2 | flatten | 12544 | 0 | 0",
    "3 | dense 10 | 10 | 125,450 | 125,440",
    "total | 125,610 | 238,336",
  ]);
});

test("it says what a step sends: the parameters, or with local steps the state, and how much less that is", () => {
  const counts = { trainCount: 60_000, testCount: 10_000 };
  const adam = {
    name: "adam",
    learningRate: 0.01,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
  } as const;
  const localSteps = { steps: 50, replicas: 8, outerLearningRate: 0.7, outerMomentum: 0.5 };
  const said = (changes: TestConfig) => sayInEnglish(trafficOf(testConfig(changes), counts));
  expect(said({})).toBe("a step sends 52 kB to each worker and gets as much back for each block");
  expect(said({ optimizer: adam, localSteps })).toBe(
    "a step of at least 52 batches sends 156 kB to each worker and gets as much back: 17.4 times fewer bytes than without local steps",
  );
  expect(said({ localSteps })).toContain("52.1 times fewer bytes");
});
