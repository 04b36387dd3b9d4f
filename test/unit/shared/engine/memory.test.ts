/** What an engine takes: how much of the kernel's memory, and nothing more from step to step. */
import { describe, expect, test } from "vitest";

import { drawDigits } from "../../../../coordinator/datasets/digits.ts";
import { textDataset } from "../../../../coordinator/datasets/text/text.ts";
import { encodeDataset } from "../../../../shared/data/canonical.ts";
import { createEngine } from "../../../../shared/engine/engine.ts";
import { footprintOf } from "../../../../shared/engine/footprint.ts";
import { initialParameters } from "../../../../shared/model/initialize.ts";
import { parameterCount } from "../../../../shared/model/layout.ts";
import { batchSizeOf, planRun, shardCountOf } from "../../../../shared/run/plan.ts";
import { type DatasetFacts, resolveRunConfig } from "../../../../shared/run/settings/resolve.ts";
import { createWasmKernel } from "../../../support/fixtures/kernel-twins.ts";

const mnist = {
  name: "mnist",
  sha256: "0".repeat(64),
  featureCount: 784,
  featureShape: [28, 28],
  target: { kind: "classes", count: 10 },
  trainCount: 60_000,
  testCount: 10_000,
} as const;
const mnistBytes = 70_000 * 785;
const shakespeare = {
  ...mnist,
  name: "shakespeare",
  featureCount: 64,
  featureShape: [64],
  target: { kind: "tokens", count: 65 },
  trainCount: 15_685,
  testCount: 1_742,
} as const;
const shakespeareBytes = 1_115_394;
const wide = [784, 512, 512, 10];

describe("a worker's kernel takes at most 1.3 times its data and the parameters, 2 + depth of the tree", () => {
  test.each([
    ["784-16-16-10", { layers: [784, 16, 16, 10] }, mnist, mnistBytes],
    ["784-512-512-10, batch 64", { layers: wide }, mnist, mnistBytes],
    ["784-512-512-10, batch 4096", { layers: wide, batchSize: 4096 }, mnist, mnistBytes],
    ["784-4096-4096-10, without data", { layers: [784, 4096, 4096, 10] }, mnist, 0],
    ["cnn", { model: "cnn" }, mnist, mnistBytes],
    ["gpt", { model: "gpt" }, shakespeare, shakespeareBytes],
    ["a gpt of 6.4 million", { model: "gpt:layers=8,width=256" }, shakespeare, shakespeareBytes],
  ] as const)("%s", (_, given, facts, dataBytes) => {
    const config = resolveRunConfig({ given, origins: {} }, facts);
    const { point, thread } = footprintOf(config, facts);
    const batch = batchSizeOf(0, config, planRun(config, facts));
    const depth = Math.ceil(Math.log2(shardCountOf(batch, config)));
    const least = dataBytes + 4 * parameterCount(config.model) * (2 + depth);
    expect((point + thread + dataBytes) / least).toBeLessThan(1.3);
  });
});

describe("from the second step on nothing is allocated but a few objects", () => {
  const text = textDataset(
    { path: "a.txt", files: 1, bytes: new TextEncoder().encode("abcdefg ".repeat(400)) },
    { context: 16 },
  );
  const alphabet = encodeDataset(text.content).dataset;
  const { dataset: digits } = drawDigits(200, 50);

  test.each([
    ["mlp", digits, { layers: [784, 64, 64, 10] }],
    ["cnn:channels=4,dropout=0.1", digits, { augment: "shift=2" }],
    ["gpt:layers=2,width=32,heads=2,dropout=0.1", alphabet, {}],
  ] as const)("%s", (model, dataset, changes) => {
    const counts = { trainCount: dataset.train.count, testCount: dataset.test.count };
    const facts: DatasetFacts = { ...dataset, ...counts };
    const given = { model, batchSize: 16, shardSize: 4, ...changes };
    const config = resolveRunConfig({ given, origins: {} }, facts);
    const kernel = createWasmKernel();
    const engine = createEngine({ kernel, config, dataset });
    engine.setParameters(new Uint8Array(initialParameters(config.model, 1).buffer));
    const fullBatches = Math.floor(counts.trainCount / 16);
    const compute = (steps: number) => {
      for (let i = 0; i < steps; i++) {
        engine.compute({ kind: "gradient", step: i % fullBatches, block: { start: 0, end: 4 } });
      }
    };
    compute(40);
    const { byteLength } = kernel.arena;
    const arrays = process.memoryUsage().arrayBuffers;
    const growth = Array.from({ length: 9 }, () => {
      const before = process.memoryUsage().heapUsed;
      compute(4);
      return (process.memoryUsage().heapUsed - before) / 4;
    }).toSorted((a, b) => a - b);
    expect(kernel.arena.byteLength).toBe(byteLength);
    // One array of a few values a step would be seen here, because only a collection frees it.
    expect(process.memoryUsage().arrayBuffers - arrays).toBeLessThan(4096);
    // A kilobyte or two for each of 16 samples: views, results, the draws of dropout.
    expect(growth[4]).toBeLessThan(64_000);
  });
});
