import { describe, expect, test } from "vitest";

import { shorthandOf } from "../../../../../shared/model/dense-model.ts";
import { parametersMax } from "../../../../../shared/protocol/limits.ts";
import type { RunConfig } from "../../../../../shared/run/config.ts";
import { type DatasetFacts, resolveRunConfig } from "../../../../../shared/run/settings/resolve.ts";
import type { RunRequest, RunSettings } from "../../../../../shared/run/settings/run-settings.ts";
import { mistake, parseCoordinator } from "../../../coordinator/cli/support.ts";

const digits: DatasetFacts = {
  name: "digits",
  sha256: "a".repeat(64),
  featureCount: 784,
  target: { kind: "classes" as const, count: 10 },
  trainCount: 6_000,
  testCount: 1_000,
};

const asked = (given: RunSettings): RunRequest => ({ given, origins: {} });
const resolve = (given: RunSettings, facts = digits) => resolveRunConfig(asked(given), facts);
const widthsOf = ({ model }: RunConfig) => shorthandOf(model)?.widths;

describe("resolveRunConfig", () => {
  test("changes of pictures get the pictures' shape, and are refused where there are none or they are too large", () => {
    const pictures = { ...digits, featureShape: [28, 28] };
    expect(resolve({ augment: "flip,crop=4" }, pictures).augment).toEqual({
      flip: true,
      shift: 0,
      crop: 4,
      height: 28,
      width: 28,
      channels: 1,
    });
    expect(resolve({ augment: null }, pictures).augment).toBeNull();
    expect(() => resolve({ augment: "flip" }, { ...digits, featureShape: [784] })).toThrow(
      "--augment flip changes pictures, but the samples of digits are not pictures; leave it out",
    );
    expect(() => resolve({ augment: "shift=28" }, pictures)).toThrow(
      "--augment shift=28 is as large as the pictures; use less than 28, their shorter side in pixels, or leave it out",
    );
  });

  test("without settings it is the tuned 784-16-16-10 with batches of 64", () => {
    expect(resolve({})).toEqual({
      dataset: { name: "digits", sha256: "a".repeat(64) },
      task: { name: "classification", kind: "classes", count: 10 },
      model: {
        inputShape: [784],
        layers: [
          { kind: "dense", units: 16 },
          { kind: "sigmoid" },
          { kind: "dense", units: 16 },
          { kind: "sigmoid" },
          { kind: "dense", units: 10 },
          { kind: "softmax" },
        ],
      },
      loss: { name: "cce", reduction: "mean" },
      optimizer: { name: "adam", learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
      schedule: {
        name: "step",
        warmupSteps: 0,
        decayEpochs: 3,
        decayFactor: 0.5,
        finalFraction: 0.01,
        restarts: [],
      },
      weightDecay: 2e-4,
      l1: 0,
      augment: null,
      clipNorm: null,
      batchSize: 64,
      shardSize: 32,
      epochs: 20,
      steps: null,
      seed: 1,
      initWeights: "auto",
      init: null,
      freeze: 0,
      wire: "float32",
      labelSmoothing: 0,
      classWeights: null,
      patience: null,
      localSteps: null,
      delay: 0,
    });
  });

  test("balanced class weights give 900 and 100 samples of 2 classes the same weight", () => {
    const target = { kind: "classes", count: 2 } as const;
    const classCounts = [900, 100];
    const two = { ...digits, target, classCounts, trainCount: 1_000 };
    const request = { given: { classWeights: "balanced" as const }, origins: {} };
    const { classWeights } = resolveRunConfig(request, two);
    expect(classWeights).toEqual([1_000 / 1_800, 5]);
  });

  test("the recipe's floor of 0.01 is that of its step schedule alone, and can be set", () => {
    const finalFractions = [
      resolve({}),
      resolve({ finalFraction: 0 }),
      resolve({ schedule: "cosine" }),
      resolve({ optimizer: "adam", schedule: "step" }),
    ].map(({ schedule }) => schedule.finalFraction);
    expect(finalFractions).toEqual([0.01, 0, 0, 0]);
  });

  test("an explicit adam has the textbook's 0.001, a constant rate and no weight decay", () => {
    const { optimizer, schedule, weightDecay } = resolve({ optimizer: "adam" });
    expect(optimizer).toEqual({
      name: "adam",
      learningRate: 0.001,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
    });
    expect(schedule.name).toBe("constant");
    expect(weightDecay).toBe(0);
  });

  test.each([
    ["sgd", { learningRate: 0.5 }],
    ["momentum", { learningRate: 0.5, beta: 0.9, dampening: 0.9 }],
    ["nag", { learningRate: 0.5, beta: 0.9 }],
    ["rmsprop", { learningRate: 0.001, beta: 0.9, epsilon: 1e-8 }],
    [
      "adamw",
      { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decoupledDecay: 0.01 },
    ],
    ["local-search", { candidates: 16, sigma: 0.02 }],
  ] as const)("%s has its own defaults and no others", (name, hyperparameters) => {
    expect(resolve({ optimizer: name }).optimizer).toEqual({ name, ...hyperparameters });
  });

  test("dampening follows β unless it is given", () => {
    expect(resolve({ optimizer: "momentum", beta: 0.5 }).optimizer).toMatchObject({
      dampening: 0.5,
    });
    const both = resolve({ optimizer: "momentum", beta: 0.5, dampening: 0 });
    expect(both.optimizer).toMatchObject({ beta: 0.5, dampening: 0 });
  });

  test.each([
    [{ loss: "cce" }, "cce", "softmax"],
    [{ loss: "bce" }, "bce", "sigmoid"],
    [{ loss: "mse" }, "mse", "sigmoid"],
    [{ loss: "mae" }, "mae", "sigmoid"],
    [{ outputActivation: "softmax" }, "cce", "softmax"],
    [{ outputActivation: "sigmoid" }, "bce", "sigmoid"],
    [{ outputActivation: "tanh" }, "mse", "tanh"],
    [{ outputActivation: "relu" }, "mse", "relu"],
    [{ outputActivation: "linear" }, "mse", "linear"],
    [{ loss: "mse", outputActivation: "softmax" }, "mse", "softmax"],
  ] as const)("%o means loss %s with output %s", (given, loss, output) => {
    const config = resolve(given);
    const last = config.model.layers.at(-1)?.kind;
    expect([config.loss.name, last === "dense" ? "linear" : last]).toEqual([loss, output]);
  });

  test(`a model of at most ${parametersMax} parameters is accepted, a wider one is not`, () => {
    // 784 · n + n, and n · 10 + 10.
    const widest = Math.floor((parametersMax - 10) / 795);
    expect(widthsOf(resolve({ layers: [784, widest, 10] }))).toEqual([784, widest, 10]);
    const tooWide = mistake(() => resolve({ layers: [784, widest + 1, 10] }));
    expect(tooWide).toContain("a run has at most 100,000,000, use narrower layers");
  });

  test("full is the training split, auto layers follow the data, and a default batch fits 50 samples", () => {
    const small = {
      ...digits,
      featureCount: 4,
      target: { kind: "classes" as const, count: 3 },
      trainCount: 50,
    };
    expect(resolve({ batchSize: "full" }).batchSize).toBe(6_000);
    expect(resolve({ batchSize: "full" }).shardSize).toBe(96);
    expect(resolve({}, small).batchSize).toBe(50);
    expect(widthsOf(resolve({ layers: "auto" }, small))).toEqual([4, 16, 16, 3]);
  });

  test("500 steps alone make 6 epochs of 94 steps; with 2 epochs they stay 2", () => {
    expect(resolve({ steps: 500 })).toMatchObject({ steps: 500, epochs: 6 });
    expect(resolve({ steps: 500, epochs: 2 })).toMatchObject({ steps: 500, epochs: 2 });
  });

  test.each<[RunSettings, string]>([
    [
      { layers: [100, 10] },
      "--layers 100,10 does not fit digits: its samples have 784 values; begin with 784",
    ],
    [
      { layers: [784, 16, 9] },
      "--layers 784,16,9 does not fit digits: it has 10 classes; end with 10",
    ],
    [
      { layers: [784, 1_000_000, 10] },
      "--layers 784,1000000,10 makes 795,000,010 parameters; a run has at most 100,000,000, use narrower layers",
    ],
    [
      { batchSize: 6_001 },
      "--batch-size 6001 is more than the 6,000 training samples of digits; use at most 6000, or full",
    ],
    [
      { shardSize: 65 },
      "--shard-size 65 is more than a batch of 64 samples; use at most 64, or auto",
    ],
    [
      { loss: "cce", outputActivation: "sigmoid" },
      "--loss cce needs softmax outputs, not --output-activation sigmoid; use softmax, or another loss",
    ],
    [
      { loss: "bce", outputActivation: "softmax" },
      "--loss bce needs sigmoid outputs, not --output-activation softmax; use sigmoid, or another loss",
    ],
    [
      { optimizer: "sgd", beta1: 0.9 },
      "--beta1 0.9 is not for optimizer sgd; leave it out, or choose adam or adamw",
    ],
    [
      { beta: 0.9 },
      "--beta 0.9 is not for optimizer adam; leave it out, or choose momentum, nag or rmsprop",
    ],
    [
      { optimizer: "local-search", learningRate: 1 },
      "--learning-rate 1 is not for optimizer local-search; leave it out, or choose sgd, momentum, nag, rmsprop, adam or adamw",
    ],
    [
      { optimizer: "local-search", clipNorm: 1 },
      "--clip-norm 1 needs a gradient, which local-search does not compute; leave it out, or choose another optimizer",
    ],
    [
      { optimizer: "local-search", localSteps: 5 },
      "--local-steps 5 needs a gradient, which local-search does not compute; leave it out, or choose another optimizer",
    ],
    [
      { optimizer: "local-search", delay: 1 },
      "--delay 1 needs a gradient, which local-search does not compute; leave it out, or choose another optimizer",
    ],
    [
      { localSteps: 5, delay: 1 },
      "--delay 1 does not go with --local-steps 5: replicas train long enough between exchanges; leave one of the two out",
    ],
    [{ replicas: 4 }, "--replicas 4 is for local steps; leave it out, or set --local-steps"],
    [
      { localSteps: 95 },
      "--local-steps 95 is more than the 94 batches of an epoch, which always ends with an exchange; choose at most 94",
    ],
    [
      { localSteps: 5, replicas: 65 },
      "--replicas 65 is more than the samples of a batch, so some replicas would get none; choose at most 64",
    ],
    [
      { localSteps: 10, warmupSteps: 94, epochs: 1 },
      "--warmup-steps 94 is not less than the run's 94 steps; use fewer warm-up steps, or more epochs",
    ],
    [
      { schedule: "cosine", decayEpochs: 2 },
      "--decay-epochs 2 is not for schedule cosine; leave it out, or choose step",
    ],
    [
      { schedule: "constant", finalFraction: 0.5 },
      "--final-fraction 0.5 is not for schedule constant; leave it out, or choose step or cosine",
    ],
    [
      { patience: 3 },
      "--patience 3 needs validation data, because the test data must not decide when a run ends; add --validation 0.1",
    ],
    [
      { classWeights: [1, 2] },
      "--class-weights 1,2 must be one number for each of the 10 classes, of which at most 100 can have weights",
    ],
    [
      { freeze: 3 },
      "--freeze 3 leaves nothing to train: the model has 3 layers with parameters; freeze fewer",
    ],
    [
      { layers: [784, 10], freeze: 1 },
      "--freeze 1 leaves nothing to train: the model has 1 layer with parameters; leave it out",
    ],
    [
      { schedule: "step", restarts: [5] },
      "--restarts 5 is not for schedule step; leave it out, or choose cosine",
    ],
    [
      { schedule: "cosine", warmupSteps: 5, restarts: [5, 50], epochs: 1 },
      "--restarts 5,50 must be steps from 6 to 93, after the warm-up and before the run's end",
    ],
    [
      { schedule: "cosine", restarts: [2], steps: 1 },
      "--restarts 2: the run has 1 step, and none of them is left to restart at, after the warm-up and before the run's end; use more epochs, or leave it out",
    ],
    [
      { schedule: "cosine", warmupSteps: 1, restarts: [5], steps: 3 },
      "--restarts 5 must be 2, the only step after the warm-up and before the run's end",
    ],
    [
      { warmupSteps: 94, epochs: 1 },
      "--warmup-steps 94 is not less than the run's 94 steps; use fewer warm-up steps, or more epochs",
    ],
  ])("%o is refused", (given, line) => {
    expect(mistake(() => resolve(given))).toBe(line);
  });

  test("local steps have DiLoCo's outer step and 8 replicas by default; steps are exchanges", () => {
    const outer = { outerLearningRate: 0.7, outerMomentum: 0.9 };
    expect(resolve({ localSteps: 10 }).localSteps).toEqual({ steps: 10, replicas: 8, ...outer });
    expect(resolve({ localSteps: 10, batchSize: 4 }).localSteps?.replicas).toBe(4);
    // 94 batches make 9 exchanges, so 20 of them take 3 epochs.
    expect(resolve({ localSteps: 10, steps: 20 })).toMatchObject({ steps: 20, epochs: 3 });
    expect(resolve({ localSteps: null }).localSteps).toBe(null);
  });

  test("a delay of 0 is that of every run, also of local steps and local search", () => {
    expect(resolve({}).delay).toBe(0);
    expect(resolve({ delay: 1 }).delay).toBe(1);
    expect(resolve({ localSteps: 5, delay: 0 }).delay).toBe(0);
    expect(resolve({ optimizer: "local-search", delay: 0 }).delay).toBe(0);
  });

  test("a refusal names the spelling that was used", () => {
    const { run } = parseCoordinator(["start"], { file: "optimizer: sgd\nbeta1: 0.5" });
    expect(mistake(() => resolveRunConfig(run, digits))).toBe(
      "run.yaml line 2: beta1 0.5 is not for optimizer sgd; leave it out, or choose adam or adamw",
    );
  });
});
