import { describe, expect, test } from "vitest";

import { known } from "../../../../../shared/assert.ts";
import type { Example } from "../../../../../shared/model/layer-kind.ts";
import { layerKinds } from "../../../../../shared/model/layer-kinds.ts";
import { parameterCount } from "../../../../../shared/model/layout.ts";
import { modelTitle } from "../../../../../shared/model/title.ts";
import { OperatorError } from "../../../../../shared/operator-error.ts";
import { headerBytesMax } from "../../../../../shared/protocol/limits.ts";
import { textSettings } from "../../../../../shared/run/settings/data-recipe.ts";
import { modelText } from "../../../../../shared/run/settings/model/model-choice.ts";
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

function flaw(text: string): string | undefined {
  const said = modelText.flaw?.(text);
  return said === undefined ? undefined : sayInEnglish(said);
}

describe("--model", () => {
  test.each([
    "mlp",
    "cnn",
    "resnet",
    "cnn:channels=4",
    "resnet:blocks=2,stages=2",
    "cnn:dropout=0.5",
    "gpt:layers=2,heads=2,width=32,dropout=0.1",
    "gpt:layers=4,heads=4,width=128,context=64",
    '[{"kind":"relu"}]',
  ])("may be %s", (text) => expect(modelText.read(text)).toBe(text));

  test.each([
    "cnm",
    "cnn:",
    "cnn:width=3",
    "cnn:channels=0",
    "cnn:channels=4,channels=4",
    "cnn:channels=x",
    "cnn:channels=4.5",
    "cnn:dropout=1",
    "gpt:dropout=",
    "[",
    "[]",
    '[{"kind":"dense"}]',
  ])("may not be %s", (text) => expect(modelText.read(text)).toBeUndefined());

  test.each([
    ["cnn:width=3", "cnn has no setting width; its settings are channels, hidden, dropout"],
    ["cnn:channels", 'cnn has channels "", which must be a whole number from 1 to 4096'],
    ["cnn:channels=4.5", "cnn has channels 4.5, which must be a whole number from 1 to 4096"],
    ["resnet:dropout=1", "resnet has dropout 1, which must be at least 0 and below 1"],
    ["cnn:channels=4,channels=5", "cnn has channels twice; leave one out"],
    ["mlp:hidden=3", "mlp has no settings here; give its widths as layers, like 784,64,10"],
  ])("%s is refused with what is wrong in it", (text, line) => {
    expect(flaw(text)).toContain(line);
  });

  test.each([
    ["[]", "a list of layers has at least one; write it like - { kind: dense, units: 10 }"],
    ['["relu"]', "layer 1 has no kind: write it like { kind: dense, units: 10 }, not relu"],
    [
      '[{"kind":"relu"},{"dense":3}]',
      'layer 2 has no kind: write it like { kind: dense, units: 10 }, not {"dense":3}',
    ],
    ['[{"kind":"Conv2D","filters":3}]', "layer 1: there is no kind Conv2D; did you mean conv2d?"],
    ['[{"kind":"lstm"}]', "layer 1: there is no kind lstm; choose dense, sigmoid, tanh, relu,"],
    [
      '[{"kind":"BatchNorm2d"}]',
      "layer 1: there is no batch normalisation, whose result depends on which samples share a shard; use group-norm or layer-norm",
    ],
    [
      '[{"kind":"dense","units":4,"activation":"relu"}]',
      "layer 1 (dense) has no setting activation; its settings are units",
    ],
    ['[{"kind":"relu","units":4}]', "layer 1 (relu) has no settings; leave units out"],
    ['[{"kind":"conv2d","channels":4,"kernel":3}]', "layer 1 (conv2d) also needs stride, padding"],
    [
      '[{"kind":"dense","units":0}]',
      "layer 1 (dense) has units 0, which must be a whole number from 1 (digits only)",
    ],
    [
      '[{"kind":"dropout","rate":50}]',
      "layer 1 (dropout) has rate 50, which must be at least 0 and below 1",
    ],
    [
      '[{"kind":"conv2d","channels":4,"kernel":3,"stride":1,"padding":1}]',
      "layer 1 (conv2d) has padding 1, which must be same or valid",
    ],
    [
      '[{"kind":"average-pool2d","size":"Global","stride":1}]',
      "layer 1 (average-pool2d) has size Global, which must be a whole number from 1 (digits only) or global",
    ],
    [
      '[{"kind":"attention","heads":1,"causal":"true"}]',
      "layer 1 (attention) has causal true, which must be 0 or 1",
    ],
    [
      '[{"kind":"residual","layers":[]}]',
      "layer 1 (residual) has layers [], which must be a list of layers",
    ],
    [
      '[{"kind":"flatten"},{"kind":"residual","layers":[{"kind":"relu"},{"kind":"dense"}]}]',
      "layer 2.2 (dense) also needs units",
    ],
  ])("%s is refused in a sentence that names the layer", (text, line) => {
    expect(flaw(text)).toContain(line);
  });

  test("every kind's every setting has a flaw of its own, when it is missing and when it is wrong", () => {
    for (const { example } of Object.values<{ readonly example: Example }>(layerKinds)) {
      const layer = known(example.layers.at(-1), "an example has layers");
      const settings = Object.entries(layer).filter(([key]) => key !== "kind");
      expect(flaw(JSON.stringify([layer]))).toBeUndefined();
      for (const [setting] of settings) {
        const rest = Object.fromEntries(settings.filter(([key]) => key !== setting));
        const missing = JSON.stringify([{ kind: layer.kind, ...rest }]);
        expect(flaw(missing)).toBe(`layer 1 (${layer.kind}) also needs ${setting}`);
        const wrong = JSON.stringify([{ ...layer, [setting]: "wrong" }]);
        const line = `layer 1 (${layer.kind}) has ${setting} wrong, which must be `;
        expect(flaw(wrong)).toContain(line);
      }
    }
  });

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

  describe("gpt on a text of 65 characters", () => {
    const text = {
      name: "shakespeare",
      featureCount: 64,
      featureShape: [64],
      target: { kind: "tokens", count: 65 },
      trainCount: 15_000,
    } as const;

    test("has 818,000 parameters, 12 samples a step in shards of 2, and the usual recipe", () => {
      const config = configOf({ model: "gpt" }, text);
      const block = 12 * 128 * 128 + 13 * 128;
      expect(parameterCount(config.model)).toBe((65 + 64) * 128 + 4 * block + 2 * 128 + 129 * 65);
      expect(config).toMatchObject({
        batchSize: 12,
        shardSize: 2,
        steps: 2000,
        epochs: 2,
        clipNorm: 1,
        initWeights: "normal",
        optimizer: { name: "adamw", learningRate: 0.001, beta2: 0.99, decoupledDecay: 0.1 },
        schedule: { name: "cosine", warmupSteps: 100, finalFraction: 0.1 },
      });
      expect(config.model.layers.filter(({ kind }) => kind === "residual")).toHaveLength(8);
    });

    test("is what a text is trained with by default, and has dropout if it is asked for", () => {
      expect(configOf({}, text)).toEqual(configOf({ model: "gpt" }, text));
      const dropout = configOf({ model: "gpt:dropout=0.1,layers=1" }, text);
      expect(JSON.stringify(dropout.model.layers).match(/"rate":0.1/gu)).toHaveLength(3);
    });

    test("is trained for the epochs that are asked for, and warms up for a twentieth of a short run", () => {
      expect(configOf({ epochs: 3 }, text)).toMatchObject({ epochs: 3, steps: null });
      expect(configOf({ steps: 60 }, text).schedule.warmupSteps).toBe(3);
      expect(configOf({ steps: 60, warmupSteps: 30 }, text).schedule.warmupSteps).toBe(30);
      expect(configOf({ batchSize: 1 }, text).shardSize).toBe(1);
    });

    test("of 7 layers with dropout fits into a message, and of 9 is refused in a sentence", () => {
      const config = configOf({ model: "gpt:layers=7,dropout=0.1" }, text);
      expect(JSON.stringify(config).length).toBeLessThan(headerBytesMax);
      expect(mistake({ model: "gpt:layers=9,dropout=0.1" }, text)).toContain(
        "it has too many layers: a model has at most 100, in at most two levels, and 2,500 characters",
      );
    });

    test("does not read pictures", () => {
      expect(mistake({ model: "gpt" })).toBe(
        "--model gpt does not fit digits: it reads a text: choose another model, or a text",
      );
      expect(mistake({ model: "gpt:heads=3" }, text)).toContain(
        "cannot divide a width of 128 into 3 heads of equal size",
      );
    });
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

const request = (model: string, context?: number) => ({
  given: { model, dataset: "text:t" },
  data: context === undefined ? {} : { context },
  origins: {},
});

describe("the context of a text", () => {
  test("may be spelled as a setting of gpt, or as one of the data", () => {
    expect(textSettings(request("gpt:layers=2,context=32"))).toEqual({ context: 32 });
    expect(textSettings(request("gpt:context=32", 32))).toEqual({ context: 32 });
    expect(textSettings(request("gpt", 16))).toEqual({ context: 16 });
    expect(textSettings(request("gpt"))).toEqual({});
  });

  test("may not be spelled in two ways", () => {
    expect(() => textSettings(request("gpt:context=32", 16))).toThrow(
      "--model gpt:context=32 and --context 16 contradict each other; leave one of them out",
    );
  });

  test("a list of layers is refused with another output than its own", () => {
    const model = '[{"kind":"dense","units":10},{"kind":"softmax"}]';
    expect(mistake({ model, outputActivation: "linear" })).toBe(
      "--output-activation linear is not how the list of layers ends, with softmax: leave it out",
    );
    expect(configOf({ model, outputActivation: "softmax" })).toEqual(configOf({ model }));
  });
});
