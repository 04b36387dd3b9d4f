/** @file Computes gradients of a block of a step's batch, shard by shard. */
import type { Unit, UnitResult } from "../run/unit.ts";
import type { Computation, Workspace } from "./computation.ts";
import { TreeSum } from "./tree-sum.ts";

export class GradientComputation implements Computation {
  readonly #workspace: Workspace;
  readonly #sum: TreeSum;
  readonly #leavesAtOnce: number;
  #step = 0;
  #shard = 0;
  #end = 0;

  constructor(workspace: Workspace) {
    const { kernel, parameterCount, shards, network, config } = workspace;
    this.#workspace = workspace;
    this.#leavesAtOnce = network.leavesAtOnce(config.shardSize);
    // An epoch's first batch is its largest.
    this.#sum = new TreeSum(kernel, parameterCount, shards.batchCount(0));
  }

  begin({ step, block }: Unit): void {
    this.#workspace.shards.drawOrder(step);
    this.#sum.clear();
    this.#step = step;
    this.#shard = block.start;
    this.#end = block.end;
  }

  /** Computes as many shards at once as the network can, if they are a node of the tree. */
  advance(): UnitResult | undefined {
    const { network, shards, parameters, config } = this.#workspace;
    const target = this.#sum.leafPointer;
    let leaves = this.#leavesAtOnce;
    while (leaves > this.#end - this.#shard) leaves /= 2;
    const shard = shards.ofBatch(this.#step, this.#shard, leaves);
    if (leaves === 1) {
      const { lossSum, correct } = network.gradientOf(shard, parameters, target);
      this.#sum.push(lossSum, correct);
    } else {
      const { shardSize } = config;
      const results = network.gradientOfLeaves(shard, parameters, target, { leaves, shardSize });
      this.#sum.pushNode(results, leaves);
    }
    this.#shard += leaves;
    return this.#shard < this.#end ? undefined : this.#result();
  }

  #result(): UnitResult {
    const { kernel, parameterCount } = this.#workspace;
    const { pointer, lossSum, correct } = this.#sum.finish();
    const values = new Float32Array(kernel.memory.buffer, pointer, parameterCount);
    return { lossSum, correct, values };
  }
}
