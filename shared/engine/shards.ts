/**
 * @file The samples of each shard: slices of the epoch's order of the training split, and of the other splits in
 * their own order.
 */
import { known } from "../assert.ts";
import type { Kernel } from "../kernels/kernel.ts";
import type { Shard } from "../model/network.ts";
import type { StoredDataset, StoredSplit } from "../model/stored-split.ts";
import { stateOf } from "../random.ts";
import type { RunConfig } from "../run/config.ts";
import {
  batchSizeOf,
  epochOf,
  epochOffset,
  epochSeeds,
  type RunPlan,
  shardCountOf,
} from "../run/plan.ts";

export interface ShardsOptions {
  readonly kernel: Kernel;
  readonly config: RunConfig;
  readonly plan: RunPlan;
  readonly dataset: StoredDataset;
}

/** [first, end) of the samples of a batch. */
export interface Part {
  readonly first: number;
  readonly end: number;
}

export class Shards {
  readonly #options: ShardsOptions;
  /** Pointers to uint32: the epoch's order of the training split, and 0, 1, 2 … for the other splits. */
  readonly #trainOrder: number;
  readonly #order: number;
  #orderEpoch = -1;
  /** The training split as the epoch sees it. */
  #train: StoredSplit;

  constructor(options: ShardsOptions) {
    const { arena, views } = options.kernel;
    const { train, validation, test } = options.dataset;
    const countMax = Math.max(test.count, validation?.count ?? 0);
    this.#options = options;
    this.#train = train;
    this.#trainOrder = arena.allocate(4 * train.count);
    this.#order = arena.allocate(4 * countMax);
    const { u32 } = views;
    for (let i = 0; i < countMax; i++) u32[this.#order / 4 + i] = i;
  }

  /** Draws the order of the step's epoch unless it is already there. Call it before `ofBatch`. */
  drawOrder(step: number): void {
    const { kernel, config, plan, dataset } = this.#options;
    const { epoch } = epochOf(step, plan);
    if (epoch === this.#orderEpoch) return;
    const [s0 = 0, s1 = 0, s2 = 0, s3 = 0] = stateOf(epochSeeds(epoch, config));
    kernel.functions.drawPermutation(this.#trainOrder, plan.trainCount, s0, s1, s2, s3);
    const { features, targets, ...split } = dataset.train;
    const moved = epochOffset(epoch, config) * (dataset.form === "tokens16" ? 2 : 1);
    this.#train = { ...split, features: features + moved, targets: targets + moved };
    this.#orderEpoch = epoch;
  }

  /** The number of shards in a step's batch. */
  batchCount(step: number): number {
    const { config, plan } = this.#options;
    return shardCountOf(batchSizeOf(step, config, plan), config);
  }

  /**
   * Shard `index` of a step's batch, or the samples of `count` shards from there on.
   *
   * @param part - If only this part of the batch is divided into shards.
   */
  ofBatch(step: number, index: number, count = 1, part?: Part): Shard {
    const { config, plan } = this.#options;
    const { shardSize, batchSize } = config;
    const first = (part?.first ?? 0) + index * shardSize;
    const end = part?.end ?? batchSizeOf(step, config, plan);
    const samples = this.#trainOrder + 4 * (epochOf(step, plan).batch * batchSize + first);
    const sampleCount = Math.min(count * shardSize, end - first);
    return { split: this.#train, samples, sampleCount, step };
  }

  /** Shard `index` of a split that is only evaluated. */
  ofSplit(name: "validation" | "test", index: number): Shard {
    const split = known(this.#options.dataset[name], `the dataset has a ${name} split`);
    const { shardSize } = this.#options.config;
    const first = index * shardSize;
    const sampleCount = Math.min(shardSize, split.count - first);
    return { split, samples: this.#order + 4 * first, sampleCount };
  }
}
