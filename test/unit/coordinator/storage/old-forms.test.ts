/**
 * @file Files of earlier versions. `version-1.safetensors` is the checkpoint after 4 of 12 steps that the last program
 * of that version wrote for `--dataset digits:200,50 --layers 784,1,10 --activation linear --optimizer momentum
 * --epochs 3`, and `version-1-config.json` the `config.json` of that run.
 */
import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { drawDigits } from "../../../../coordinator/datasets/digits.ts";
import {
  decodeCheckpoint,
  encodeCheckpoint,
  fingerprintOf,
} from "../../../../coordinator/storage/checkpoint.ts";
import {
  storedConfigSchema,
  storedProgress,
  storedRecord,
} from "../../../../coordinator/storage/old-forms.ts";
import { assert } from "../../../../shared/assert.ts";
import { denseModel } from "../../../../shared/model/dense-model.ts";
import { decodeSafetensors } from "../../../../shared/safetensors.ts";
import { inEnglish } from "../../../../test/support/fixtures/in-english.ts";
import { forgedCheckpoint } from "../../../support/attacks/bad-files.ts";
import { createWasmKernel } from "../../../support/fixtures/kernel-twins.ts";
import { DirectRun } from "../../../support/trainers/direct-run.ts";
import { checkpointAt, config as todaysConfig } from "./checkpoint-fixture.ts";

/** The old program's fingerprint when nothing interrupted it. */
const finalFingerprint = "5054bee1c2b5ad279a3e5783602c42abfc7b036806ccf08155706e195e72fff1";
const bytes = readFileSync(new URL("version-1.safetensors", import.meta.url));
const setup = JSON.parse(readFileSync(new URL("version-1-config.json", import.meta.url), "utf8"));
const task = { name: "classification", kind: "classes", count: 10 };
const model = denseModel({ widths: [784, 1, 10], activation: "linear", output: "softmax" });
/** Its config, with a list of layers and the fields that came later. */
const converted = {
  ...setup.config,
  task,
  model,
  schedule: { ...setup.config.schedule, restarts: [] },
  l1: 0,
  augment: null,
  initWeights: "auto",
  init: null,
  freeze: 0,
  wire: "float32",
  labelSmoothing: 0,
  localSteps: null,
  delay: 0,
  classWeights: null,
  patience: null,
};

function readOld() {
  const decoded = decodeCheckpoint(bytes);
  assert(decoded.ok, "it is whole");
  return decoded.checkpoint;
}

describe("a checkpoint of version 1", () => {
  test("is read with its model as a list of layers", () => {
    const { config, step, parameters } = readOld();
    expect([config.model, step, parameters.length]).toEqual([model, 4, 805]);
    expect(config).toEqual(converted);
  });

  test("continues to the bits that the old program reached without a stop", () => {
    const { config, step, parameters, optimizerState: state, progress } = readOld();
    const resume = { step, store: { step, parameters, state }, progress, isBest: false };
    const { dataset } = drawDigits(200, 50);
    expect(dataset.sha256).toBe(config.dataset.sha256);
    const run = new DirectRun({
      config,
      dataset,
      createKernel: createWasmKernel,
      workers: 2,
      resume,
    });
    expect(run.finish().kind).toBe("finished");
    expect(fingerprintOf(run.store.snapshot().parameters)).toBe(finalFingerprint);
  });

  test("is written again as version 3, whose tensors count all layers", () => {
    const checkpoint = readOld();
    const { metadata, tensors } = decodeSafetensors(encodeCheckpoint(checkpoint));
    expect(metadata.get("promedioCheckpoint")).toBe("3");
    const names = [...tensors.keys()].filter((name) => !name.startsWith("optimizer"));
    expect(names.toSorted()).toEqual(["0.bias", "0.weight", "1.bias", "1.weight"]);
    expect(decodeCheckpoint(encodeCheckpoint(checkpoint))).toMatchObject({ ok: true, checkpoint });
  });

  test("with an extra tensor is refused", () => {
    const { metadata, tensors } = decodeSafetensors(bytes);
    const more = new Map([...tensors, ["1.weight", tensors.get("2.weight")!]]);
    expect(decodeCheckpoint(forgedCheckpoint(metadata, tensors)).ok).toBe(true);
    expect(inEnglish(decodeCheckpoint(forgedCheckpoint(metadata, more)))).toEqual({
      ok: false,
      reason: "its model has no tensor 1.weight",
    });
  });
});

