/**
 * @file The arithmetic of a run: everything that follows from the run config and the size of the dataset.
 * Coordinator and workers both derive it, so no indices are sent (invariant 1).
 */
import { assert } from "../assert.ts";
import { shorthandOf } from "../model/dense-model.ts";
import { layoutOf } from "../model/layout.ts";
import type { ModelConfig } from "../model/model-config.ts";
import { permutation, Random } from "../random.ts";
import type { RunConfig } from "./config.ts";
import type { Block } from "./tree.ts";

/** A batch has at most this many shards by default. */
const shardsPerBatchMax = 64;
/** Samples per shard: few enough to be cheap to send, enough to keep a SIMD kernel busy. */
const shardSizeDefault = 32;

/** The fewest samples of a shard: what a kernel computes side by side. */
const shardSizeMin = 4;
/** Multiply-adds of a shard's forward pass that are worth the sending of a gradient. */
const shardMultiplyAdds = 2 ** 24;

/**
 * The default shard size: 32 samples, or the smallest multiple of 32 that splits a batch into at most 64 shards. If the
 * model is not a plain dense network and a sample costs much, it is a smaller power of two, at least 4, so that more
 * workers can share a batch.
 */
export function defaultShardSize(batchSize: number, model?: ModelConfig): number {
  const unit = model === undefined ? shardSizeDefault : shardUnitOf(model);
  return unit * Math.ceil(batchSize / (unit * shardsPerBatchMax));
}

function shardUnitOf(model: ModelConfig): number {
  if (shorthandOf(model) !== undefined) return shardSizeDefault;
  const perSample = layoutOf(model).layers.reduce((sum, { multiplyAdds }) => sum + multiplyAdds, 0);
  let unit = shardSizeDefault;
  while (unit > shardSizeMin && unit * perSample > shardMultiplyAdds) unit /= 2;
  return unit;
}

/** Samples of each split. */
export interface SplitCounts {
  readonly trainCount: number;
  /** 0 if there is no such split. */
  readonly validationCount: number;
  readonly testCount: number;
}

export interface RunPlan extends SplitCounts {
  /** Committed updates of an epoch: one for each batch or, with local steps, one for each exchange. */
  readonly stepsPerEpoch: number;
  /** Steps of the whole run, over all epochs. */
  readonly totalSteps: number;
}

/** The samples of a dataset's splits. */
export function countsOf({ train, validation, test }: CountedSplits): SplitCounts {
  const validationCount = validation?.count ?? 0;
  return { trainCount: train.count, validationCount, testCount: test.count };
}

/** Splits of which only the sizes matter. */
export type CountedSplits = {
  readonly [Name in "train" | "test"]: { readonly count: number };
} & { readonly validation?: { readonly count: number } | undefined };

/** Samples of each split of a dataset that may lack a validation split. */
export type GivenCounts = Omit<SplitCounts, "validationCount"> & Partial<SplitCounts>;

/** @param counts - At least one sample in the training split and in the test split. */
export function planRun(
  config: Pick<RunConfig, "batchSize" | "epochs" | "steps" | "localSteps">,
  { trainCount, validationCount = 0, testCount }: GivenCounts,
): RunPlan {
  assert(
    trainCount >= 1 && testCount >= 1,
    `both splits need samples, got ${trainCount} and ${testCount}`,
  );
  const batches = Math.ceil(trainCount / config.batchSize);
  const stepsPerEpoch = exchangesOf(batches, config);
  const totalSteps = Math.min(config.epochs * stepsPerEpoch, config.steps ?? Infinity);
  return { trainCount, validationCount, testCount, stepsPerEpoch, totalSteps };
}

/** How often the replicas of an epoch exchange: after at least `localSteps.steps` batches, and always at its end. */
function exchangesOf(batches: number, { localSteps }: Pick<RunConfig, "localSteps">): number {
  return localSteps === null ? batches : Math.max(1, Math.floor(batches / localSteps.steps));
}

/** The position of a step in its epoch. Steps and epochs count from 0. */
export function epochOf(
  step: number,
  { stepsPerEpoch }: RunPlan,
): { epoch: number; batch: number } {
  return { epoch: Math.floor(step / stepsPerEpoch), batch: step % stepsPerEpoch };
}

/**
 * The batches of a step, [first, end) of its epoch: one or, with local steps, a share of the epoch's batches that is as
 * equal as possible for all its steps.
 */
export function batchesOf(
  step: number,
  { batchSize }: RunConfig,
  plan: RunPlan,
): { readonly first: number; readonly end: number } {
  const { batch: index } = epochOf(step, plan);
  const batches = Math.ceil(plan.trainCount / batchSize);
  const { stepsPerEpoch } = plan;
  return {
    first: Math.floor((index * batches) / stepsPerEpoch),
    end: Math.floor(((index + 1) * batches) / stepsPerEpoch),
  };
}

/** The number of samples of a step: those of its batches. The last batch of an epoch may be smaller. */
export function batchSizeOf(step: number, config: RunConfig, plan: RunPlan): number {
  const { first, end } = batchesOf(step, config, plan);
  return Math.min(end * config.batchSize, plan.trainCount) - first * config.batchSize;
}

/** The number of shards of `sampleCount` samples. */
export function shardCountOf(sampleCount: number, config: RunConfig): number {
  return Math.ceil(sampleCount / config.shardSize);
}

/** The number of samples in the shards [start, end) of `sampleCount` samples. */
export function samplesOf({ start, end }: Block, sampleCount: number, config: RunConfig): number {
  return (
    Math.min(end * config.shardSize, sampleCount) - Math.min(start * config.shardSize, sampleCount)
  );
}

/**
 * The order in which an epoch visits the training split: a permutation drawn from (seed, epoch). The batch of step s
 * is the slice [batch · batchSize, …) of it.
 *
 * @returns Shape `[trainCount]`.
 */
export function epochOrder(epoch: number, config: RunConfig, plan: RunPlan): Uint32Array {
  return permutation(plan.trainCount, ...epochSeeds(epoch, config));
}

/**
 * How many tokens the windows of a text's training split are moved in an epoch, in [0, context), drawn from (seed,
 * epoch). 0 if the samples are not windows.
 */
export function epochOffset(epoch: number, { seed, task, model }: RunConfig): number {
  if (task.kind !== "tokens") return 0;
  return new Random(seed, epoch, offsetStream).below(model.inputShape[0] ?? 1);
}

/** Apart from the draws of the order. */
const offsetStream = 1;

/** The seeds of an epoch's order. */
export function epochSeeds(epoch: number, { seed }: RunConfig): readonly number[] {
  return [seed, epoch];
}
