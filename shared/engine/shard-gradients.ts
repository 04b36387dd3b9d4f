/** @file Sums the gradients of consecutive shards along the fixed tree, as many shards at once as the network can. */
import type { Workspace } from "./computation.ts";
import type { Part } from "./shards.ts";
import { TreeSum } from "./tree-sum.ts";
import type { WireForm } from "./wire-form.ts";

/** Shards of a batch, or of a part of it. */
export interface ShardRange {
  readonly step: number;
  /** [start, end) of the shards of the part. */
  readonly start: number;
  readonly end: number;
  /** Absent: the whole batch. */
  readonly part?: Part;
}

/** The sum over the shards. */
type Sum = ReturnType<TreeSum["finish"]>;

export class ShardGradients {
  readonly #workspace: Workspace;
  readonly #sum: TreeSum;
  readonly #leavesAtOnce: number;
  #range: ShardRange = { step: 0, start: 0, end: 0 };
  #shard = 0;

  /**
   * @param shardsMax - Of the longest range.
   * @param form - Rounds every node, if the sums travel; by default none is rounded.
   */
  constructor(workspace: Workspace, shardsMax: number, form?: WireForm) {
    const { kernel, parameterCount, network, config } = workspace;
    this.#workspace = workspace;
    // Leaves that are rounded must be whole: a chunk of values has one exponent.
    const isRounded = form?.isRounded === true;
    this.#leavesAtOnce = isRounded ? 1 : network.leavesAtOnce(config.shardSize);
    this.#sum = new TreeSum(kernel, parameterCount, shardsMax, form);
  }

  begin(range: ShardRange): void {
    this.#workspace.shards.drawOrder(range.step);
    this.#sum.begin(range.step, range.start);
    this.#range = range;
    this.#shard = range.start;
  }

  /**
   * Computes as many shards at once as the network can, if they are a node of the tree.
   *
   * @param parameters - Pointer to the point, `[parameterCount]` float32.
   * @returns The sum after the last shard, `undefined` before that.
   */
  advance(parameters: number): Sum | undefined {
    const { network, shards, config } = this.#workspace;
    const { step, end, part } = this.#range;
    const target = this.#sum.leafPointer;
    let leaves = this.#leavesAtOnce;
    while (leaves > end - this.#shard) leaves /= 2;
    const shard = shards.ofBatch(step, this.#shard, leaves, part);
    if (leaves === 1) {
      const { lossSum, correct } = network.gradientOf(shard, parameters, target);
      this.#sum.push(lossSum, correct);
    } else {
      const { shardSize } = config;
      const results = network.gradientOfLeaves(shard, parameters, target, { leaves, shardSize });
      this.#sum.pushNode(results, leaves);
    }
    this.#shard += leaves;
    return this.#shard < end ? undefined : this.#sum.finish();
  }
}
