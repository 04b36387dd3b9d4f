/** @file Runs with local steps: the same bits whoever computes the replicas, and as the sequential trainer computes them. */
import { describe, expect, test } from "vitest";

import { fingerprintOf } from "../../../../coordinator/storage/checkpoint.ts";
import { createPlainKernel, instantiateKernel } from "../../../../shared/kernels/kernel.ts";
import { Random } from "../../../../shared/random.ts";
import type { RunConfig } from "../../../../shared/run/config.ts";
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
const localSteps = { steps: 2, replicas: 5, outerLearningRate: 0.7, outerMomentum: 0.9 };

function config(changes: Partial<RunConfig> = {}): RunConfig {
  const base = testConfig({ layers: [12, 5, 3], batchSize: 12, shardSize: 2, localSteps });
  return { ...base, epochs: 3, ...changes };
}

function train(changes: Partial<RunConfig>, workers: number, choose?: (count: number) => number) {
  const options = { config: config(changes), dataset, createKernel, workers };
  return trainDirectly(choose === undefined ? options : { ...options, choose });
}

describe("fingerprint with local steps", () => {
  test.each(gradientOptimizers)(
    "$name gives the sequential trainer's parameters with 1, 3 and 8 workers",
    (optimizer) => {
      const expected = fingerprintOf(trainSequentially(config({ optimizer }), dataset).parameters);
      for (const workers of [1, 3, 8]) {
        expect(train({ optimizer }, workers).fingerprint).toBe(expected);
      }
    },
  );

  const rounded = (["float16", "int8"] as const).flatMap((wire) =>
    gradientOptimizers.map((optimizer) => ({ optimizer, wire })),
  );

  test.each(rounded)(
    "$optimizer.name in $wire is the sequential trainer's, with 1, 3 and 8 workers and a frozen layer",
    (form) => {
      const changes = { ...form, freeze: 1 } as const;
      const expected = trainSequentially(config(changes), dataset);
      for (const workers of [1, 3, 8]) {
        const { fingerprint, direct } = train(changes, workers);
        expect(fingerprint).toBe(fingerprintOf(expected.parameters));
        expect(direct.run.progress.evaluation?.loss).toBe(expected.testLoss);
      }
    },
  );

  test.each([
    ["one exchange per epoch", { localSteps: { ...localSteps, steps: 6 } }],
    ["an exchange after each batch", { localSteps: { ...localSteps, steps: 1 } }],
    ["one replica", { localSteps: { ...localSteps, replicas: 1 } }],
    // The last batch of an epoch has 10 samples.
    ["replicas without samples", { localSteps: { ...localSteps, replicas: 12 } }],
    ["an end within an epoch", { steps: 7 }],
    ["a frozen layer, which stays as it is in every tensor", { freeze: 1, l1: 0.001 }],
    ["a sum as loss, clipped", { loss: { name: "cce", reduction: "sum" }, clipNorm: 0.5 }],
  ] satisfies [string, Partial<RunConfig>][])("%s: the sequential trainer's", (_, changes) => {
    const adam = gradientOptimizers.find(({ name }) => name === "adam")!;
    const given = { optimizer: adam, weightDecay: 0.01, ...changes };
    const expected = trainSequentially(config(given), dataset);
    const { fingerprint, direct } = train(given, 3);
    expect(fingerprint).toBe(fingerprintOf(expected.parameters));
    expect(direct.run.progress.evaluation?.loss).toBe(expected.testLoss);
  });

  test("rates and their decay count inner steps: warm-up, cosine and a plain kernel give the same bits", () => {
    const schedule = {
      name: "cosine",
      warmupSteps: 5,
      decayEpochs: 1,
      decayFactor: 1,
      finalFraction: 0.1,
      restarts: [9],
    } satisfies RunConfig["schedule"];
    const options = { config: config({ schedule }), dataset, createKernel: createPlainKernel };
    const direct = new DirectRun({ ...options, workers: 2 });
    direct.finish();
    const expected = trainSequentially(config({ schedule }), dataset);
    expect(fingerprintOf(direct.store.parameters)).toBe(fingerprintOf(expected.parameters));
    expect(direct.store.parameters).not.toEqual(train({}, 1).direct.store.parameters);
  });

  test("points in int8 are sent while the store's memory still grows, and after a resume", () => {
    // Large enough that what is allocated for the first point needs more pages.
    const model = testConfig({ layers: [12, 900, 3] }).model;
    const changes = { optimizer: gradientOptimizers[4]!, wire: "int8", model, epochs: 2 } as const;
    const expected = fingerprintOf(trainSequentially(config(changes), dataset).parameters);
    const { direct, fingerprint } = train(changes, 2);
    expect(fingerprint).toBe(expected);
    const options = { config: config(changes), dataset, createKernel, workers: 1 };
    const again = new DirectRun({ ...options, resume: direct.snapshots[0]! });
    again.finish();
    expect(fingerprintOf(again.store.parameters)).toBe(expected);
  });

  test("random orders of arrival, joins and leaves change no bit", () => {
    const expected = train({}, 1).fingerprint;
    for (let seed = 0; seed < cases(30); seed++) {
      const random = new Random(seed);
      const choose = (count: number) => random.below(count);
      const direct = new DirectRun({ config: config(), dataset, createKernel, workers: 1, choose });
      finishInAnyOrder(direct, random, 6);
      expect(fingerprintOf(direct.store.parameters), `seed ${seed}`).toBe(expected);
    }
  });

  test.each(gradientOptimizers)(
    "$name resumed from each checkpoint ends like one run",
    (optimizer) => {
      const { direct, fingerprint } = train({ optimizer }, 2);
      expect(direct.snapshots).toHaveLength(2);
      for (const resume of direct.snapshots) {
        const options = { config: config({ optimizer }), dataset, createKernel, resume };
        const again = new DirectRun({ ...options, workers: 3 });
        again.finish();
        expect(fingerprintOf(again.store.parameters)).toBe(fingerprint);
      }
    },
  );
});

