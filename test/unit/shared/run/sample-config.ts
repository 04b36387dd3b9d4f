/** @file A complete run config for tests, into which a test puts what it cares about. */
import { denseModel } from "../../../../shared/model/dense-model.ts";
import type { RunConfig } from "../../../../shared/run/config.ts";

export function sampleConfig(changes: Partial<RunConfig>): RunConfig {
  return {
    dataset: { name: "digits", sha256: "ab".repeat(32) },
    model: denseModel({
      widths: [784, 16, 16, 10],
      activation: "sigmoid",
      output: "softmax",
    }),
    loss: { name: "cce", reduction: "mean" },
    optimizer: { name: "sgd", learningRate: 0.1 },
    schedule: {
      name: "constant",
      warmupSteps: 0,
      decayEpochs: 1,
      decayFactor: 0.5,
      finalFraction: 0,
    },
    weightDecay: 0,
    clipNorm: null,
    batchSize: 64,
    shardSize: 32,
    epochs: 1,
    steps: null,
    seed: 1,
    ...changes,
  };
}
