/**
 * @file The arithmetic of a run: what follows from the run config and the size of the dataset before anything is
 * computed. Coordinator and workers derive it alike, so no index travels (invariant 1).
 */
import { assert } from "../assert.ts";
import { permutation } from "../random.ts";
import type { RunConfig } from "./config.ts";
import type { Block } from "./tree.ts";

/** A batch is split into at most this many shards unless the run config names a shard size. */
const shardsPerBatchMax = 64;
/** Samples of a shard that costs little to send and keeps a SIMD kernel busy. */
const shardSizeDefault = 32;

/** The default shard size: 32 samples, or the smallest multiple of 32 that makes at most 64 shards of a batch. */
export function defaultShardSize(batchSize: number): number {
  return shardSizeDefault * Math.ceil(batchSize / (shardSizeDefault * shardsPerBatchMax));
}

export interface RunPlan {
  readonly trainCount: number;
  readonly testCount: number;
  readonly stepsPerEpoch: number;
  /** Steps from the first to the last, over all epochs. */
  readonly totalSteps: number;
}

/**
 * @param trainCount - Samples of the training split, ≥ 1.
 * @param testCount - Samples of the test split, ≥ 1.
 */
export function planRun(
  config: RunConfig,
  { trainCount, testCount }: { readonly trainCount: number; readonly testCount: number },
): RunPlan {
  assert(
    trainCount >= 1 && testCount >= 1,
    `both splits need samples, got ${trainCount} and ${testCount}`,
  );
  const stepsPerEpoch = Math.ceil(trainCount / config.batchSize);
  const totalSteps = Math.min(config.epochs * stepsPerEpoch, config.steps ?? Infinity);
  return { trainCount, testCount, stepsPerEpoch, totalSteps };
}

/** Where a step stands in its epoch. Steps and epochs count from 0. */
export function epochOf(
  step: number,
  { stepsPerEpoch }: RunPlan,
): { epoch: number; batch: number } {
  return { epoch: Math.floor(step / stepsPerEpoch), batch: step % stepsPerEpoch };
}

/** How many samples the batch of a step has; the last one of an epoch may be smaller. */
export function batchSizeOf(step: number, config: RunConfig, plan: RunPlan): number {
  const first = epochOf(step, plan).batch * config.batchSize;
  return Math.min(config.batchSize, plan.trainCount - first);
}

/** How many shards `sampleCount` samples make. */
export function shardCountOf(sampleCount: number, config: RunConfig): number {
  return Math.ceil(sampleCount / config.shardSize);
}

/** How many samples lie in the shards [start, end) of `sampleCount` samples. */
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

/** What an epoch's order is drawn from. */
export function epochSeeds(epoch: number, { seed }: RunConfig): readonly number[] {
  return [seed, epoch];
}
