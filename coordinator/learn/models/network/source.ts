/**
 * @file The network in the pictures, and the digits that its cost is taken over: plain values, which a web worker
 * passes to the page. By default one that the page trains itself, in about a second, as a run would.
 */
import { assert } from "../../../../shared/assert.ts";
import { bytesOf } from "../../../../shared/bytes.ts";
import type { Dataset } from "../../../../shared/data/dataset.ts";
import { generateDigits } from "../../../../shared/data/digits/generate-digits.ts";
import { createEngine } from "../../../../shared/engine/engine.ts";
import type { Kernel } from "../../../../shared/kernels/kernel.ts";
import { denseModel } from "../../../../shared/model/dense-model.ts";
import { initialParameters } from "../../../../shared/model/initialize.ts";
import type { ModelConfig } from "../../../../shared/model/model-config.ts";
import type { RunConfig } from "../../../../shared/run/config.ts";
import { Stepper } from "../descent.ts";

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
const digitCount = 1_000;
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
};

/** Draws the digits and trains the page's own network. The bits are those of a run with `ownConfig`. */
export function trainOwn(kernel: Kernel): NetworkSource {
  const { train, test } = generateDigits({ trainCount: digitCount, testCount: 10 });
  const dataset: Dataset = {
    ...ownConfig.dataset,
    featureShape: [28, 28],
    featureCount: 784,
    target: { kind: "classes", count: 10 },
    train: { count: digitCount, features: train.features, targets: train.labels },
    test: { count: 10, features: test.features, targets: test.labels },
  };
  const engine = createEngine({ kernel, config: ownConfig, dataset });
  const { optimizer, seed } = ownConfig;
  assert(optimizer.name === "adam", "the page trains with Adam");
  const stepper = new Stepper(kernel, optimizer, initialParameters(lectureModel, seed));
  const snapshots: Snapshot[] = [];
  for (let step = 0; step <= (ownSteps.at(-1) ?? 0); step++) {
    if (ownSteps.some((each) => each === step)) {
      snapshots.push({ step, parameters: stepper.parameters.slice() });
    }
    engine.setParameters(bytesOf(stepper.look(learningRate)));
    const { values } = engine.compute({ kind: "gradient", step: step % lastStep, block: oneShard });
    stepper.gradient.set(values);
    stepper.step(learningRate, batchSize);
  }
  return {
    id: "own",
    model: lectureModel,
    snapshots,
    digits: { count: digitCount, features: train.features, labels: train.labels },
  };
}

const oneShard = { start: 0, end: 1 };
/** The step after the last one of the run has no batch. */
const lastStep = ownSteps.at(-1) ?? 1;
