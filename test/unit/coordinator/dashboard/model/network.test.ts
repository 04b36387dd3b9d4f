/** @file The page's network gives what the workers' engine gives. */
import { describe, expect, test } from "vitest";

import {
  argmax,
  outputsOf,
  sampleGradient,
} from "../../../../../coordinator/dashboard/model/network.ts";
import { createEngine } from "../../../../../shared/engine/engine.ts";
import { createPlainKernel } from "../../../../../shared/kernels/kernel.ts";
import { initialParameters } from "../../../../../shared/model/initialize.ts";
import { epochOrder, planRun } from "../../../../../shared/run/plan.ts";
import { drawDataset } from "../../../../support/fixtures/drawn-dataset.ts";
import { testConfig } from "../../../../support/fixtures/run-config.ts";

const layers = [12, 7, 5, 3];
const dataset = drawDataset({ form: "sparse" });
const networks = [
  { loss: "cce", output: "softmax", activation: "sigmoid" },
  { loss: "bce", output: "sigmoid", activation: "tanh" },
  { loss: "mse", output: "softmax", activation: "relu" },
  { loss: "mse", output: "linear", activation: "sigmoid" },
  { loss: "mae", output: "sigmoid", activation: "linear" },
] as const;

function featuresOf(split: "train" | "test", sample: number): Float32Array {
  const bytes = dataset[split].features.subarray(12 * sample, 12 * sample + 12);
  return Float32Array.from(bytes, (byte) => byte / 255);
}

function setUp(network: (typeof networks)[number]) {
  // Every sample is a block of its own.
  const config = testConfig({ layers, ...network, batchSize: 100, shardSize: 1 });
  const parameters = initialParameters(config.model, 7).map((value) => 3 * value);
  const engine = createEngine({ kernel: createPlainKernel(), config, dataset });
  engine.setParameters(new Uint8Array(parameters.buffer));
  return { config, parameters, engine };
}

describe.each(networks)("$loss, $output, $activation", (network) => {
  test("50 of 50 test samples are read as the engine reads them", () => {
    const { config, parameters, engine } = setUp(network);
    for (let sample = 0; sample < 50; sample++) {
      const block = { start: sample, end: sample + 1 };
      const { values } = engine.compute({ kind: "evaluation", step: 0, block });
      const predicted = values.indexOf(1) % 3;
      const outputs = outputsOf(config.model, parameters, featuresOf("test", sample));
      expect(argmax(outputs)).toBe(predicted);
    }
  });

  test("6 samples' gradients are the engine's to 5 digits, for every parameter", () => {
    const { config, parameters, engine } = setUp(network);
    const order = epochOrder(0, config, planRun(config, { trainCount: 100, testCount: 50 }));
    const wanted = [...parameters.keys()];
    for (let i = 0; i < 6; i++) {
      const block = { start: i, end: i + 1 };
      const { values } = engine.compute({ kind: "gradient", step: 0, block });
      const sample = order[i]!;
      const label = dataset.train.labels[sample]!;
      const features = featuresOf("train", sample);
      const gradients = sampleGradient(config, parameters, { features, label }, wanted);
      for (const [parameter, gradient] of gradients.entries()) {
        expect(Math.abs(gradient - values[parameter]!)).toBeLessThan(1e-5);
      }
    }
  });
});
