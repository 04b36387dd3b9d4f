import { describe, expect, test } from "vitest";

import type { Dataset } from "../../../../shared/data/dataset.ts";
import { createPlainKernel, type Kernel } from "../../../../shared/kernels/kernel.ts";
import { hiddenActivations, outputActivations } from "../../../../shared/model/dense-model.ts";
import { initialParameters } from "../../../../shared/model/initialize.ts";
import { parameterCount } from "../../../../shared/model/layout.ts";
import { modelSchema } from "../../../../shared/model/model-schema.ts";
import { Network } from "../../../../shared/model/network.ts";
import {
  type FeatureForm,
  featureForm,
  Staging,
  storeSplit,
} from "../../../../shared/model/stored-split.ts";
import { readsSparse } from "../../../../shared/model/wire.ts";
import type { RunConfig } from "../../../../shared/run/config.ts";
import { taskOf } from "../../../../shared/tasks/task.ts";
import { drawDataset } from "../../../support/fixtures/drawn-dataset.ts";
import { stride } from "../../../support/fixtures/effort.ts";
import { createWasmKernel } from "../../../support/fixtures/kernel-twins.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";
import { taskData } from "../../../support/fixtures/tasks/task-datasets.ts";
import { plainGradient, plainLoss } from "../../../support/trainers/plain-network.ts";

const layers = [12, 7, 5, 3];

/** Every loss with every output activation that it supports. */
const heads = [
  { loss: "cce", output: "softmax" },
  { loss: "bce", output: "sigmoid" },
  ...outputActivations.flatMap((output) => [
    { loss: "mse", output } as const,
    { loss: "mae", output } as const,
  ]),
] as const;

describe("the gradient equals central differences of a float64 network", () => {
  for (const { loss, output } of heads) {
    test.each(hiddenActivations)(`${loss} after ${output}, hidden %s`, (activation) => {
      const config = testConfig({ layers, loss, output, activation });
      const dataset = drawDataset({ trainCount: 6, form: "floats" });
      const parameters = initialParameters(config.model, 3);
      const { gradient, lossSum } = gradientOf(createPlainKernel(), config, dataset, {
        parameters,
      });
      const samples = samplesOf(dataset);
      const exact = Float64Array.from(parameters);
      const expected = plainGradient(config, exact, samples);
      // Float32 has 24 bits, and each path has a few dozen operations. So 1e-5 of the largest component is a fair
      // bound, and a wrong term, sign or factor is far outside.
      const scale = Math.max(...expected.map(Math.abs));
      const errors = expected.map((value, i) => Math.abs(value - gradient[i]!) / scale);
      expect(scale).toBeGreaterThan(0.01);
      expect(Math.max(...errors)).toBeLessThan(1e-5);
      const expectedLoss = samples.reduce((sum, s) => sum + plainLoss(config, exact, s), 0);
      expect(Math.abs(lossSum / expectedLoss - 1)).toBeLessThan(1e-5);
    });
  }
});

describe("with label smoothing 0.2, the gradient equals central differences of a float64 network", () => {
  test.each(heads)("$loss after $output", ({ loss, output }) => {
    const smoothing = { labelSmoothing: 0.2 };
    const config = testConfig({ layers, loss, output, activation: "tanh", ...smoothing });
    const dataset = drawDataset({ trainCount: 6, form: "floats" });
    const parameters = initialParameters(config.model, 3);
    const { gradient, lossSum } = gradientOf(createPlainKernel(), config, dataset, { parameters });
    const classes = layers.at(-1)!;
    const samples = samplesOf(dataset).map(({ features, label }) => ({
      features,
      label: Array.from({ length: classes }, (_, o) => 0.2 / classes + (o === label ? 0.8 : 0)),
    }));
    const exact = Float64Array.from(parameters);
    const expected = plainGradient(config, exact, samples);
    const scale = Math.max(...expected.map(Math.abs));
    const errors = expected.map((value, i) => Math.abs(value - gradient[i]!) / scale);
    expect(scale).toBeGreaterThan(0.01);
    expect(Math.max(...errors)).toBeLessThan(1e-5);
    const expectedLoss = samples.reduce((sum, s) => sum + plainLoss(config, exact, s), 0);
    expect(Math.abs(lossSum / expectedLoss - 1)).toBeLessThan(1e-5);
  });
});

