import { describe, expect, test } from "vitest";

import { createStore } from "../../../../coordinator/run/create-run.ts";
import { fingerprintOf } from "../../../../coordinator/storage/checkpoint.ts";
import { createPlainKernel, instantiateKernel } from "../../../../shared/kernels/kernel.ts";
import { Arena } from "../../../../shared/kernels/memory.ts";
import { denseModel } from "../../../../shared/model/dense-model.ts";
import { initialParameters } from "../../../../shared/model/initialize.ts";
import { frozenPart, layoutOf } from "../../../../shared/model/layout.ts";
import { Random } from "../../../../shared/random.ts";
import type { RunConfig } from "../../../../shared/run/config.ts";
import { sayAtTerminal, type Sentence } from "../../../../shared/words/sentence.ts";
import { cases } from "../../../support/fixtures/effort.ts";
import { loadKernelWasm } from "../../../support/fixtures/kernel-wasm.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";
import { gradientOptimizers } from "../../../support/fixtures/store-fixture.ts";
import { tinyDataset } from "../../../support/fixtures/tiny-dataset.ts";
import {
  DirectRun,
  finishInAnyOrder,
  trainDirectly,
} from "../../../support/trainers/direct-run.ts";
import { trainSequentially } from "../../../support/trainers/sequential-trainer.ts";

const wasm = await loadKernelWasm();
const createKernel = () => instantiateKernel(wasm);
const dataset = tinyDataset();

function config(changes: Partial<RunConfig> = {}): RunConfig {
  const base = testConfig({ layers: [12, 5, 3], batchSize: 20, shardSize: 3 });
  return { ...base, epochs: 3, ...changes };
}

function train(changes: Partial<RunConfig>, workers: number, choose?: (count: number) => number) {
  const options = { config: config(changes), dataset, createKernel, workers };
  return trainDirectly(choose === undefined ? options : { ...options, choose });
}

