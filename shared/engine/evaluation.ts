/** @file Computes evaluations: loss, hits and counts per class of a block of the test split, shard by shard. */
import { confusionCountOf, hasConfusion } from "../run/kinds.ts";
import { shardCountOf } from "../run/plan.ts";
import type { Unit, UnitResult } from "../run/unit.ts";
import type { Computation, Workspace } from "./computation.ts";
import { TreeSum } from "./tree-sum.ts";

export class EvaluationComputation implements Computation {
  readonly #workspace: Workspace;
  readonly #losses: TreeSum;
  /** Pointer to float32 counts: `[label, predicted]`, or three per class. */
  readonly #confusion: number;
  #shard = 0;
  #end = 0;

  constructor(workspace: Workspace) {
    const { kernel, classCount, config, plan } = workspace;
    this.#workspace = workspace;
    this.#losses = new TreeSum(kernel, 0, shardCountOf(plan.testCount, config));
    this.#confusion = kernel.arena.allocate(4 * confusionCountOf(classCount));
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
      for (const cell of cellsOf(label, predicted, classCount)) {
        counts[cell] = (counts[cell] ?? 0) + 1;
      }
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
    return new Float32Array(kernel.memory.buffer, this.#confusion, confusionCountOf(classCount));
  }
}

/** The counts that a prediction adds 1 to. */
function cellsOf(label: number, predicted: number, classCount: number): readonly number[] {
  if (hasConfusion(classCount)) return [label * classCount + predicted];
  const hit = label === predicted ? [3 * label + 2] : [];
  return [3 * label, 3 * predicted + 1, ...hit];
}
