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
import { storedConfigSchema } from "../../../../coordinator/storage/old-forms.ts";
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
const model = denseModel({ widths: [784, 1, 10], activation: "linear", output: "softmax" });
/** Its config, with a list of layers and the fields that came later. */
const converted = {
  ...setup.config,
  model,
  schedule: { ...setup.config.schedule, restarts: [] },
  l1: 0,
  initWeights: "auto",
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

  test("is written again as version 2, whose tensors count all layers", () => {
    const checkpoint = readOld();
    const { metadata, tensors } = decodeSafetensors(encodeCheckpoint(checkpoint));
    expect(metadata.get("promedioCheckpoint")).toBe("2");
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
