/** @file Computes gradients of a block of a step's batch, shard by shard. */
import type { Unit, UnitResult } from "../run/unit.ts";
import type { Computation, Workspace } from "./computation.ts";
import { TreeSum } from "./tree-sum.ts";

export class GradientComputation implements Computation {
  readonly #workspace: Workspace;
  readonly #sum: TreeSum;
  #step = 0;
  #shard = 0;
  #end = 0;

  constructor(workspace: Workspace) {
    const { kernel, parameterCount, shards } = workspace;
    this.#workspace = workspace;
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

  advance(): UnitResult | undefined {
    const { network, shards, parameters } = this.#workspace;
    const shard = shards.ofBatch(this.#step, this.#shard++);
    const { lossSum, correct } = network.gradientOf(shard, parameters, this.#sum.leafPointer);
    this.#sum.push(lossSum, correct);
    return this.#shard < this.#end ? undefined : this.#result();
  }

  #result(): UnitResult {
    const { kernel, parameterCount } = this.#workspace;
    const { pointer, lossSum, correct } = this.#sum.finish();
    const values = new Float32Array(kernel.memory.buffer, pointer, parameterCount);
    return { lossSum, correct, values };
  }
}
