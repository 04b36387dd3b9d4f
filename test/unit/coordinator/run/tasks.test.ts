/** Every task through a whole run: parameters, losses and metrics are those of the sequential trainer. */
import { describe, expect, test } from "vitest";

import { fingerprintOf } from "../../../../coordinator/storage/checkpoint.ts";
import type { Dataset } from "../../../../shared/data/dataset.ts";
import { createPlainKernel } from "../../../../shared/kernels/kernel.ts";
import { denseModel } from "../../../../shared/model/dense-model.ts";
import type { RunConfig } from "../../../../shared/run/config.ts";
import { taskOf } from "../../../../shared/tasks/task.ts";
import { createWasmKernel } from "../../../support/fixtures/kernel-twins.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";
import { taskData, withValidation } from "../../../support/fixtures/tasks/task-datasets.ts";
import { DirectRun } from "../../../support/trainers/direct-run.ts";
import {
  evaluateSequentially,
  trainSequentially,
} from "../../../support/trainers/sequential-trainer.ts";

type Head = (typeof taskData)[string]["heads"][number];

function configOf({ target }: Dataset, [loss, output, width]: Head): RunConfig {
  return {
    ...testConfig({ batchSize: 20, shardSize: 3, epochs: 3, optimizer: adam }),
    task: taskOf(target),
    model: denseModel({ widths: [12, 5, width], activation: "tanh", output }),
    loss: { name: loss, reduction: "mean" },
  };
}

