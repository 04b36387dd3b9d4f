/** @file Parameter stores for tests: small, over the plain kernel unless another is given. */
import { ParameterStore } from "../../coordinator/parameter-store.ts";
import { createPlainKernel, type Kernel } from "../../shared/kernels/kernel.ts";
import type { GradientOptimizerConfig } from "../../shared/optimizers/optimizer.ts";
import type { RunConfig } from "../../shared/run/config.ts";

/** One of each gradient optimizer, with usual hyperparameters. */
export const gradientOptimizers: readonly GradientOptimizerConfig[] = [
  { name: "sgd", learningRate: 0.1 },
  { name: "momentum", learningRate: 0.1, beta: 0.9, dampening: 0.9 },
  { name: "nag", learningRate: 0.1, beta: 0.9 },
  { name: "rmsprop", learningRate: 0.01, beta: 0.9, epsilon: 1e-8 },
  { name: "adam", learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  {
    name: "adamw",
    learningRate: 0.01,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    decoupledDecay: 0.1,
  },
];

const config: RunConfig = {
  dataset: { name: "none", sha256: "0".repeat(64) },
  model: { layers: [1, 1], activation: "linear", output: "linear" },
  loss: { name: "mse", reduction: "mean" },
  optimizer: { name: "sgd", learningRate: 1 },
  schedule: { name: "constant", warmupSteps: 0, decayEpochs: 1, decayFactor: 1, finalFraction: 0 },
  weightDecay: 0,
  clipNorm: null,
  batchSize: 10,
  shardSize: 10,
  epochs: 10,
  steps: null,
  seed: 1,
};

/** A store at step 0 of a run of 10 epochs of 10 steps. */
export function createStore(
  parameters: readonly number[] | Float32Array,
  changes: Partial<RunConfig>,
  kernel: Kernel = createPlainKernel(),
): ParameterStore {
  return new ParameterStore({
    kernel,
    config: { ...config, ...changes },
    plan: { trainCount: 100, testCount: 1, stepsPerEpoch: 10, totalSteps: 100 },
    parameters: Float32Array.from(parameters),
  });
}

/** Commits one step with a batch of one sample. */
export function applyGradient(store: ParameterStore, gradient: readonly number[] | Float32Array) {
  const gradientSum = Float32Array.from(gradient);
  return store.applyStep({ step: store.step, gradientSum, divisor: 1 });
}
