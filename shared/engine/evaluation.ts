/** @file Computes evaluations: loss, hits and the sums of the task's metrics of a block of a split, shard by shard. */
import { assert } from "../assert.ts";
import { shardCountOf } from "../run/plan.ts";
import type { Unit } from "../run/unit.ts";
import type { Computation, Computed, Workspace } from "./computation.ts";
import { TreeSum } from "./tree-sum.ts";

export class EvaluationComputation implements Computation {
  readonly #workspace: Workspace;
  readonly #sum: TreeSum;
  #split: "validation" | "test" = "test";
  #shard = 0;
  #end = 0;

  constructor(workspace: Workspace) {
    const { kernel, metrics, config, plan } = workspace;
    const samplesMax = Math.max(plan.testCount, plan.validationCount);
    this.#workspace = workspace;
    this.#sum = new TreeSum(kernel, metrics.sumCount, shardCountOf(samplesMax, config));
  }

  begin({ kind, step, block }: Unit): void {
    assert(kind === "validation" || kind === "test", () => `an evaluation, got ${kind}`);
    this.#sum.begin(step, block.start);
    this.#split = kind;
    this.#shard = block.start;
    this.#end = block.end;
  }

  advance(): Computed | undefined {
    const { network, metrics, shards, parameters } = this.#workspace;
    const sums = this.#sums(this.#sum.leafPointer).fill(0);
    const shard = shards.ofSplit(this.#split, this.#shard++);
    const { lossSum, correct } = network.lossOf(shard, parameters, (sample) => {
      metrics.add(sums, sample);
    });
    this.#sum.push(lossSum, correct);
    return this.#shard < this.#end ? undefined : this.#result();
  }

  #result(): Computed {
    return { ...this.#sum.finish(), valueCount: this.#workspace.metrics.sumCount };
  }

  #sums(pointer: number): Float32Array {
    const { kernel, metrics } = this.#workspace;
    return new Float32Array(kernel.memory.buffer, pointer, metrics.sumCount);
  }
}
