/** @file A descent in a picture has the bits of a run: the same updates as a store of parameters makes. */
import { expect, test } from "vitest";

import { descend } from "../../../../coordinator/learn/models/descent.ts";
import { ParameterStore } from "../../../../coordinator/run/parameter-store.ts";
import { createPlainKernel, instantiateKernel } from "../../../../shared/kernels/kernel.ts";
import type { GradientOptimizerConfig } from "../../../../shared/optimizers/optimizer.ts";
import { planRun } from "../../../../shared/run/plan.ts";
import { loadKernelWasm } from "../../../support/fixtures/kernel-wasm.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";

const optimizers: readonly GradientOptimizerConfig[] = [
  { name: "sgd", learningRate: 0.05 },
  { name: "momentum", learningRate: 0.1, beta: 0.9, dampening: 0.9 },
  { name: "momentum", learningRate: 0.03, beta: 0.9, dampening: 0 },
  { name: "nag", learningRate: 0.1, beta: 0.9 },
  { name: "rmsprop", learningRate: 0.05, beta: 0.9, epsilon: 1e-8 },
  { name: "adam", learningRate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  { name: "adamw", learningRate: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, decoupledDecay: 0.1 },
];

/** A ravine that is 20 times as steep across as along. */
const gradient = ([x = 0, y = 0]: Float32Array, into: Float64Array) => {
  into[0] = x;
  into[1] = 20 * y + Math.fround(0.1) * x;
};

/** As many parameters as a model can have two of. */
const model = testConfig({ layers: [1, 1], output: "linear", loss: "mse" });
const wasm = await loadKernelWasm();
const start = [-2.5, 0.7];
const steps = 60;

test.each(optimizers)(
  "$name: 60 steps have the bits of a run's own, on both kernels",
  (optimizer) => {
    const config = { ...model, optimizer, epochs: 100 };
    const kernel = createPlainKernel();
    const store = new ParameterStore({
      kernel,
      config,
      plan: planRun(config, { trainCount: 64, testCount: 1 }),
      parameters: Float32Array.from(start),
    });
    const gradientSum = kernel.arena.allocate(8);
    const exact = new Float64Array(2);
    const points = [...store.parameters];
    for (let step = 0; step < steps; step++) {
      gradient(store.pointToSend(), exact);
      kernel.views.f32.set(exact, gradientSum / 4);
      expect(store.applyStep({ step, gradientSum, divisor: 1 }).committed).toBe(true);
      points.push(...store.parameters);
    }
    const options = { optimizer, start, steps, gradient };
    const none = new Float32Array(2);
    for (const each of [createPlainKernel(), instantiateKernel(wasm)]) {
      const course = descend(each, options);
      expect(course.divergedAt).toBe(undefined);
      expect(Array.from(course.points)).toEqual(points);
      const [first = none] = [...store.state.values()];
      expect(course.first.subarray(2 * steps)).toEqual(first.slice());
    }
  },
);

test("a descent that leaves the numbers says at which step, and keeps the steps before", () => {
  const course = descend(createPlainKernel(), {
    optimizer: { name: "sgd", learningRate: 1e6 },
    start,
    steps: 100,
    gradient,
  });
  const { divergedAt = 0 } = course;
  expect(divergedAt).toBeGreaterThan(2);
  expect(course.steps).toBe(divergedAt);
  expect(course.points.length).toBe(2 * (divergedAt + 1));
  expect(course.points.every((value) => Number.isFinite(value))).toBe(true);
});

test("the same kernel takes descents of any number of parameters, one after another", () => {
  const kernel = createPlainKernel();
  const run = (count: number) =>
    descend(kernel, {
      optimizer: { name: "adam", learningRate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
      start: new Float32Array(count).fill(1),
      steps: 5,
      gradient: (point, into) => into.set(point),
    });
  const first = run(3);
  run(7);
  expect(run(3)).toEqual(first);
});
