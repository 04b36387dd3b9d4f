/**
 * @file The samples of each shard: slices of the epoch's order of the training split, and of the test split in its
 * own order.
 */
import type { Kernel } from "../kernels/kernel.ts";
import type { Shard } from "../model/network.ts";
import type { StoredDataset, StoredSplit } from "../model/stored-split.ts";
import { stateOf } from "../random.ts";
import type { RunConfig } from "../run/config.ts";
import { batchSizeOf, epochOf, epochSeeds, type RunPlan, shardCountOf } from "../run/plan.ts";

export interface ShardsOptions {
  readonly kernel: Kernel;
  readonly config: RunConfig;
  readonly plan: RunPlan;
  readonly dataset: StoredDataset;
}

export class Shards {
  readonly #options: ShardsOptions;
  /** Pointers to uint32: the epoch's order of the training split, and 0, 1, 2 … for the test split. */
  readonly #trainOrder: number;
  readonly #testOrder: number;
  #orderEpoch = -1;

  constructor(options: ShardsOptions) {
    const { arena, views } = options.kernel;
    const { train, test } = options.dataset;
    this.#options = options;
    this.#trainOrder = arena.allocate(4 * train.count);
    this.#testOrder = arena.allocate(4 * test.count);
    views.u32.set(
      Uint32Array.from({ length: test.count }, (_, i) => i),
      this.#testOrder / 4,
    );
  }

  /** Draws the order of the step's epoch unless it is already there. Call it before `ofBatch`. */
  drawOrder(step: number): void {
    const { kernel, config, plan } = this.#options;
    const { epoch } = epochOf(step, plan);
    if (epoch === this.#orderEpoch) return;
    const [s0 = 0, s1 = 0, s2 = 0, s3 = 0] = stateOf(epochSeeds(epoch, config));
    kernel.functions.drawPermutation(this.#trainOrder, plan.trainCount, s0, s1, s2, s3);
    this.#orderEpoch = epoch;
  }

  /** The number of shards in a step's batch. */
  batchCount(step: number): number {
    const { config, plan } = this.#options;
    return shardCountOf(batchSizeOf(step, config, plan), config);
  }

  /** Shard `index` of a step's batch. */
  ofBatch(step: number, index: number): Shard {
    const { config, plan, dataset } = this.#options;
    const order = this.#trainOrder + 4 * epochOf(step, plan).batch * config.batchSize;
    return this.#shard(dataset.train, order, index, batchSizeOf(step, config, plan));
  }

  /** Shard `index` of the test split. */
  ofTest(index: number): Shard {
    const { test } = this.#options.dataset;
    return this.#shard(test, this.#testOrder, index, test.count);
  }

  /** Shard `index` of the `sampleCount` samples at `order`. */
  #shard(split: StoredSplit, order: number, index: number, sampleCount: number): Shard {
    const { shardSize } = this.#options.config;
    const first = index * shardSize;
    const samples = order + 4 * first;
    return { split, samples, sampleCount: Math.min(shardSize, sampleCount - first) };
  }
}
