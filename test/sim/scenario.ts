/**
 * @file What the simulator trains: small runs of every kind and every task, and the expected result after
 * every step according to the sequential trainer.
 */
import type { CoordinatorOptions } from "../../coordinator/options.ts";
import { fingerprintOf } from "../../coordinator/storage/checkpoint.ts";
import { initialParameters } from "../../shared/model/initialize.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import { countsOf, planRun } from "../../shared/run/plan.ts";
import type { RunRequest, RunSettings } from "../../shared/run/settings/run-settings.ts";
import { evaluateSequentially, trainSequentially } from "../support/trainers/sequential-trainer.ts";
import { datasetOf, sources, textData } from "./datasets.ts";

const runId = "sim";
export const runsFolder = "/virtual/runs";
export const runFolder = `${runsFolder}/${runId}`;
export const refugeFolder = "/virtual/tmp/refuge";
/** Batches of 20, the last of an epoch of 10; shards of 3, the last of a batch of 2 or 1. */
const base: RunSettings = {
  dataset: sources.tiny,
  layers: [12, 5, 3],
  batchSize: 20,
  shardSize: 3,
  epochs: 4,
  seed: 1,
};

/** Every kind of layer is in one of these. */
const pictureLayers = [
  { kind: "conv2d", channels: 4, kernel: 3, stride: 1, padding: "same" },
  { kind: "group-norm", groups: 2 },
  {
    kind: "residual",
    layers: [
      { kind: "tanh" },
      { kind: "conv2d", channels: 3, kernel: 2, stride: 2, padding: "same" },
      { kind: "dropout", rate: 0.2 },
    ],
  },
  { kind: "relu" },
  { kind: "max-pool2d", size: 2, stride: 1 },
  { kind: "average-pool2d", size: "global", stride: 1 },
  { kind: "flatten" },
  { kind: "dense", units: 3 },
  { kind: "softmax" },
];
const sequenceLayers = [
  { kind: "dense", units: 4 },
  { kind: "position-embedding" },
  {
    kind: "residual",
    layers: [{ kind: "layer-norm" }, { kind: "attention", heads: 2, causal: 0 }],
  },
  { kind: "gelu" },
  { kind: "flatten" },
  { kind: "dense", units: 3 },
  { kind: "embedding", vocabulary: 3, width: 2 },
  { kind: "flatten" },
  { kind: "dense", units: 3 },
  { kind: "sigmoid" },
];

/**
 * Only schedules that do not depend on the run's end, because the sequential trainer computes every prefix of the
 * run.
 */