describe("the bits of a shard's gradient", () => {
  const config = testConfig({ layers, activation: "tanh" });

  test("are those of the plain twins for every loss, output and hidden activation", () => {
    for (const { loss, output } of heads) {
      for (const activation of hiddenActivations) {
        const headConfig = testConfig({ layers, loss, output, activation });
        const dataset = drawDataset({ trainCount: 37 });
        const simd = gradientOf(createWasmKernel(), headConfig, dataset);
        expect(simd, `${loss} ${output}`).toEqual(
          gradientOf(createPlainKernel(), headConfig, dataset),
        );
      }
    }
  });

  test.each([3, 16, 17, 40])(
    "are the same through the sparse and the dense first layer of %i outputs",
    (width) => {
      const wide = testConfig({ layers: [12, width, 3] });
      const dataset = drawDataset({ trainCount: 70 });
      expect(featureForm(new Staging(createWasmKernel()), dataset, true)).toBe("sparse");
      const sparse = gradientOf(createWasmKernel(), wide, dataset, { form: "sparse" });
      expect(gradientOf(createWasmKernel(), wide, dataset, { form: "bytes" })).toEqual(sparse);
      const floats = { ...dataset, train: asFloats(dataset.train) };
      expect(gradientOf(createWasmKernel(), wide, floats, { form: "floats" })).toEqual(sparse);
    },
  );

  test("don't depend on the chunks: 100 samples equal one-by-one sums in order", () => {
    for (const form of ["sparse", "bytes"] as const) {
      const dataset = drawDataset({ trainCount: 100, form });
      const whole = gradientOf(createWasmKernel(), config, dataset);
      const sums = new Float32Array(whole.gradient.length);
      let lossSum = 0;
      for (let s = 0; s < 100; s++) {
        const single = gradientOf(createWasmKernel(), config, dataset, { first: s, count: 1 });
        for (const [i, value] of single.gradient.entries()) sums[i] = sums[i]! + value;
        lossSum += single.lossSum;
      }
      expect(whole.gradient).toEqual(sums);
      expect(whole.lossSum).toBe(lossSum);
    }
  });
});

describe("several leaves at once", () => {
  const dense = testConfig({ layers: [12, 40, 3] });
  /** Weights of more than one tile, and of panels that are not full. */
  const wide = testConfig({ layers: [12, 130, 49, 3], classWeights: [1, 2, 0.5] });
  const frozen = { ...wide, freeze: 1 };

  test.each([
    { name: "sparse", config: dense, form: "sparse" },
    { name: "bytes", config: wide, form: "bytes" },
    { name: "sparse, wide", config: wide, form: "sparse" },
    { name: "a frozen layer", config: frozen, form: "bytes" },
  ] as const)("$name: are one after the other, added along the tree", ({ config: each, form }) => {
    const dataset = drawDataset({ trainCount: 32 });
    for (const kernel of each === dense
      ? [createWasmKernel, createPlainKernel]
      : [createWasmKernel]) {
      for (const [shardSize, leaves, samples] of [
        [15, 2, 30],
        [7, 4, 22],
        [3, 8, 24],
      ] as const) {
        const request = { form, first: 2, count: samples };
        const together = gradientOf(kernel(), each, dataset, { ...request, leaves, shardSize });
        const single = Array.from({ length: leaves }, (_, leaf) => {
          const count = Math.min(shardSize, request.count - leaf * shardSize);
          const first = request.first + leaf * shardSize;
          return gradientOf(kernel(), each, dataset, { form, first, count });
        });
        const sumOf = (from: number, to: number): Float32Array => {
          if (to - from === 1) return single[from]!.gradient;
          const middle = (from + to) / 2;
          const right = sumOf(middle, to);
          return sumOf(from, middle).map((value, i) => value + right[i]!);
        };
        expect(together.gradient, `${leaves} of ${shardSize}`).toEqual(sumOf(0, leaves));
        expect(together.results.slice(0, leaves)).toEqual(
          single.map(({ lossSum, correct }) => ({ lossSum, correct })),
        );
      }
    }
  });

  test("are as many as fit in a chunk, a power of two; one, if a layer can't add them", () => {
    const kernel = createPlainKernel();
    const network = new Network(kernel, dense, "bytes");
    const counts = [1, 2, 3, 4, 5, 8, 9, 16, 17, 32, 33, 64].map((size) =>
      network.leavesAtOnce(size),
    );
    expect(counts).toEqual([8, 8, 8, 8, 4, 4, 2, 2, 1, 1, 1, 1]);
    const model = modelSchema.parse({
      inputShape: [6],
      layers: [
        { kind: "dense", units: 6 },
        { kind: "layer-norm" },
        { kind: "dense", units: 3 },
        { kind: "softmax" },
      ],
    });
    expect(new Network(kernel, { ...dense, model }, "bytes").leavesAtOnce(4)).toBe(1);
  });
});

