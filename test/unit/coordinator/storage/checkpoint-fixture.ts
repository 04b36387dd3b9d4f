/** @file A small checkpoint for tests: 3-2-2 network, 14 parameters, one state tensor. */
import type { Checkpoint } from "../../../../coordinator/storage/checkpoint.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";

export const config = testConfig({
  dataset: { name: "ziffern \u{1F522}", sha256: "ab".repeat(32) },
  layers: [3, 2, 2],
  activation: "relu",
  optimizer: { name: "momentum", learningRate: 0.1, beta: 0.9, dampening: 0.9 },
  epochs: 5,
});

export function checkpointAt(step: number): Checkpoint {
  return {
    config,
    step,
    parameters: Float32Array.from({ length: 14 }, (_, i) => step + i + 0.1),
    optimizerState: new Map([["velocity", Float32Array.from({ length: 14 }, (_, i) => -i)]]),
    progress: {
      trainingMs: 12.5,
      epochTotals: { lossSum: 1 / 3, correct: 7, samples: 64 },
      evaluation: {
        step: 100,
        epoch: 1,
        split: "test",
        loss: Infinity,
        metrics: { accuracy: 0.5 },
        sums: Array.from({ length: 516 }, (_, i) => i),
      },
      finalTest: null,
      bestLoss: null,
    },
    data: {
      features: { type: "bytes", shape: [3] },
      target: { kind: "classes", count: 2, names: ["no", "yes"] },
    },
  };
}
