/** What a run costs, and who is asked or told before it begins. */
import { describe, expect, test } from "vitest";

import { drawDigits } from "../../../../../coordinator/datasets/digits.ts";
import { textDataset } from "../../../../../coordinator/datasets/text/text.ts";
import { prepareRun } from "../../../../../coordinator/run-setup.ts";
import { encodeDataset } from "../../../../../shared/data/canonical.ts";
import { createEngineOver, layOutData } from "../../../../../shared/engine/engine.ts";
import { footprintOf } from "../../../../../shared/engine/footprint.ts";
import { createPlainKernel } from "../../../../../shared/kernels/kernel.ts";
import {
  costOf,
  isLarge,
  largeModelParameters,
  largeRun,
  slowShards,
  tooLarge,
  toldParameters,
} from "../../../../../shared/run/settings/cost.ts";
import { resolveRunConfig } from "../../../../../shared/run/settings/resolve.ts";
import { sayAtTerminal, type Sentence } from "../../../../../shared/words/sentence.ts";
import { testConfig } from "../../../../support/fixtures/run-config.ts";
import { memoryDisk } from "../../../../support/sim/memory-disk.ts";
import { parseCoordinator } from "../../../coordinator/cli/support.ts";

const wide = [784, 5_000, 5_000, 10];
const adam = { name: "adam", learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;
const { dataset: digits } = drawDigits(200, 50);
const digitsBytes = 250 * 785;

describe("a run of 29 million parameters", () => {
  const cost = costOf(testConfig({ layers: wide, optimizer: adam }), digits);
  const parameters = 784 * 5_000 + 5_000 + 5_000 * 5_000 + 5_000 + 5_000 * 10 + 10;

  test("costs memory for 22 copies here and 8 on a worker, 117 MB a message, and seconds of a core", () => {
    expect(cost).toMatchObject({
      parameters,
      coordinatorBytes: 22 * 4 * parameters + digitsBytes,
      messageBytes: 4 * parameters,
      epochSeconds: (6 * (parameters - 10_010) * 200) / 20e9,
    });
    // And the outputs of its layers for a few samples.
    expect(cost.workerBytes / (8 * 4 * parameters)).toBeGreaterThan(1);
    expect(cost.workerBytes / (8 * 4 * parameters)).toBeLessThan(1.01);
  });

  test("is described in one sentence with these figures", () => {
    expect(sayAtTerminal(largeRun({ ...cost, epochSeconds: 104 })!)).toBe(
      "28,980,010 parameters take about 2.6 GB of memory here and 0.9 GB on each worker; every step sends 116 MB to each worker and gets as much back; an epoch takes one core 2 minutes or more",
    );
  });

  test("has shards of a fraction of a second; where a shard takes a fast core 2 s, slow workers are cut off", () => {
    expect(cost.shardSeconds).toBeCloseTo((6 * 28_970_000 * 32) / 20e9, 2);
    expect(slowShards(cost)).toBe(undefined);
    expect(slowShards({ ...cost, shardSeconds: 1.9 })).toBe(undefined);
    expect(sayAtTerminal(slowShards({ ...cost, shardSeconds: 3.73 })!)).toBe(
      "the gradient of one shard takes a fast core 3.7 s, during which a worker answers nothing; one that is silent for 12 s is disconnected, so slow workers will not get through: choose smaller shards or layers",
    );
  });

  test("is one of many sizes: a million parameters need no sentence, and five no question", () => {
    const small = { ...cost, parameters: toldParameters, workerBytes: 1e8 };
    expect(largeRun(small)).toBe(undefined);
    expect(largeRun({ ...small, parameters: toldParameters + 1 })).toBeDefined();
    expect(isLarge({ ...small, parameters: largeModelParameters })).toBe(false);
    expect(isLarge({ ...small, parameters: largeModelParameters + 1 })).toBe(true);
    expect(isLarge({ ...small, workerBytes: 2e9 })).toBe(true);
  });

  test("is refused on a machine that is too small for it", () => {
    expect(tooLarge(cost, undefined)).toBe(undefined);
    expect(tooLarge(cost, 4e9)).toBe(undefined);
    expect(sayAtTerminal(tooLarge(cost, 2e9)!)).toBe(
      "28,980,010 parameters take about 2.6 GB of memory here, and this machine has 2 GB: choose smaller layers",
    );
  });
});

test("parameters that fit, whose sums of a block do not fit into 4 GiB, are refused in one sentence", () => {
  const layers = [784, 9_000, 9_000, 10];
  const many = { ...digits, train: { ...digits.train, count: 8192 } };
  const cost = costOf(testConfig({ layers, batchSize: 8192, shardSize: 1 }), many);
  expect(sayAtTerminal(tooLarge(cost, 1e12)!)).toBe(
    "5.3 GB would be needed in each worker's kernel, which has at most 4.3 GB: choose smaller layers, larger shards or fewer samples",
  );
});

describe("the footprint of a run in a worker, which takes no memory to know", () => {
  const text = textDataset(
    { path: "a.txt", files: 1, bytes: new TextEncoder().encode("abcdefg ".repeat(40)) },
    { context: 6 },
  );
  const alphabet = encodeDataset(text.content).dataset;

  test.each([
    ["mlp", digits, {}],
    ["cnn:dropout=0.5", digits, { augment: "flip" }],
    ["resnet:stages=2", digits, { batchSize: 200 }],
    ["gpt:layers=2,width=16,heads=2,dropout=0.1", alphabet, {}],
    ["mlp", digits, { optimizer: "local-search" }],
  ] as const)("is what an engine allocates: %s", (model, dataset, changes) => {
    const counts = { trainCount: dataset.train.count, testCount: dataset.test.count };
    const facts = { ...dataset, ...counts };
    const config = resolveRunConfig({ given: { model, ...changes }, origins: {} }, facts);
    const kernel = createPlainKernel();
    const floats = Float32Array.from(dataset.train.features);
    const isText = dataset.target.kind === "tokens";
    const train = isText ? dataset.train : { ...dataset.train, features: floats };
    const data = layOutData({ kernel, config, dataset: { ...dataset, train } });
    const before = kernel.arena.byteLength;
    createEngineOver({ kernel, config, data });
    expect(footprintOf(config, counts).thread).toBe(kernel.arena.byteLength - before);
  });
});

describe("before a large run takes any memory", () => {
  const { dataset, bytes } = drawDigits(20, 10);
  const cached = `/cache/digits-v1-20-10.${dataset.sha256}.safetensors`;
  const { options, run } = parseCoordinator(
    `coordinator --dataset digits:20,10 --runs /runs --cache /cache --layers ${wide.join()}`.split(
      " ",
    ),
  );

  function prepare(asksFirst: boolean, told: Sentence[]) {
    const kernel = createPlainKernel();
    kernel.memory.grow = () => {
      throw new RangeError("WebAssembly.Memory.grow(): Maximum memory size exceeded");
    };
    return prepareRun(
      options,
      { ...run, asksFirst },
      {
        kernel,
        disk: memoryDisk(new Map([[cached, bytes]])),
        newRunId: () => "a",
        progress: (said) => told.push(said),
      },
    );
  }

  test("a form is asked", async () => {
    const told: Sentence[] = [];
    await expect(prepare(true, told)).rejects.toThrow(
      /^28,980,010 parameters take .*\. Train it all the same\?$/u,
    );
    expect(told).toEqual([]);
  });

  test("a command line is told, and goes on", async () => {
    const told: Sentence[] = [];
    await expect(prepare(false, told)).rejects.toThrow("there is not enough memory for it");
    expect(told.map(({ code }) => code)).toEqual(["large-run"]);
  });
});
