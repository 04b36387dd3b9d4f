/** A run on a text: one fingerprint whoever computes, each epoch on other windows, and figures from the root. */
import { describe, expect, test } from "vitest";

import { fingerprintOf } from "../../../../coordinator/storage/checkpoint.ts";
import { evaluateModel } from "../../../../coordinator/tools/evaluation.ts";
import { createEngine } from "../../../../shared/engine/engine.ts";
import { createPlainKernel } from "../../../../shared/kernels/kernel.ts";
import { initialParameters } from "../../../../shared/model/initialize.ts";
import type { RunConfig } from "../../../../shared/run/config.ts";
import { countsOf, epochOffset, epochOrder, planRun } from "../../../../shared/run/plan.ts";
import { tokenMetrics } from "../../../../shared/tasks/token-metrics.ts";
import { createWasmKernel, floatsOf } from "../../../support/fixtures/kernel-twins.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";
import {
  context,
  tinyGpt,
  tinyText,
  tokenCount,
} from "../../../support/fixtures/tasks/tiny-text.ts";
import { DirectRun } from "../../../support/trainers/direct-run.ts";
import { plainGradient, plainLoss } from "../../../support/trainers/plain-network.ts";
import { trainSequentially } from "../../../support/trainers/sequential-trainer.ts";

const dataset = tinyText();
const adam = { name: "adam", learningRate: 0.02, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;
const config: RunConfig = {
  ...testConfig({ batchSize: 10, shardSize: 3, epochs: 15, optimizer: adam }),
  task: { name: "language", kind: "tokens", count: tokenCount },
  model: tinyGpt,
};

function train(workers: number, more: object = {}): DirectRun {
  const direct = new DirectRun({
    config,
    dataset,
    createKernel: createWasmKernel,
    workers,
    ...more,
  });
  expect(direct.finish().kind).toBe("finished");
  return direct;
}

describe("a run on a text", () => {
  const once = train(1);
  const fingerprint = fingerprintOf(once.store.parameters);

  test.each([
    [2, "quorum"],
    [3, "none"],
    [5, "sample"],
  ])("has one result with %i workers under %s", (workers, audit) => {
    const direct = train(workers, { audit });
    expect(fingerprintOf(direct.store.parameters)).toBe(fingerprint);
    expect(direct.run.progress.test).toEqual(once.run.progress.test);
    expect(direct.expelled).toEqual([]);
  });

  test("has the same on the plain kernel", () => {
    const direct = train(1, { createKernel: createPlainKernel });
    expect(fingerprintOf(direct.store.parameters)).toBe(fingerprint);
  });

  test("is what the sequential trainer computes, with the sums of its metrics", () => {
    const expected = trainSequentially(config, dataset);
    expect(fingerprint).toBe(fingerprintOf(expected.parameters));
    expect(once.run.progress.test?.loss).toBe(expected.testLoss);
    expect(once.run.progress.test?.sums).toEqual([...expected.sums]);
  });

  test("has the figures that promedio evaluate finds, to the last digit", () => {
    const model = { config, parameters: once.store.parameters };
    const { test: measured } = once.run.progress;
    expect(evaluateModel(createWasmKernel(), model, dataset)).toMatchObject({
      testLoss: measured?.loss,
      testMetrics: measured?.metrics,
    });
  });

  test("continues from its first epochs to the same bits", () => {
    expect(once.snapshots).toHaveLength(14);
    for (const resume of once.snapshots.slice(0, 5)) {
      expect(fingerprintOf(train(2, { resume }).store.parameters)).toBe(fingerprint);
    }
  });

  test("learns: the loss of the test split is that of a float64 network, and far below a guess", () => {
    const { test: evaluation } = once.run.progress;
    const tokens = [...dataset.test.features];
    const losses = Array.from({ length: dataset.test.count }, (_, i) =>
      plainLoss(config, Float64Array.from(once.store.parameters), sampleAt(tokens, i * context)),
    );
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length / context;
    expect(dataset.test.count).toBe(9);
    expect(evaluation?.loss).toBeCloseTo(mean, 4);
    expect(mean).toBeLessThan(1);
    const { perplexity, accuracy = 0 } = evaluation?.metrics ?? {};
    expect(perplexity).toBeCloseTo(Math.exp(mean), 3);
    expect(accuracy).toBeGreaterThan(0.6);
    expect(evaluation?.sums[2]).toBe(9 * context);
    expect(evaluation?.sums).toHaveLength(tokenMetrics.sumCount);
  });
});

/** The tokens from `first` on, and rows with a 1 at the one after each. */
function sampleAt(tokens: readonly number[], first: number) {
  const label = tokens
    .slice(first + 1, first + 1 + context)
    .flatMap((token) => Array.from({ length: tokenCount }, (_, o) => (o === token ? 1 : 0)));
  return { features: tokens.slice(first, first + context), label };
}

describe("an epoch", () => {
  const plan = planRun(config, countsOf(dataset));
  const tokens = [...dataset.train.features];

  test("moves the windows of the training split by its own offset below the context", () => {
    const offsets = Array.from({ length: 200 }, (_, epoch) => epochOffset(epoch, config));
    expect(new Set(offsets)).toEqual(new Set([0, 1, 2, 3, 4, 5]));
    expect(offsets).toEqual(offsets.map((_, epoch) => epochOffset(epoch, { ...config, steps: 9 })));
    // The last window of the largest offset ends with the split.
    const { count } = dataset.train;
    const end = Math.max(...offsets) + count * context;
    expect(end).toBeLessThan(tokens.length);
    expect(end + context).toBeGreaterThan(tokens.length - context);
    expect(epochOffset(3, testConfig({}))).toBe(0);
  });

  test("has in its first batch the gradient of the windows that it moved", () => {
    const epoch = 2;
    const parameters = initialParameters(tinyGpt, 3);
    const engine = createEngine({ kernel: createWasmKernel(), config, dataset });
    engine.setParameters(new Uint8Array(parameters.buffer));
    const step = epoch * plan.stepsPerEpoch;
    const block = { start: 0, end: 4 };
    const values = floatsOf(engine.compute({ kind: "gradient", step, block }).values);
    const offset = epochOffset(epoch, config);
    expect(offset).toBeGreaterThan(0);
    const samples = [...epochOrder(epoch, config, plan).subarray(0, 10)].map((window) =>
      sampleAt(tokens, offset + window * context),
    );
    const expected = plainGradient(config, Float64Array.from(parameters), samples);
    const scale = Math.max(...expected.map(Math.abs));
    for (const [i, value] of expected.entries()) {
      expect(Math.abs(value / context - values[i]!) / scale).toBeLessThan(1e-5);
    }
  });
});
