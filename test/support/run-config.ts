/** @file Run configs for tests: everything resolved, only what matters named. */
import type { RunConfig } from "../../shared/run/config.ts";

export interface TestConfig {
  readonly layers?: readonly number[];
  readonly activation?: RunConfig["model"]["activation"];
  readonly output?: RunConfig["model"]["output"];
  readonly loss?: RunConfig["loss"]["name"];
  readonly optimizer?: RunConfig["optimizer"];
  readonly batchSize?: number;
  readonly shardSize?: number;
  readonly seed?: number;
}

/** 784-16-16-10 with sigmoid, softmax, cross-entropy and SGD, batches of 64 in shards of 32, unless told otherwise. */
export function testConfig({
  layers = [784, 16, 16, 10],
  activation = "sigmoid",
  output = "softmax",
  loss = "cce",
  optimizer = { name: "sgd", learningRate: 0.1 },
  batchSize = 64,
  shardSize = 32,
  seed = 1,
}: TestConfig): RunConfig {
  return {
    dataset: { name: "test", sha256: "0".repeat(64) },
    model: { layers: [...layers], activation, output },
    loss: { name: loss, reduction: "mean" },
    optimizer,
    schedule: {
      name: "constant",
      warmupSteps: 0,
      decayEpochs: 1,
      decayFactor: 0.5,
      finalFraction: 0,
    },
    weightDecay: 0,
    clipNorm: null,
    batchSize,
    shardSize,
    epochs: 1,
    steps: null,
    seed,
  };
}
