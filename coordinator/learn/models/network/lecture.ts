/** @file The lecture's network, how the page trains its own, and the form of any network that the pictures can show: plain values. */
import { denseModel } from "../../../../shared/model/dense-model.ts";
import type { ModelConfig } from "../../../../shared/model/model-config.ts";
import type { RunConfig } from "../../../../shared/run/config.ts";

export interface NetworkSource {
  /** What it is called in questions: `own`, or a run's id. */
  readonly id: string;
  /** Dense layers, sigmoid, softmax at the end. */
  readonly model: ModelConfig;
  /** The network at some of its steps, in order; the first is untrained if it is the page's own. */
  readonly snapshots: readonly Snapshot[];
  readonly digits: Digits;
}

export interface Snapshot {
  /** Committed steps. */
  readonly step: number;
  /** Shape `[parameterCount]`. */
  readonly parameters: Float32Array;
}

export interface Digits {
  readonly count: number;
  /** Shape `[count, 784]`, 0 = paper, 255 = ink. */
  readonly features: Uint8Array;
  /** Shape `[count]`. */
  readonly labels: Uint8Array;
}

/** The lecture's network: 13,002 parameters. */
export const lectureModel = denseModel({
  widths: [784, 16, 16, 10],
  activation: "sigmoid",
  output: "softmax",
});

/** Digits to learn from: enough to learn something, few enough for a second. */
export const digitCount = 1_000;
const batchSize = 50;
/** Of which the pictures have one each. */
export const ownSteps = [0, 1, 2, 5, 10, 20, 50, 100, 200, 400] as const;

const learningRate = 0.02;

/** The settings of the page's own training. */
export const ownConfig: RunConfig = {
  dataset: { name: "digits", sha256: "0".repeat(64) },
  task: { name: "classification", kind: "classes", count: 10 },
  model: lectureModel,
  loss: { name: "cce", reduction: "mean" },
  labelSmoothing: 0,
  classWeights: null,
  optimizer: { name: "adam", learningRate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  schedule: {
    name: "constant",
    warmupSteps: 0,
    decayEpochs: 1,
    decayFactor: 0.5,
    finalFraction: 0,
    restarts: [],
  },
  weightDecay: 0,
  l1: 0,
  augment: null,
  clipNorm: null,
  batchSize,
  shardSize: batchSize,
  epochs: (ownSteps.at(-1) ?? 0) / (digitCount / batchSize),
  steps: null,
  patience: null,
  seed: 1,
  initWeights: "auto",
  init: null,
  freeze: 0,
  localSteps: null,
  delay: 0,
  wire: "float32",
};
