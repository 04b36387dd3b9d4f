/** Whole runs of each preset, with dropout and changed pictures: the bits of the sequential trainer, whatever happens. */
import { describe, expect, test } from "vitest";

import { textDataset } from "../../../../coordinator/datasets/text/text.ts";
import { fingerprintOf } from "../../../../coordinator/storage/checkpoint.ts";
import { encodeDataset } from "../../../../shared/data/canonical.ts";
import type { Dataset } from "../../../../shared/data/dataset.ts";
import { createPlainKernel } from "../../../../shared/kernels/kernel.ts";
import { type PresetName, presetNames } from "../../../../shared/run/settings/model/presets.ts";
import { resolveRunConfig } from "../../../../shared/run/settings/resolve.ts";
import type { RunSettings } from "../../../../shared/run/settings/run-settings.ts";
import { createWasmKernel } from "../../../support/fixtures/kernel-twins.ts";
import { tinyDataset } from "../../../support/fixtures/tiny-dataset.ts";
import { DirectRun, type DirectRunOptions } from "../../../support/trainers/direct-run.ts";
import { trainSequentially } from "../../../support/trainers/sequential-trainer.ts";

const featureShape = [8, 8, 3];
const pictures = encodeDataset({
  ...tinyDataset({ features: 192, trainCount: 24, testCount: 7 }),
  featureShape,
}).dataset;
const bytes = new TextEncoder().encode(
  "It was the best of times, it was the worst of times. ".repeat(4),
);
const { content } = textDataset({ path: "tale.txt", files: 1, bytes }, { context: 6 });
const text = encodeDataset(content).dataset;

const moves = { augment: "flip,shift=1,crop=1" };
const runs: Readonly<
  Record<PresetName, { readonly dataset: Dataset; readonly given: RunSettings }>
> = {
  cnn: {
    dataset: pictures,
    given: { model: "cnn:channels=2,hidden=5,dropout=0.3", ...moves },
  },
  resnet: {
    dataset: pictures,
    given: { model: "resnet:channels=2,stages=2,dropout=0.2", ...moves },
  },
  gpt: { dataset: text, given: { model: "gpt:layers=2,heads=2,width=8,dropout=0.2" } },
};

function endOf(direct: DirectRun): string {
  direct.finish();
  return fingerprintOf(direct.store.parameters);
}

describe.each(presetNames)("%s", (name) => {
  const { dataset, given } = runs[name];
  const { train, test: held } = dataset;
  const facts = { ...dataset, trainCount: train.count, testCount: held.count };
  const settings = { batchSize: 10, shardSize: 2, epochs: 2, ...given };
  const config = resolveRunConfig({ given: settings, origins: {} }, facts);
  const expected = fingerprintOf(trainSequentially(config, dataset).parameters);

  function start(options: Partial<DirectRunOptions> = {}): DirectRun {
    const createKernel = createWasmKernel;
    return new DirectRun({ config, dataset, createKernel, workers: 1, ...options });
  }

  test.each([1, 2, 3, 5])(
    "ends with the sequential trainer's fingerprint with %i workers",
    (workers) => {
      expect(JSON.stringify(config.model)).toContain("dropout");
      expect(endOf(start({ workers }))).toBe(expected);
    },
  );

  test("and on the plain kernel", () => {
    expect(endOf(start({ createKernel: createPlainKernel }))).toBe(expected);
  });

  test("and if one of two workers leaves in the middle of a step, and another joins", () => {
    const direct = start({ workers: 2 });
    for (let done = 0; done < 5; done++) direct.work();
    direct.leave("w2");
    direct.work();
    direct.join("w3");
    expect(endOf(direct)).toBe(expected);
  });

  test("and if it is resumed after its first epoch", () => {
    const direct = start();
    direct.finish();
    const [first] = direct.snapshots;
    expect(first!.step).toBe(direct.store.step / 2);
    expect(endOf(start({ resume: first!, workers: 3 }))).toBe(expected);
  });

  test("and if everything is computed twice", () => {
    expect(endOf(start({ workers: 3, audit: "quorum" }))).toBe(expected);
  });
});