export const scenarios: Readonly<Record<string, RunSettings>> = {
  sgd: { ...base, optimizer: "sgd", learningRate: 0.5 },
  "local steps": {
    ...base,
    optimizer: "adam",
    learningRate: 0.02,
    localSteps: 2,
    replicas: 5,
    schedule: "step",
    warmupSteps: 3,
    seed: 2,
  },
  "nag with a delay": {
    ...base,
    optimizer: "nag",
    learningRate: 0.2,
    schedule: "step",
    warmupSteps: 3,
    delay: 1,
    seed: 3,
  },
  rmsprop: { ...base, optimizer: "rmsprop", learningRate: 0.01, shardSize: 1, epochs: 2 },
  adam: { ...base, optimizer: "adam", learningRate: 0.02, clipNorm: 0.5, layers: [12, 6, 5, 3] },
  adamw: { ...base, optimizer: "adamw", learningRate: 0.02, loss: "mse", activation: "tanh" },
  "frozen layer in local steps": {
    ...base,
    optimizer: "nag",
    learningRate: 0.2,
    weightDecay: 0.01,
    freeze: 1,
    localSteps: 1,
    replicas: 3,
    outerMomentum: 0.5,
    wire: "float16",
  },
  float16: { ...base, optimizer: "adam", learningRate: 0.02, layers: [12, 20, 3], wire: "float16" },
  int8: { ...base, optimizer: "adam", learningRate: 0.02, layers: [12, 20, 3], wire: "int8" },
  "int8 with a delay": {
    ...base,
    optimizer: "nag",
    learningRate: 0.2,
    layers: [12, 20, 3],
    wire: "int8",
    delay: 1,
  },
  "local steps in int8": {
    ...base,
    optimizer: "adamw",
    learningRate: 0.02,
    localSteps: 2,
    replicas: 5,
    wire: "int8",
  },
  "local search in float16": {
    ...base,
    optimizer: "local-search",
    candidates: 3,
    sigma: 0.1,
    wire: "float16",
    epochs: 2,
  },
  "penalties with a delay": {
    ...base,
    optimizer: "adam",
    learningRate: 0.02,
    l1: 0.01,
    initWeights: "he-normal",
    labelSmoothing: 0.1,
    classWeights: [0.5, 1, 2],
    delay: 1,
  },
  "changed pictures": {
    ...base,
    optimizer: "sgd",
    learningRate: 0.5,
    augment: "flip,shift=1,crop=1",
  },
  "local search on changed pictures": {
    ...base,
    optimizer: "local-search",
    candidates: 3,
    sigma: 0.1,
    augment: "crop=2",
    epochs: 2,
  },
  "full batch with a delay": {
    ...base,
    optimizer: "momentum",
    learningRate: 0.3,
    batchSize: "full",
    delay: 1,
    epochs: 6,
  },
  "2 classes by 1 output": {
    ...base,
    dataset: sources.binary,
    layers: [12, 5, 1],
    optimizer: "adam",
    learningRate: 0.02,
    epochs: 3,
  },
  flags: {
    ...base,
    dataset: sources.flags,
    layers: [12, 5, 3],
    optimizer: "momentum",
    learningRate: 0.3,
    epochs: 3,
  },
  "numbers with validation and a delay": {
    ...base,
    dataset: sources.numbers,
    layers: [12, 5, 2],
    optimizer: "adam",
    learningRate: 0.02,
    delay: 1,
    epochs: 3,
  },
  pictures: {
    ...base,
    layers: "auto",
    model: JSON.stringify(pictureLayers),
    augment: "flip,shift=1",
    optimizer: "adam",
    learningRate: 0.02,
    epochs: 2,
  },
  sequences: {
    ...base,
    layers: "auto",
    model: JSON.stringify(sequenceLayers),
    optimizer: "momentum",
    learningRate: 0.3,
    epochs: 2,
  },
  text: {
    ...base,
    dataset: sources.text,
    layers: "auto",
    model: "gpt:layers=1,heads=2,width=4,dropout=0.2",
    optimizer: "adamw",
    learningRate: 0.01,
    epochs: 2,
  },
  "local search": { ...base, optimizer: "local-search", candidates: 4, sigma: 0.1, epochs: 2 },
};

/** The sequential trainer's results for a run. */
export interface Expected {
  readonly totalSteps: number;
  readonly stepsPerEpoch: number;
  /** Indexed by the number of steps. */
  readonly fingerprints: readonly string[];
  /** Indexed by the number of epochs, of the split that training is watched with. */
  readonly losses: readonly number[];
  /** At the end. */
  readonly testLoss: number;
}

const cache = new Map<string, Expected>();

export function expectedOf(config: RunConfig): Expected {
  const key = JSON.stringify(config);
  const expected = cache.get(key) ?? trainEveryPrefix(config);
  cache.set(key, expected);
  return expected;
}

function trainEveryPrefix(config: RunConfig): Expected {
  const dataset = datasetOf(config.dataset.sha256);
  const plan = planRun(config, countsOf(dataset));
  const { totalSteps, stepsPerEpoch } = plan;
  const fingerprints = [
    fingerprintOf(initialParameters(config.model, config.seed, config.initWeights)),
  ];
  const losses = [Number.NaN];
  let lastLoss = Number.NaN;
  for (let steps = 1; steps <= totalSteps; steps++) {
    const { parameters, testLoss } = trainSequentially({ ...config, steps }, dataset);
    fingerprints.push(fingerprintOf(parameters));
    lastLoss = testLoss;
    if (steps % stepsPerEpoch !== 0) continue;
    const { validation } = dataset;
    const watched = validation && evaluateSequentially(parameters, config, validation);
    losses.push(watched?.testLoss ?? testLoss);
  }
  return { totalSteps, stepsPerEpoch, fingerprints, losses, testLoss: lastLoss };
}

export function requestOf(settings: RunSettings): RunRequest {
  const data = settings.dataset === sources.text ? { data: textData } : {};
  return { given: settings, ...data, origins: {} };
}

export function optionsOf(resume: boolean, minWorkers: number): CoordinatorOptions {
  return {
    host: "127.0.0.1",
    port: 0,
    joinToken: undefined,
    adminToken: undefined,
    tls: undefined,
    open: true,
    localWorkers: 0,
    threads: 1,
    minWorkers,
    pace: "full",
    audit: "none",
    runs: runsFolder,
    name: runId,
    resume: resume ? runId : undefined,
    metrics: "admin",
    trustProxy: false,
    checkpointEvery: { every: 1, unit: "epochs" },
    cache: "/virtual/cache",
    mnistMirror: undefined,
    exit: true,
    json: true,
    log: "text",
  };
}