describe("a checkpoint of version 2", () => {
  const today = checkpointAt(3);
  /** As that version wrote it: no task, and an evaluation of the test split with its confusion counts. */
  const read = (confusion: readonly number[]) => {
    const { metadata, tensors } = decodeSafetensors(encodeCheckpoint(today));
    const { task: _, ...config } = today.config;
    const { trainingMs, epochTotals } = today.progress;
    const evaluation = { step: 2, epoch: 1, testLoss: "NaN", testAccuracy: 0.5, confusion };
    const progress = { trainingMs, epochTotals, evaluation, bestTestLoss: 0.25 };
    const old = new Map([
      ...metadata,
      ["promedioCheckpoint", "2"],
      ["config", JSON.stringify(config)],
      ["progress", JSON.stringify(progress)],
    ]);
    const decoded = decodeCheckpoint(forgedCheckpoint(old, tensors));
    assert(decoded.ok, "it is whole");
    return decoded.checkpoint;
  };

  test("is read as a classification that was watched with the test split", () => {
    const { progress, ...rest } = read([1, 2, 3, 4]);
    const { progress: _, ...expected } = today;
    expect(rest).toEqual(expected);
    expect(progress).toEqual({
      ...today.progress,
      // The counts of two classes lack the histogram that they have today.
      evaluation: {
        split: "test",
        step: 2,
        epoch: 1,
        loss: Number.NaN,
        metrics: { accuracy: 0.5 },
        sums: [],
      },
      bestLoss: 0.25,
    });
  });

  test("and one that was never evaluated has no figures", () => {
    expect(storedProgress({ evaluation: null, bestTestLoss: null })).toEqual({
      evaluation: null,
      finalTest: null,
      bestLoss: null,
    });
  });

  test("keeps the counts of 10 classes", () => {
    const confusion = Array.from({ length: 100 }, (_, i) => i);
    const evaluation = { step: 2, epoch: 1, testLoss: 1, testAccuracy: 0.5, confusion };
    expect(storedProgress({ evaluation, bestTestLoss: 1 })).toMatchObject({
      evaluation: { sums: confusion },
    });
  });
});

test("a run's record of that time keeps its figures", () => {
  const old = { number: 1, testLoss: 0.5, testAccuracy: 0.9 };
  expect(storedRecord(old)).toEqual({
    number: 1,
    score: { split: "test", loss: 0.5, metrics: { accuracy: 0.9 } },
  });
  expect(storedRecord({ testLoss: null, testAccuracy: null })).toEqual({ score: null });
});

describe("a stored config", () => {
  test("of the old form becomes today's", () => {
    expect(storedConfigSchema.parse(setup.config)).toEqual(converted);
  });

  test("of today's form stays unchanged", () => {
    const { config } = checkpointAt(1);
    expect(storedConfigSchema.parse(config)).toEqual(todaysConfig);
  });

  test.each([
    ["one width", { layers: [784], activation: "relu", output: "softmax" }],
    ["softmax inside", { layers: [784, 10], activation: "softmax", output: "softmax" }],
    ["a mixture of both", { ...model, activation: "relu", output: "softmax" }],
    ["nothing", undefined],
  ])("with %s as its model is refused", (_, bad) => {
    expect(storedConfigSchema.safeParse({ ...setup.config, model: bad }).success).toBe(false);
  });
});
