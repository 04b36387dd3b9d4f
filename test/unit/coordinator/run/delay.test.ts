/** @file Runs whose gradients are one step late: the sequential trainer's bits, for any workers in any order. */
import { describe, expect, test } from "vitest";

import type { RunSnapshot } from "../../../../coordinator/run/world.ts";
import { fingerprintOf } from "../../../../coordinator/storage/checkpoint.ts";
import { createPlainKernel, instantiateKernel } from "../../../../shared/kernels/kernel.ts";
import { denseModel } from "../../../../shared/model/dense-model.ts";
import { Random } from "../../../../shared/random.ts";
import type { RunConfig } from "../../../../shared/run/config.ts";
import { cases } from "../../../support/fixtures/effort.ts";
import { loadKernelWasm } from "../../../support/fixtures/kernel-wasm.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";
import {
  applyGradient,
  createStore,
  gradientOptimizers,
} from "../../../support/fixtures/store-fixture.ts";
import { tinyDataset } from "../../../support/fixtures/tiny-dataset.ts";
import {
  DirectRun,
  type DirectRunOptions,
  finishInAnyOrder,
  type Told,
  trainDirectly,
} from "../../../support/trainers/direct-run.ts";
import { trainSequentially } from "../../../support/trainers/sequential-trainer.ts";

const wasm = await loadKernelWasm();
const createKernel = () => instantiateKernel(wasm);
const dataset = tinyDataset();

/** Epochs of 4 steps, the last one with 10 samples. */
function config(changes: Partial<RunConfig> = {}): RunConfig {
  const base = testConfig({ layers: [12, 5, 3], batchSize: 20, shardSize: 3, delay: 1 });
  return { ...base, epochs: 3, ...changes };
}

type Options = Partial<DirectRunOptions>;

function start(changes: Partial<RunConfig>, workers: number, options: Options = {}): DirectRun {
  return new DirectRun({ config: config(changes), dataset, createKernel, workers, ...options });
}

function train(changes: Partial<RunConfig>, workers: number, options: Options = {}) {
  return trainDirectly({ config: config(changes), dataset, createKernel, workers, ...options });
}

function expected(changes: Partial<RunConfig> = {}): string {
  return fingerprintOf(trainSequentially(config(changes), dataset).parameters);
}