describe("fingerprint", () => {
  const localSearch = { name: "local-search", candidates: 6, sigma: 0.05 } as const;

  test.each([...gradientOptimizers, localSearch])(
    "$name gives the sequential trainer's parameters with 1, 2, 3 and 5 workers",
    (optimizer) => {
      const expected = fingerprintOf(trainSequentially(config({ optimizer }), dataset).parameters);
      for (const workers of [1, 2, 3, 5]) {
        expect(train({ optimizer }, workers).fingerprint).toBe(expected);
      }
    },
  );

  test.each([
    ["cce", "softmax", "sigmoid"],
    ["bce", "sigmoid", "tanh"],
    ["mse", "sigmoid", "relu"],
    ["mse", "softmax", "sigmoid"],
    ["mae", "linear", "tanh"],
    ["mae", "relu", "linear"],
    ["mse", "tanh", "relu"],
  ] as const)("%s on %s with %s inside is the sequential trainer's", (name, output, activation) => {
    const changes: Partial<RunConfig> = {
      loss: { name, reduction: "mean" },
      model: denseModel({ widths: [12, 5, 4, 3], activation, output }),
    };
    const expected = trainSequentially(config(changes), dataset);
    const { fingerprint, direct } = train(changes, 3);
    expect(fingerprint).toBe(fingerprintOf(expected.parameters));
    const evaluation = direct.run.progress.evaluation!;
    expect(evaluation.metrics["accuracy"]).toBe(expected.testAccuracy);
    expect(evaluation.loss).toBe(expected.testLoss);
    expect(evaluation.sums).toEqual([...expected.sums]);
  });

  test.each([1, 7, 70])(
    "batches of %i, the last one smaller, are the sequential trainer's",
    (batchSize) => {
      const changes = { batchSize, epochs: batchSize === 1 ? 1 : 3 };
      const expected = fingerprintOf(trainSequentially(config(changes), dataset).parameters);
      expect(train(changes, 4).fingerprint).toBe(expected);
    },
  );

  test("the literal sum, weight decay, L1, clipping, normal weights, warm-up and cosine are the sequential trainer's", () => {
    const changes: Partial<RunConfig> = {
      loss: { name: "cce", reduction: "sum" },
      optimizer: { name: "nag", learningRate: 0.01, beta: 0.9 },
      schedule: {
        name: "cosine",
        warmupSteps: 3,
        decayEpochs: 1,
        decayFactor: 1,
        finalFraction: 0.1,
        restarts: [],
      },
      weightDecay: 0.01,
      l1: 0.003,
      initWeights: "glorot-normal",
      clipNorm: 2,
    };
    const expected = fingerprintOf(trainSequentially(config(changes), dataset).parameters);
    expect(train(changes, 2).fingerprint).toBe(expected);
  });

  test.each<RunConfig["optimizer"]>([
    { name: "nag", learningRate: 0.1, beta: 0.9 },
    {
      name: "adamw",
      learningRate: 0.01,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      decoupledDecay: 0.1,
    },
  ])(
    "$name with the first layer frozen keeps its bits and is the sequential trainer's",
    (optimizer) => {
      const changes: Partial<RunConfig> = { optimizer, freeze: 1, weightDecay: 0.01, l1: 0.001 };
      const frozen = config(changes);
      const expected = fingerprintOf(trainSequentially(frozen, dataset).parameters);
      for (const workers of [1, 3]) {
        const direct = new DirectRun({ config: frozen, dataset, createKernel, workers });
        direct.finish();
        expect(fingerprintOf(direct.store.parameters)).toBe(expected);
        const { parameterCount } = frozenPart(layoutOf(frozen.model), 1);
        const initial = initialParameters(frozen.model, frozen.seed);
        expect(parameterCount).toBeGreaterThan(0);
        expect(direct.store.parameters.slice(0, parameterCount)).toEqual(
          initial.slice(0, parameterCount),
        );
        expect(direct.store.parameters.slice(parameterCount)).not.toEqual(
          initial.slice(parameterCount),
        );
        for (const state of direct.store.state.values()) {
          expect(state.slice(0, parameterCount)).toEqual(new Float32Array(parameterCount));
        }
      }
    },
  );

  test.each(["cce", "bce", "mse", "mae"] as const)(
    "%s with smoothed labels and weighted classes is the sequential trainer's, for 1 and 3 workers",
    (loss) => {
      const changes = testConfig({ loss, output: loss === "cce" ? "softmax" : "sigmoid" });
      const smooth = config({
        loss: changes.loss,
        labelSmoothing: 0.1,
        classWeights: [0.3, 2, 1],
        epochs: 1,
      });
      const { model } = smooth;
      const layers = [...model.layers.slice(0, -1), changes.model.layers.at(-1)!];
      const final = { ...smooth, model: { ...model, layers } };
      const expected = trainSequentially(final, dataset);
      for (const workers of [1, 3]) {
        const direct = new DirectRun({ config: final, dataset, createKernel, workers });
        direct.finish();
        expect(fingerprintOf(direct.store.parameters)).toBe(fingerprintOf(expected.parameters));
        expect(direct.run.progress.evaluation?.loss).toBe(expected.testLoss);
      }
    },
  );

  test("the best epoch is kept also if no checkpoint is due then, and no other is", () => {
    const optimizer = { name: "sgd", learningRate: 4 } as const;
    const direct = new DirectRun({
      config: config({ optimizer, epochs: 12 }),
      dataset,
      createKernel,
      workers: 1,
      wantsSnapshot: () => false,
    });
    direct.finish();
    let least = Number.POSITIVE_INFINITY;
    const losses = direct.events.flatMap((event) => (event.event === "epoch" ? [event] : []));
    const best = losses.flatMap(({ step, testLoss }) => {
      const isBest = testLoss !== null && testLoss < least;
      if (isBest) least = testLoss;
      return isBest && step < direct.run.plan.totalSteps ? [step] : [];
    });
    expect(best.length).toBeGreaterThan(1);
    expect(best.length).toBeLessThan(losses.length - 2);
    expect(direct.snapshots.map(({ step, isBest }) => [step, isBest])).toEqual(
      best.map((step) => [step, true]),
    );
  });

  test("the plain twins train to the same bits as the SIMD kernel", () => {
    const direct = new DirectRun({
      config: config(),
      dataset,
      createKernel: createPlainKernel,
      workers: 2,
    });
    direct.finish();
    expect(fingerprintOf(direct.store.parameters)).toBe(train({}, 1).fingerprint);
  });

  test("random orders of arrival, joins and leaves change no bit", () => {
    const expected = train({}, 1).fingerprint;
    for (let seed = 0; seed < cases(50); seed++) {
      const random = new Random(seed);
      const choose = (count: number) => random.below(count);
      const direct = new DirectRun({ config: config(), dataset, createKernel, workers: 1, choose });
      finishInAnyOrder(direct, random, 10);
      expect(fingerprintOf(direct.store.parameters), `seed ${seed}`).toBe(expected);
    }
  });

  test("a run resumed from each of its checkpoints ends like the uninterrupted one", () => {
    const { direct, fingerprint } = train({}, 2);
    expect(direct.snapshots).toHaveLength(2);
    for (const resume of direct.snapshots) {
      const again = new DirectRun({ config: config(), dataset, createKernel, workers: 3, resume });
      again.finish();
      expect(fingerprintOf(again.store.parameters)).toBe(fingerprint);
    }
  });
});

describe("a run that can't continue", () => {
  test("fails with a reason when the parameters diverge, and keeps the last committed ones", () => {
    const { outcome, direct } = train(
      {
        optimizer: { name: "sgd", learningRate: 1e38 },
        loss: { name: "mse", reduction: "mean" },
        model: denseModel({ widths: [12, 5, 3], activation: "linear", output: "linear" }),
      },
      2,
    );
    const reason: unknown = expect.objectContaining({ code: "step-diverged" });
    expect(outcome).toEqual({ kind: "failed", snapshot: direct.run.snapshot(), reason });
    expect(direct.store.parameters.every((value) => Number.isFinite(value))).toBe(true);
  });
});

test("a run whose sums find no room ends with a sentence that says so", () => {
  const wide = testConfig({ layers: [12, 3], batchSize: 20, shardSize: 2, epochs: 2 });
  const { kernel } = createStore({ kernel: createPlainKernel(), config: wide, dataset });
  let kernels = 0;
  // The first kernel is the coordinator's. It has room for its parameters, and for one sum of them.
  const createLimited = () => {
    const plain = createPlainKernel();
    const end = 1024 + kernel.arena.byteLength + 4 * 64;
    const arena = new Arena(plain.memory, { start: 1024, end });
    return kernels++ === 0 ? { ...plain, arena } : plain;
  };
  const direct = new DirectRun({ config: wide, dataset, createKernel: createLimited, workers: 3 });
  const outcome = direct.finish();
  expect(outcome).toMatchObject({ kind: "failed" });
  const { reason } = outcome as { reason: Sentence };
  expect(sayAtTerminal(reason)).toMatch(
    /^there is not enough memory for the sums of step 1: it needs .* at most .*; choose smaller layers or larger shards$/u,
  );
});
