import { describe, expect, test } from "vitest";

import { parameterCount } from "../../../../../shared/model/layout.ts";
import { modelTitle } from "../../../../../shared/model/title.ts";
import { OperatorError } from "../../../../../shared/operator-error.ts";
import { modelText } from "../../../../../shared/run/settings/model-choice.ts";
import { type DatasetFacts, resolveRunConfig } from "../../../../../shared/run/settings/resolve.ts";
import type { RunSettings } from "../../../../../shared/run/settings/run-settings.ts";
import { sayInEnglish } from "../../../../../shared/words/sentence.ts";

const facts: DatasetFacts = {
  name: "digits",
  sha256: "a".repeat(64),
  featureCount: 784,
  featureShape: [28, 28],
  target: { kind: "classes", count: 10 },
  trainCount: 10_000,
  testCount: 2_000,
};

function configOf(given: RunSettings, changes: Partial<DatasetFacts> = {}) {
  return resolveRunConfig({ given, origins: {} }, { ...facts, ...changes });
}

function mistake(given: RunSettings, changes: Partial<DatasetFacts> = {}): string {
  try {
    configOf(given, changes);
  } catch (error) {
    if (error instanceof OperatorError) return sayInEnglish(error.said);
    throw error;
  }
  throw new Error("no mistake");
}

describe("--model", () => {
  test.each([
    "mlp",
    "cnn",
    "resnet",
    "cnn:channels=4",
    "resnet:blocks=2,stages=2",
    '[{"kind":"relu"}]',
  ])("may be %s", (text) => expect(modelText.read(text)).toBe(text));

  test.each([
    "cnm",
    "cnn:",
    "cnn:width=3",
    "cnn:channels=0",
    "cnn:channels=x",
    "[",
    "[]",
    '[{"kind":"dense"}]',
  ])("may not be %s", (text) => expect(modelText.read(text)).toBeUndefined());

  test("cnn has 16 and 32 channels, a dense layer of 64, a smaller rate and shards of 8", () => {
    const config = configOf({ model: "cnn" });
    expect(modelTitle(config.model)).toBe(
      "28×28 → conv2d 16 3 1 same → relu → max-pool2d 2 2 → conv2d 32 3 1 same → relu → max-pool2d 2 2 → " +
        "flatten → dense 64 → relu → dense 10 → softmax",
    );
    expect(parameterCount(config.model)).toBe(160 + 4_640 + 1_568 * 64 + 64 + 650);
    expect(config.shardSize).toBe(8);
    expect(config.optimizer).toMatchObject({ name: "adam", learningRate: 0.002 });
    expect(configOf({}).shardSize).toBe(32);
  });

  test("resnet reads colour pictures and ends in what a task needs", () => {
    const target = { kind: "values", count: 3 } as const;
    const config = configOf(
      { model: "resnet:channels=8,stages=2" },
      { featureShape: [32, 32, 3], featureCount: 3_072, target },
    );
    expect(config.model.inputShape).toEqual([32, 32, 3]);
    expect(config.model.layers.map(({ kind }) => kind).join(" ")).toBe(
      "conv2d group-norm relu residual relu max-pool2d residual relu average-pool2d flatten dense",
    );
  });

  test("a list of layers is taken as it is, and says its own last activation", () => {
    const layers = [{ kind: "dense", units: 10 }, { kind: "sigmoid" }];
    const config = configOf({ model: JSON.stringify(layers) });
    expect(config.model).toEqual({ inputShape: [784], layers });
    expect(config.loss.name).toBe("bce");
  });

  test.each<[RunSettings, Partial<DatasetFacts>, string]>([
    [
      { model: "cnn" },
      { featureShape: [8], featureCount: 8 },
      "--model cnn does not fit digits: layer 1 (conv2d) takes a picture [height, width, channels], not the shape [8]",
    ],
    [
      { model: "cnn" },
      { featureShape: [3, 3], featureCount: 9 },
      "--model cnn does not fit digits: layer 6 (max-pool2d) has a window of 2 × 2 places, more than its input of 1 × 1: use a smaller one",
    ],
    [
      { model: "cnn", layers: [784, 10] },
      {},
      "--layers 784,10 belongs to model mlp, not to --model cnn: leave it out",
    ],
    [
      {
        model:
          '[{"kind":"flatten"},{"kind":"residual","layers":[{"kind":"group-norm","groups":3}]}]',
      },
      {},
      "layer 2.1 (group-norm) takes a picture [height, width, channels], not the shape [784]",
    ],
    [
      { model: '[{"kind":"dense","units":9},{"kind":"softmax"}]' },
      {},
      "the last layer gives 9 values but",
    ],
  ])("%o is refused in a sentence that names the layer", (given, changes, line) => {
    expect(mistake(given, changes)).toContain(line);
  });
});