describe("a run with a delay of 1", () => {
  test.each(gradientOptimizers)(
    "of $name is the sequential trainer's with 1, 2, 3 and 5 workers, and not that without delay",
    (optimizer) => {
      const changes = { optimizer, weightDecay: 0.01, clipNorm: 0.5 };
      for (const workers of [1, 2, 3, 5]) {
        expect(train(changes, workers).fingerprint).toBe(expected(changes));
      }
      expect(expected(changes)).not.toBe(expected({ ...changes, delay: 0 }));
    },
  );

  test.each([
    ["batches of 1 sample", { batchSize: 1, shardSize: 1, epochs: 1 }],
    ["one batch in an epoch", { batchSize: 70, epochs: 6 }],
    ["a single step", { steps: 1 }],
    ["two steps", { steps: 2 }],
    ["an end within an epoch", { steps: 7 }],
    ["a frozen layer", { freeze: 1, l1: 0.001 }],
    ["float16", { wire: "float16", optimizer: { name: "nag", learningRate: 0.1, beta: 0.9 } }],
    ["int8", { wire: "int8", optimizer: { name: "nag", learningRate: 0.1, beta: 0.9 } }],
  ] satisfies [string, Partial<RunConfig>][])(
    "with %s is the sequential trainer's",
    (_, changes) => {
      const sequential = trainSequentially(config(changes), dataset);
      const { fingerprint, direct } = train(changes, 3);
      expect(fingerprint).toBe(fingerprintOf(sequential.parameters));
      expect(direct.run.progress.evaluation?.loss).toBe(sequential.testLoss);
    },
  );

  test("gives the same bits in random orders of arrival, joins and leaves, by every policy of the audit", () => {
    for (let seed = 0; seed < cases(50); seed++) {
      const random = new Random(seed);
      const choose = (count: number) => random.below(count);
      const audit = (["none", "sample", "quorum"] as const)[seed % 3]!;
      const direct = start({}, 1, { choose, audit });
      finishInAnyOrder(direct, random, 10);
      expect(direct.expelled).toEqual([]);
      expect(fingerprintOf(direct.store.parameters), `seed ${seed}`).toBe(expected());
    }
  });

  test("gives the same bits on the plain kernel", () => {
    expect(train({}, 2, { createKernel: createPlainKernel }).fingerprint).toBe(expected());
  });

  const resumable: readonly Partial<RunConfig>[] = [
    ...gradientOptimizers.map((optimizer) => ({ optimizer })),
    { wire: "int8" },
  ];

  test.each(resumable)(
    "of $optimizer.name $wire resumed from any step ends like the other",
    (changes) => {
      const snapshots = new Map<number, RunSnapshot>();
      const whole = start(changes, 2);
      do snapshots.set(whole.run.step, whole.run.snapshot());
      while (whole.work());
      expect([...snapshots.keys()]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
      for (const resume of snapshots.values()) {
        expect(train(changes, 3, { resume }).fingerprint).toBe(expected(changes));
      }
    },
  );

  test("asks for two steps at once, and for the next one as soon as the first of them is over", () => {
    let asked = 0;
    const carried = (type: string) => void (asked += Number(type === "work"));
    const direct = start({ epochs: 1 }, 1, { carried });
    const askedAfter = (step: number) => {
      while (direct.run.step < step) direct.work();
      return asked;
    };
    // The step after the last one of an epoch waits until that is evaluated.
    expect([0, 1, 2, 3, 4].map(askedAfter)).toEqual([2, 3, 4, 4, 4]);
  });

  test("expels a liar whatever step it lies in, and computes both open steps again", () => {
    for (const [index, audit] of (["sample", "quorum"] as const).entries()) {
      for (let step = 0; step < 6; step++) {
        const random = new Random(step, index);
        const choose = (count: number) => random.below(count);
        const tell = (workerId: string, told: Told) => lie(workerId, told, step);
        const { direct, fingerprint } = train({}, 3, { audit, choose, tell });
        expect(direct.expelled.map(({ workerId }) => workerId)).toEqual(["w2"]);
        expect(fingerprint).toBe(expected());
      }
    }
  });

  test("stops early at the same step with the same parameters for 1 and 4 workers", () => {
    const withValidation = { ...dataset, validation: dataset.test };
    const changes: Partial<RunConfig> = { patience: 1, epochs: 30, optimizer: tooFast };
    const ends = [1, 4].map((workers) => {
      const { direct } = train(changes, workers, { dataset: withValidation });
      return [direct.run.step, fingerprintOf(direct.store.parameters)];
    });
    expect(ends[0]![0]).toBeLessThan(120);
    expect(ends[1]).toEqual(ends[0]);
  });

  test("times its steps without counting the time of two open ones twice", () => {
    const { direct } = train({ epochs: 1 }, 1);
    // A worker's turn is 1 ms; 4 steps of it, and the evaluation.
    expect(direct.run.progress.trainingMs).toBe(4);
  });
});

describe("a run with a delay that diverges", () => {
  const linear = denseModel({ widths: [12, 5, 3], activation: "linear", output: "linear" });
  const changes: Partial<RunConfig> = {
    optimizer: { name: "sgd", learningRate: 1e38 },
    loss: { name: "mse", reduction: "mean" },
    model: linear,
  };

  test("ends with the same sentence and the same parameters, whichever of two open steps fails first", () => {
    const ends = new Set<string>();
    for (let seed = 0; seed < 20; seed++) {
      const random = new Random(seed);
      const choose = (count: number) => random.below(count);
      const { outcome, direct } = train(changes, 3, { choose });
      expect(outcome).toMatchObject({ kind: "failed", reason: { code: "step-diverged" } });
      expect(direct.store.parameters.every((value) => Number.isFinite(value))).toBe(true);
      ends.add(`${direct.run.step} ${fingerprintOf(direct.store.parameters)}`);
    }
    expect(ends.size).toBe(1);
  });
});

test("one step late, w ← w − g circles the bottom of w² / 2 in 6 steps: 1, 0, −1, −1, 0, 1", () => {
  const store = createStore([1], { optimizer: { name: "sgd", learningRate: 1 }, delay: 1 });
  const path = [];
  for (let step = 0; step < 8; step++) {
    path.push(store.parameters[0]);
    // The gradient of w² / 2 is w; the next step's is known before this step is made.
    const [w, next] = [store.pointToSend(step), store.pointToSend(step + 1)].map(
      ([value]) => value!,
    );
    expect(next).toBe(store.parameters[0]);
    applyGradient(store, [w!]);
  }
  expect(path).toEqual([1, 0, -1, -1, 0, 1, 1, 0]);
});

const tooFast = { name: "sgd", learningRate: 30 } as const;

/** The second worker changes one bit of each gradient of a step. */
function lie(workerId: string, { message, tensor }: Told, step: number): Told {
  const told = tensor.slice();
  if (workerId === "w2" && message.type === "gradient" && message.step >= step) told[0]! ^= 1;
  return { message, tensor: told };
}
