import { describe, expect, test } from "vitest";

import { explain } from "../../../../coordinator/tools/explanation.ts";
import { Predictor } from "../../../../shared/engine/predictor.ts";
import { createPlainKernel } from "../../../../shared/kernels/kernel.ts";
import { initialParameters } from "../../../../shared/model/initialize.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";

const config = testConfig({ layers: [6, 5, 4, 3] });
const parameters = initialParameters(config.model, 9);
const features = Float32Array.of(0, 0.5, 0, 1, 0.25, 0);
const explanation = explain(createPlainKernel(), { config, parameters }, { features, label: 2 });

describe("explain", () => {
  test("gives the network's own outputs, and for cce wishes that are p − y", () => {
    const outputs = new Predictor(createPlainKernel(), config).outputs(parameters, features);
    expect(explanation.outputs).toEqual([...outputs]);
    const expected = [...outputs].map((p, k) => Math.fround(p - (k === 2 ? 1 : 0)));
    expect(explanation.wishes).toEqual(expected);
  });

  test("adds the contributions and the bias up to the neuron's sum, in every layer", () => {
    expect(explanation.layers.map(({ inputs, outputs }) => [inputs, outputs])).toEqual([
      [6, 5],
      [5, 4],
      [4, 3],
    ]);
    for (const { neuron } of explanation.layers.slice(1)) {
      const products = neuron.contributions.reduce((sum, { product }) => sum + product, 0);
      expect(products + neuron.bias).toBeCloseTo(neuron.sum, 6);
      for (const { value, gradient } of neuron.contributions) {
        expect(gradient).toBe(Math.fround(value * neuron.delta));
      }
    }
  });

  test("counts what is 0: the dark inputs, and the gradients of their weights", () => {
    expect(explanation.layers[0]!.zeroInputs).toBe(3);
    expect(explanation.zeroGradients).toBe(3 * 5);
    expect(explanation.parameterCount).toBe(parameters.length);
    expect(explanation.largestDifference).toBe(0);
  });
});
