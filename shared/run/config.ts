/**
 * @file The run config: everything that determines the result of a run, and nothing else. It does not say who
 * computes, with how many workers, where the files go or how the run is shown. It travels in the `run` message and
 * is stored in every checkpoint, so it is validated wherever it arrives.
 */
import * as z from "zod/mini";

import { augmentSchema } from "../model/augment/augment.ts";
import { weightDraws } from "../model/initialize.ts";
import { lossNames } from "../model/loss.ts";
import { modelSchema } from "../model/model-schema.ts";
import { taskSchema } from "../tasks/task.ts";
import { wireNames } from "./wire.ts";

export const optimizerNames = [
  "sgd",
  "momentum",
  "nag",
  "rmsprop",
  "adam",
  "adamw",
  "local-search",
] as const;
export const scheduleNames = ["constant", "step", "cosine"] as const;
/** Extending a run under `cosine` adds one. They travel in the header of a message, which has a limit. */
export const restartsMax = 32;
/** The longest delay of a gradient, in steps. */
export const delayMax = 1;
/** The most classes that can have weights, for the same reason. */
export const classWeightsMax = 100;

const count = z.int().check(z.positive());
const rate = z.number().check(z.positive());
const fraction = z.number().check(z.gte(0), z.lt(1));
const notNegative = z.number().check(z.gte(0));

const optimizer = z.discriminatedUnion("name", [
  z.strictObject({ name: z.literal("sgd"), learningRate: rate }),
  z.strictObject({
    name: z.literal("momentum"),
    learningRate: rate,
    beta: fraction,
    /** `v ← β v + (1 − dampening) g`; the default is β (an exponential average), 0 gives `v ← β v + g`. */
    dampening: notNegative,
  }),
  z.strictObject({ name: z.literal("nag"), learningRate: rate, beta: fraction }),
  z.strictObject({ name: z.literal("rmsprop"), learningRate: rate, beta: fraction, epsilon: rate }),
  z.strictObject({
    name: z.literal("adam"),
    learningRate: rate,
    beta1: fraction,
    beta2: fraction,
    epsilon: rate,
  }),
  z.strictObject({
    name: z.literal("adamw"),
    learningRate: rate,
    beta1: fraction,
    beta2: fraction,
    epsilon: rate,
    decoupledDecay: notNegative,
  }),
  z.strictObject({
    name: z.literal("local-search"),
    /** How many random neighbours are tried per step. */
    candidates: count,
    /** Standard deviation of a neighbour's noise. */
    sigma: rate,
  }),
]);

const schedule = z.strictObject({
  name: z.enum(scheduleNames),
  /** Steps over which the rate rises linearly from 0; 0 turns warm-up off. */
  warmupSteps: z.int().check(z.gte(0)),
  /** `step`: the rate is multiplied by `decayFactor` every `decayEpochs` epochs. */
  decayEpochs: count,
  decayFactor: rate,
  /** `step`: the rate never falls below this share of its start. `cosine`: it ends at this share. */
  finalFraction: z.number().check(z.gte(0), z.lte(1)),
  /** `cosine`: steps at which it begins again, in ascending order. */
  restarts: z.array(count).check(z.maxLength(restartsMax)),
});

/**
 * Local steps: so many replicas of the parameters train apart and are averaged now and then, which costs a fraction of
 * the bytes. `local-steps.ts` says which replica sees which samples.
 */
const localSteps = z.strictObject({
  /** H: a replica makes at least so many steps of the optimizer, one for each batch, before the next exchange. */
  steps: count,
  /** R: how many replicas share each batch, however many workers there are. */
  replicas: count,
  /** Of the outer step, which moves the parameters towards the replicas' mean. */
  outerLearningRate: rate,
  outerMomentum: fraction,
});

/** Everything that determines the result. All defaults are resolved, so nothing is optional here. */
export const runConfigSchema = z.strictObject({
  dataset: z.strictObject({
    name: z.string().check(z.maxLength(200)),
    /** SHA-256 of the canonical bytes in lower-case hex: the address under `/data/`. */
    sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/u)),
  }),
  /** What is learned: the kind and number of the dataset's targets. */
  task: taskSchema,
  model: modelSchema,
  loss: z.strictObject({ name: z.enum(lossNames), reduction: z.enum(["mean", "sum"]) }),
  /** ε: each class's target is 1 − ε + ε / classes, and that of the others ε / classes. */
  labelSmoothing: fraction,
  /** Multiply the loss of a sample by the number of its class; `null`: by 1. */
  classWeights: z.nullable(z.array(rate).check(z.maxLength(classWeightsMax))),
  optimizer,
  schedule,
  /** L2: adds `weightDecay · w` to the mean gradient. */
  weightDecay: notNegative,
  /** L1: adds `l1 · sign(w)` to the mean gradient. */
  l1: notNegative,
  /** How pictures are changed each time that they are trained on; `null`: not at all. */
  augment: z.nullable(augmentSchema),
  /** Scales the mean gradient down to this L2 norm if it is longer; `null` turns clipping off. */
  clipNorm: z.nullable(rate),
  /** `null`: every batch is one update of the only parameters. */
  localSteps: z.nullable(localSteps),
  /** D: the gradient of step t is taken at the point of step t − D, or of step 0. */
  delay: z.int().check(z.gte(0), z.lte(delayMax)),
  /** Samples per update; `"full"` is resolved to the size of the training split. */
  batchSize: count,
  /** Samples per shard, the leaf of the reduction tree. */
  shardSize: count,
  epochs: count,
  /** Ends the run earlier than `epochs` would; `null` lets the epochs decide. */
  steps: z.nullable(count),
  /** Ends the run when the validation loss has not improved for so many evaluations; `null`: never. */
  patience: z.nullable(count),
  seed: z.int(),
  /** The form in which parameters and gradients travel, to which every node of the tree is rounded. */
  wire: z.enum(wireNames),
  /** The distribution of the initial weights. */
  initWeights: z.enum(weightDraws),
  /** Set if the initial parameters came from a file: their SHA-256, as of a fingerprint. */
  init: z.nullable(z.strictObject({ fingerprint: z.string().check(z.regex(/^[0-9a-f]{64}$/u)) })),
  /** How many layers with parameters, from the first, stay as they are. */
  freeze: z.int().check(z.gte(0)),
});

export type RunConfig = z.infer<typeof runConfigSchema>;
export type OptimizerConfig = RunConfig["optimizer"];
export type ScheduleConfig = RunConfig["schedule"];
export type LocalStepsConfig = NonNullable<RunConfig["localSteps"]>;

/** How many tensors, each as long as the parameters, an optimizer keeps beside them. */
export const stateCounts: Readonly<Record<OptimizerConfig["name"], 0 | 1 | 2>> = {
  sgd: 0,
  momentum: 1,
  nag: 1,
  rmsprop: 1,
  adam: 2,
  adamw: 2,
  "local-search": 0,
};
