/** @file Computes gradients of a block of a step's batch, shard by shard. */
import type { Unit, UnitResult } from "../run/unit.ts";
import type { Computation, Workspace } from "./computation.ts";
import { ShardGradients } from "./shard-gradients.ts";

export class GradientComputation implements Computation {
  readonly #workspace: Workspace;
  readonly #gradients: ShardGradients;

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
    // An epoch's first batch is its largest.
    this.#gradients = new ShardGradients(workspace, workspace.shards.batchCount(0));
  }

  begin({ step, block }: Unit): void {
    this.#gradients.begin({ step, start: block.start, end: block.end });
  }

  advance(): UnitResult | undefined {
    const { kernel, parameterCount, parameters } = this.#workspace;
    const sum = this.#gradients.advance(parameters);
    if (sum === undefined) return undefined;
    const { pointer, lossSum, correct } = sum;
    const values = new Float32Array(kernel.memory.buffer, pointer, parameterCount);
    return { lossSum, correct, values };
  }
}