const tasks = Object.entries(taskData).flatMap(([name, { dataset, heads: all }]) =>
  all.map(([loss, output, width]) => ({ name, dataset, loss, output, width })),
);

test.each(tasks)(
  "$name by $loss on $width $output outputs: loss and gradient are those of float64",
  ({ dataset, loss, output, width }) => {
    const config: RunConfig = {
      ...testConfig({ layers: [12, 6, width], loss, output, activation: "tanh" }),
      task: taskOf(dataset.target),
    };
    const { gradient, lossSum } = gradientOf(createWasmKernel(), config, dataset);
    const twin = gradientOf(createPlainKernel(), config, dataset);
    expect([gradient, lossSum]).toEqual([twin.gradient, twin.lossSum]);
    const parameters = Float64Array.from(initialParameters(config.model, 1));
    const { targets, count } = dataset.train;
    const each = targets.length / count;
    const samples = samplesOf(dataset).map(({ features, label }, s) => ({
      features: features.map((byte) => byte / 255),
      label: each > 1 || width === 1 ? [...targets.subarray(s * each, (s + 1) * each)] : label,
    }));
    // Of many parameters every 11th, which is one of each output, because 11 divides neither 70 nor 6.
    const nth = parameters.length > 200 ? stride(11) : 1;
    const plain = plainGradient(config, parameters, samples, nth);
    for (const [i, value] of plain.entries()) {
      if (i % nth > 0) continue;
      expect(Math.abs(gradient[i]! - value)).toBeLessThan(2e-4 * (1 + Math.abs(value)));
    }
    const losses = samples.map((sample) => plainLoss(config, parameters, sample));
    expect(lossSum / losses.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
  },
);

test("correct counts the samples whose largest output is at their label", () => {
  const config = testConfig({ layers: [12, 3], output: "linear", loss: "mse" });
  const dataset = drawDataset({ trainCount: 40, form: "floats" });
  const parameters = initialParameters(config.model, 5);
  const { correct } = gradientOf(createWasmKernel(), config, dataset, { parameters });
  const expected = samplesOf(dataset).filter(({ features, label }) => {
    const outputs = [0, 1, 2].map((o) =>
      features.reduce((sum, x, i) => sum + x * parameters[3 * i + o]!, 0),
    );
    return outputs.indexOf(Math.max(...outputs)) === label;
  });
  expect(correct).toBe(expected.length);
  expect(correct).toBeGreaterThan(0);
});

interface Request {
  readonly parameters?: Float32Array;
  readonly form?: FeatureForm;
  readonly first?: number;
  readonly count?: number;
  /** If the samples are several leaves. */
  readonly leaves?: number;
  readonly shardSize?: number;
}

/** Gradient, loss and hits of one shard of the training split, computed in its own kernel. */
function gradientOf(
  kernel: Kernel,
  config: RunConfig,
  dataset: Dataset,
  {
    parameters = initialParameters(config.model, 1),
    form,
    first = 0,
    count,
    ...more
  }: Request = {},
) {
  const staging = new Staging(kernel);
  const chosenForm = form ?? featureForm(staging, dataset, readsSparse(config.model));
  const split = storeSplit(staging, dataset.train, chosenForm);
  const network = new Network(kernel, config, chosenForm);
  const values = kernel.arena.allocate(parameters.byteLength);
  const gradient = kernel.arena.allocate(parameters.byteLength);
  const samples = kernel.arena.allocate(4 * split.count);
  const { f32, u32 } = kernel.views;
  f32.set(parameters, values / 4);
  // Old values that a gradient overwrites must not show.
  f32.fill(7, gradient / 4, gradient / 4 + parameters.length);
  for (let s = 0; s < split.count; s++) u32[samples / 4 + s] = s;
  const shard = { split, samples: samples + 4 * first, sampleCount: count ?? split.count - first };
  const { leaves, shardSize = 0 } = more;
  const results =
    leaves === undefined
      ? [network.gradientOf(shard, values, gradient)]
      : network.gradientOfLeaves(shard, values, gradient, { leaves, shardSize });
  const { lossSum, correct } = results[0]!;
  const length = parameterCount(config.model);
  const slice = f32.slice(gradient / 4, gradient / 4 + length);
  return { lossSum, correct, gradient: slice, results };
}

function asFloats(split: Dataset["train"]): Dataset["train"] {
  return { ...split, features: Float32Array.from(split.features, (byte) => byte / 255) };
}

function samplesOf({ train, featureCount }: Dataset) {
  return Array.from({ length: train.count }, (_, s) => ({
    features: [...train.features.subarray(s * featureCount, (s + 1) * featureCount)],
    label: train.targets[s]!,
  }));
}
