/** @file What the neurons in the picture say, beside the kernel. */
import { expect, test } from "vitest";

import {
  layersOf,
  loudestPixels,
} from "../../../../../coordinator/dashboard/lesson/activations.ts";
import { Predictor } from "../../../../../shared/engine/predictor.ts";
import { createPlainKernel } from "../../../../../shared/kernels/kernel.ts";
import { denseModel } from "../../../../../shared/model/dense-model.ts";
import { layoutOf } from "../../../../../shared/model/layout.ts";
import { Random } from "../../../../../shared/random.ts";
import { testConfig } from "../../../../support/fixtures/run-config.ts";

const random = new Random(7);
const values = (count: number) =>
  Float32Array.from({ length: count }, () => 2 * random.uniform() - 1);

test.each(["sigmoid", "tanh", "relu", "linear"] as const)(
  "the outputs that the picture shows are the kernel's, with %s inside",
  (activation) => {
    const model = denseModel({ widths: [12, 7, 5, 3], activation, output: "softmax" });
    const config = { ...testConfig({ layers: [12, 3] }), model };
    const parameters = values(layoutOf(model).parameterCount);
    const features = values(12).map(Math.abs);
    const layers = layersOf(model, parameters, features)!;
    expect(layers.map(({ inputs, outputs }) => [inputs, outputs])).toEqual([
      [12, 7],
      [7, 5],
      [5, 3],
    ]);
    const expected = new Predictor(createPlainKernel(), config).outputs(parameters, features);
    for (const [i, output] of expected.entries())
      expect(layers.at(-1)!.said[i]).toBeCloseTo(output, 5);
  },
);

test("a line from the digit starts at one of the pixels that weigh most, and never at a dark one", () => {
  const layer = {
    inputs: 4,
    outputs: 2,
    weight: (pixel: number, neuron: number) => [3, -9, 5, 1][pixel]! * (neuron === 0 ? 1 : -1),
    said: [0, 0],
  };
  const loud = loudestPixels(layer, [1, 0, 0.5, 1], { neurons: 1, each: 2 });
  expect(loud).toEqual([
    { pixel: 0, neuron: 0, part: 3 },
    { pixel: 2, neuron: 0, part: 2.5 },
  ]);
  const all = loudestPixels(layer, [1, 0, 0.5, 1], { neurons: 9, each: 9 });
  expect(all.map(({ pixel }) => pixel)).toEqual([0, 2, 3, 0, 2, 3]);
});
