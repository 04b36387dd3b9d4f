import { describe, expect, test } from "vitest";

import { layoutOf, parameterCount, placeLayers } from "../../../../shared/model/layout.ts";
import type { ModelConfig } from "../../../../shared/model/model-config.ts";
import { inEnglish } from "../../../../test/support/fixtures/in-english.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";

test("784-16-16-10 has 13,002 parameters", () => {
  expect(parameterCount(testConfig({}).model)).toBe(13_002);
});

test("layers are placed one after the other, keyed by name, weights before biases", () => {
  const { model } = testConfig({ layers: [4, 3, 2], activation: "relu", output: "sigmoid" });
  const { layers, outputShape, parameterCount: count } = layoutOf(model);
  const placed = layers.map(({ name, config, inputShape, outputShape: to, tensors }) => [
    name,
    config.kind,
    inputShape,
    to,
    tensors.map((tensor) => [tensor.name, tensor.shape, tensor.start, tensor.end]),
  ]);
  expect(placed).toEqual([
    [
      "0",
      "dense",
      [4],
      [3],
      [
        ["weight", [4, 3], 0, 12],
        ["bias", [3], 12, 15],
      ],
    ],
    ["1", "relu", [3], [3], []],
    [
      "2",
      "dense",
      [3],
      [2],
      [
        ["weight", [3, 2], 15, 21],
        ["bias", [2], 21, 23],
      ],
    ],
    ["3", "sigmoid", [2], [2], []],
  ]);
  expect([outputShape, count]).toEqual([[2], 23]);
});

test("a sample of 784-16-16-10 costs 12,960 multiplications forward", () => {
  const costs = layoutOf(testConfig({}).model).layers.map(({ multiplyAdds }) => {
    return multiplyAdds;
  });
  expect(costs).toEqual([12_544, 0, 256, 0, 160, 0]);
});

describe("a model whose layers do not fit", () => {
  const dense = { kind: "dense", units: 3 } as const;
  const softmax = { kind: "softmax" } as const;

  test.each<[string, ModelConfig, string]>([
    [
      "a picture into a dense layer",
      { inputShape: [28, 28, 1], layers: [dense] },
      "layer 1 (dense) takes a vector or a sequence [steps, width], not the shape [28, 28, 1]: put flatten before it",
    ],
    [
      "a picture through an activation into softmax",
      { inputShape: [4, 4, 1], layers: [{ kind: "relu" }, softmax, dense] },
      "layer 2 (softmax) takes a vector or a sequence [steps, width], not the shape [4, 4, 1]: put flatten before it",
    ],
    [
      "nothing to learn",
      { inputShape: [4], layers: [{ kind: "relu" }, softmax] },
      "no layer has parameters; add one that has, such as dense",
    ],
  ])("%s: a sentence names the layer", (_, model, sentence) => {
    expect(inEnglish(placeLayers(model))).toEqual({ misfit: sentence });
    expect(() => layoutOf(model)).toThrow(sentence);
  });
});
