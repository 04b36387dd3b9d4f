/** @file Computes gradients of a block of a step's batch, shard by shard. */
import type { Unit } from "../run/unit.ts";
import type { Computation, Computed, Workspace } from "./computation.ts";
import { ShardGradients } from "./shard-gradients.ts";

export class GradientComputation implements Computation {
  readonly #workspace: Workspace;
  readonly #gradients: ShardGradients;

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
    // An epoch's first batch is its largest.
    const { formOf, parameterCount, shards } = workspace;
    const form = formOf(parameterCount);
    this.#gradients = new ShardGradients(workspace, shards.batchCount(0), form);
  }

  begin({ step, block }: Unit): void {
    this.#gradients.begin({ step, start: block.start, end: block.end });
  }

  advance(): Computed | undefined {
    const { parameterCount, parameters } = this.#workspace;
    const sum = this.#gradients.advance(parameters);
    return sum && { ...sum, valueCount: parameterCount };
  }
}