describe("one replica, one local step, outer rate 1 and momentum 0", () => {
  const plain = { steps: 1, replicas: 1, outerLearningRate: 1, outerMomentum: 0 };

  test.each(gradientOptimizers)(
    "$name is the run without local steps, bit for bit",
    (optimizer) => {
      const given = { optimizer, weightDecay: 0.01, clipNorm: 0.3 };
      const { fingerprint, direct } = train({ ...given, localSteps: plain }, 2);
      const synchronous = train({ ...given, localSteps: null }, 3);
      expect(fingerprint).toBe(synchronous.fingerprint);
      expect(direct.run.step).toBe(synchronous.direct.run.step);
    },
  );
});

describe("an audit of replicas", () => {
  test.each(["sample", "quorum"] as const)("%s expels a liar, and the bits are right", (audit) => {
    const expected = train({}, 1).fingerprint;
    const options = { config: config(), dataset, createKernel, workers: 3, audit };
    const direct = new DirectRun({
      ...options,
      tell: (workerId, told) => {
        if (workerId !== "w2" || told.message.type !== "replica") return told;
        const tensor = told.tensor.slice();
        tensor[0]! ^= 1;
        return { ...told, tensor };
      },
    });
    direct.finish();
    expect(direct.expelled.map(({ workerId }) => workerId)).toEqual(["w2"]);
    expect(fingerprintOf(direct.store.parameters)).toBe(expected);
  });
});

test("replicas that diverge end the run with a reason, and the last committed parameters stay", () => {
  const { outcome, direct } = train({ optimizer: { name: "sgd", learningRate: 1e38 } }, 2);
  const reason: unknown = expect.objectContaining({ code: "step-diverged" });
  expect(outcome).toEqual({ kind: "failed", snapshot: direct.run.snapshot(), reason });
  expect(direct.store.parameters.every((value) => Number.isFinite(value))).toBe(true);
});
