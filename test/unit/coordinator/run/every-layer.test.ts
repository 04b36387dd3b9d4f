/** Whole runs of every kind of layer: the bits of the sequential trainer, whoever computes. */
import { describe, expect, test } from "vitest";

import { fingerprintOf } from "../../../../coordinator/storage/checkpoint.ts";
import { createPlainKernel } from "../../../../shared/kernels/kernel.ts";
import { sizeOf } from "../../../../shared/model/layer-kind.ts";
import { layerKinds } from "../../../../shared/model/layer-kinds.ts";
import { modelSchema } from "../../../../shared/model/model-schema.ts";
import { drawDataset } from "../../../support/fixtures/drawn-dataset.ts";
import { createWasmKernel } from "../../../support/fixtures/kernel-twins.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";
import { DirectRun } from "../../../support/trainers/direct-run.ts";
import { trainSequentially } from "../../../support/trainers/sequential-trainer.ts";

const classCount = 3;

describe.each(Object.entries(layerKinds))("a network with a layer %s", (_, { example }) => {
  const { inputShape, layers } = example;
  const last = [{ kind: "dense", units: classCount }, { kind: "softmax" }];
  const config = testConfig({
    layers: [sizeOf(inputShape), classCount],
    batchSize: 7,
    shardSize: 2,
    epochs: 2,
    optimizer: { name: "adam", learningRate: 0.05, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  });
  const model = modelSchema.parse({ inputShape, layers: [...layers, ...last] });
  const given = { ...config, model };
  const drawn = { trainCount: 17, testCount: 5, classCount, form: "floats" } as const;
  const dataset = drawDataset({ ...drawn, featureCount: sizeOf(inputShape) });
  const expected = trainSequentially(given, dataset);

  test.each([
    [1, createWasmKernel],
    [3, createWasmKernel],
    [2, createPlainKernel],
  ])(
    "gives the sequential trainer's parameters and loss with %i workers",
    (workers, createKernel) => {
      const direct = new DirectRun({ config: given, dataset, createKernel, workers });
      direct.finish();
      expect(fingerprintOf(direct.store.parameters)).toBe(fingerprintOf(expected.parameters));
      expect(direct.events.findLast(({ event }) => event === "epoch")).toMatchObject({
        testLoss: expected.testLoss,
      });
    },
  );
});
