/**
 * @file The predictor's results for single samples, against the engine and against a network that shares no code
 * with it.
 */
import { describe, expect, test } from "vitest";

import { createEngine } from "../../../../shared/engine/engine.ts";
import { argmax, Predictor } from "../../../../shared/engine/predictor.ts";
import { compileKernel, createPlainKernel } from "../../../../shared/kernels/kernel.ts";
import { initialParameters } from "../../../../shared/model/initialize.ts";
import { epochOrder, planRun } from "../../../../shared/run/plan.ts";
import { drawDataset } from "../../../support/fixtures/drawn-dataset.ts";
import { createWasmKernel, floatsOf } from "../../../support/fixtures/kernel-twins.ts";
import { loadKernelWasm } from "../../../support/fixtures/kernel-wasm.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";
import { plainOutputs } from "../../../support/trainers/plain-network.ts";

const layers = [12, 7, 5, 3];
const dataset = drawDataset({ form: "sparse" });
const networks = [
  { loss: "cce", output: "softmax", activation: "sigmoid" },
  { loss: "bce", output: "sigmoid", activation: "tanh" },
  { loss: "mse", output: "softmax", activation: "relu" },
  { loss: "mse", output: "linear", activation: "sigmoid" },
  { loss: "mae", output: "sigmoid", activation: "linear" },
] as const;

function featuresOf(split: "train" | "test", first: number, count = 1): Float32Array {
  const bytes = dataset[split].features.subarray(12 * first, 12 * (first + count));
  return Float32Array.from(bytes, (byte) => byte / 255);
}

function setUp(network: (typeof networks)[number]) {
  // Every sample is its own block.
  const config = testConfig({ layers, ...network, batchSize: 100, shardSize: 1 });
  const parameters = initialParameters(config.model, 7).map((value) => 3 * value);
  const engine = createEngine({ kernel: createPlainKernel(), config, dataset });
  engine.setParameters(new Uint8Array(parameters.buffer));
  const predictor = new Predictor(createWasmKernel(), config);
  return { config, parameters, engine, predictor };
}

describe.each(networks)("$loss, $output, $activation", (network) => {
  test("50 of 50 test samples are classified like the engine's", () => {
    const { parameters, engine, predictor } = setUp(network);
    const all = predictor.outputs(parameters, featuresOf("test", 0, 50));
    expect(all).toHaveLength(50 * 3);
    for (let sample = 0; sample < 50; sample++) {
      const block = { start: sample, end: sample + 1 };
      const { values } = engine.compute({ kind: "test", step: 0, block });
      const predicted = floatsOf(values).indexOf(1) % 3;
      expect(argmax(all.subarray(3 * sample, 3 * sample + 3))).toBe(predicted);
    }
  });

  test("50 samples' outputs are those of a float64 network to 6 digits, and the same bits one at a time", () => {
    const { config, parameters, predictor } = setUp(network);
    const exact = Float64Array.from(parameters);
    const all = predictor.outputs(parameters, featuresOf("test", 0, 50));
    for (let sample = 0; sample < 50; sample++) {
      const features = featuresOf("test", sample);
      const outputs = all.subarray(3 * sample, 3 * sample + 3);
      expect(predictor.outputs(parameters, features)).toEqual(outputs);
      const expected = plainOutputs(config.model, exact, [...features]);
      for (const [i, value] of expected.entries()) expect(outputs[i]!).toBeCloseTo(value, 5);
    }
  });

  test("6 samples' gradients are the engine's bit for bit, for every parameter", () => {
    const { config, parameters, engine, predictor } = setUp(network);
    const order = epochOrder(0, config, planRun(config, { trainCount: 100, testCount: 50 }));
    for (let i = 0; i < 6; i++) {
      const block = { start: i, end: i + 1 };
      const { values } = engine.compute({ kind: "gradient", step: 0, block });
      const sample = order[i]!;
      const label = dataset.train.targets[sample]!;
      const features = featuresOf("train", sample);
      expect(predictor.gradient(parameters, { features, target: [label] })).toEqual(
        floatsOf(values),
      );
    }
  });
});

test("other parameters give other outputs, and the first parameters give theirs again", () => {
  const { parameters, predictor } = setUp(networks[0]);
  const features = featuresOf("test", 0, 40);
  const before = predictor.outputs(parameters, features);
  const others = predictor.outputs(
    parameters.map((value) => -value),
    features,
  );
  expect(others).not.toEqual(before);
  expect(predictor.outputs(parameters, features)).toEqual(before);
});

test("a kernel that was compiled without blocking has the same name and gives the same bits", async () => {
  const wasm = new Uint8Array(await loadKernelWasm());
  const kernel = await compileKernel(wasm);
  expect(kernel.id).toBe(createWasmKernel().id);
  const { config, parameters, predictor } = setUp(networks[0]);
  const features = featuresOf("test", 0, 50);
  const outputs = new Predictor(kernel, config).outputs(parameters, features);
  expect(outputs).toEqual(predictor.outputs(parameters, features));
});
