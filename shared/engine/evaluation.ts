/** @file Computes evaluations: loss, hits and confusion counts of a block of the test split, shard by shard. */
import { shardCountOf } from "../run/plan.ts";
import type { Unit, UnitResult } from "../run/unit.ts";
import type { Computation, Workspace } from "./computation.ts";
import { TreeSum } from "./tree-sum.ts";

export class EvaluationComputation implements Computation {
  readonly #workspace: Workspace;
  readonly #losses: TreeSum;
  /** Pointer to float32 counts, `[label, predicted]`. */
  readonly #confusion: number;
  #shard = 0;
  #end = 0;

  constructor(workspace: Workspace) {
    const { kernel, classCount, config, plan } = workspace;
    this.#workspace = workspace;
    this.#losses = new TreeSum(kernel, 0, shardCountOf(plan.testCount, config));
    this.#confusion = kernel.arena.allocate(4 * classCount * classCount);
  }

  begin({ block }: Unit): void {
    this.#losses.clear();
    this.#counts().fill(0);
    this.#shard = block.start;
    this.#end = block.end;
  }

  advance(): UnitResult | undefined {
    const { network, shards, parameters, classCount } = this.#workspace;
    const counts = this.#counts();
    const shard = shards.ofTest(this.#shard++);
    const { lossSum, correct } = network.lossOf(shard, parameters, (label, predicted) => {
      const cell = label * classCount + predicted;
      counts[cell] = (counts[cell] ?? 0) + 1;
    });
    this.#losses.push(lossSum, correct);
    return this.#shard < this.#end ? undefined : this.#result();
  }

  #result(): UnitResult {
    const { lossSum, correct } = this.#losses.finish();
    return { lossSum, correct, values: this.#counts() };
  }

  #counts(): Float32Array {
    const { kernel, classCount } = this.#workspace;
    return new Float32Array(kernel.memory.buffer, this.#confusion, classCount * classCount);
  }
}