const adam = { name: "adam", learningRate: 0.02, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

function run(dataset: Dataset, config: RunConfig, workers: number, more = {}): DirectRun {
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

const heads = Object.entries(taskData).flatMap(([name, { dataset, heads: all }]) =>
  all.map((head) => ({ name, dataset, head, title: `${name} by ${head.join(" ")}` })),
);

describe.each(heads)("$title", ({ dataset, head }) => {
  const config = configOf(dataset, head);
  const expected = trainSequentially(config, dataset);

  test("gives one result with 1, 2 and 5 workers and when everything is computed twice", () => {
    for (const [workers, audit] of [
      [1, "none"],
      [2, "quorum"],
      [5, "sample"],
    ] as const) {
      const { store, run: trained, expelled } = run(dataset, config, workers, { audit });
      expect(fingerprintOf(store.parameters)).toBe(fingerprintOf(expected.parameters));
      const { evaluation } = trained.progress;
      expect(evaluation?.loss).toBe(expected.testLoss);
      expect(evaluation?.sums).toEqual([...expected.sums]);
      expect(expelled).toEqual([]);
    }
  });

  test("and the same on the plain kernel", () => {
    const direct = run(dataset, config, 1, { createKernel: createPlainKernel });
    expect(fingerprintOf(direct.store.parameters)).toBe(fingerprintOf(expected.parameters));
    expect(direct.run.progress.evaluation?.sums).toEqual([...expected.sums]);
  });

  test("continues from its second epoch to the same bits", () => {
    const first = new DirectRun({
      config,
      dataset,
      createKernel: createWasmKernel,
      workers: 2,
    });
    first.finish();
    const snapshot = first.snapshots[1]!;
    const second = run(dataset, config, 3, { resume: snapshot });
    expect(fingerprintOf(second.store.parameters)).toBe(fingerprintOf(expected.parameters));
    expect(second.run.progress.state.evaluation).toEqual(first.run.progress.state.evaluation);
  });
});

describe("with a validation split", () => {
  test.each(["2 classes", "2 numbers"])("of %s, the test split waits until the end", (name) => {
    const { dataset, heads: all } = taskData[name]!;
    const divided = withValidation(dataset, 13);
    const config = configOf(divided, all[0]!);
    const expected = trainSequentially(config, divided);
    for (const workers of [1, 3]) {
      const { run: trained, events, store } = run(divided, config, workers);
      expect(fingerprintOf(store.parameters)).toBe(fingerprintOf(expected.parameters));
      const epochs = events.filter((event) => event.event === "epoch");
      expect(epochs).toHaveLength(3);
      for (const epoch of epochs) {
        expect([epoch.testLoss, epoch.testMetrics]).toEqual([null, null]);
      }
      const { parameters } = expected;
      const validation = evaluateSequentially(parameters, config, divided.validation!);
      const { evaluation, finalTest, test: tested } = trained.progress;
      expect([evaluation?.split, evaluation?.loss]).toEqual(["validation", validation.testLoss]);
      expect(evaluation?.sums).toEqual([...validation.sums]);
      expect(epochs.at(-1)?.validationLoss).toBe(validation.testLoss);
      expect([finalTest?.split, finalTest?.loss]).toEqual(["test", expected.testLoss]);
      expect(finalTest?.sums).toEqual([...expected.sums]);
      expect(tested).toBe(finalTest);
      expect(trained.progress.bestLoss).toBe(
        Math.min(...epochs.map(({ validationLoss }) => validationLoss!)),
      );
    }
  });

  test("a run that stopped between the two last evaluations makes up for the test", () => {
    const { dataset, heads: all } = taskData["1 number"]!;
    const divided = withValidation(dataset, 13);
    const config = configOf(divided, all[0]!);
    const whole = run(divided, config, 1);
    const { run: trained } = whole;
    const snapshot = trained.snapshot();
    const before = { ...snapshot, progress: { ...snapshot.progress, finalTest: null } };
    const resumed = run(divided, config, 2, { resume: before });
    expect(resumed.run.progress.finalTest).toEqual(trained.progress.finalTest);
    expect(resumed.events.filter(({ event }) => event === "epoch")).toEqual([]);
  });
});

describe("a run with a patience of 2 evaluations", () => {
  const { dataset, heads: all } = taskData["2 classes"]!;
  const divided = withValidation(dataset, 13);
  // So large a rate that the loss soon gets worse.
  const config: RunConfig = {
    ...configOf(divided, all[0]!),
    optimizer: { name: "sgd", learningRate: 20 },
    epochs: 40,
  };
  const whole = run(divided, config, 1);
  const losses = whole.events.flatMap((event) =>
    event.event === "epoch" ? [event.validationLoss!] : [],
  );
  /** The first epoch that is the second in a row without a new lowest loss, counted from 1; and the best before it. */
  const last = losses.findIndex(
    (_, i) =>
      i >= 2 && Math.min(...losses.slice(0, i - 1)) <= Math.min(...losses.slice(i - 1, i + 1)),
  );
  const best = losses.indexOf(Math.min(...losses.slice(0, last + 1)));
  const patient = { ...config, patience: 2 };

  test("ends early, with the parameters of its best evaluation, for 1 and 3 workers", () => {
    expect(last).toBeGreaterThan(1);
    expect(last).toBeLessThan(38);
    const expected = fingerprintOf(whole.snapshots[best]!.store.parameters);
    for (const workers of [1, 3]) {
      const early = run(divided, patient, workers);
      expect(early.outcome?.kind).toBe("finished");
      expect(early.run.step).toBe(whole.snapshots[last]!.step);
      expect(fingerprintOf(early.store.parameters)).toBe(expected);
      expect(early.run.progress.evaluation?.loss).toBe(losses[best]);
      expect(early.run.progress.finalTest?.step).toBe(early.run.step);
      expect(early.events).toContainEqual({
        event: "warning",
        message: expect.objectContaining({ code: "stopped-early" }),
      });
    }
  });

  test("ends with the same bits if it is resumed just before its end, or after it", () => {
    const early = run(divided, patient, 1);
    for (const resume of [early.snapshots.at(-1)!, early.run.snapshot()]) {
      const resumed = run(divided, patient, 2, { resume });
      expect(resumed.run.step).toBe(early.run.step);
      expect(fingerprintOf(resumed.store.parameters)).toBe(fingerprintOf(early.store.parameters));
    }
  });
});
