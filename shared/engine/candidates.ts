/**
 * @file Computes the costs of a local-search step's candidates: the loss of each over the step's whole batch, shard by
 * shard, added along the fixed tree.
 */
import { assert } from "../assert.ts";
import type { Unit } from "../run/unit.ts";
import type { Computation, Computed, Workspace } from "./computation.ts";
import { drawNeighbour } from "./noise.ts";
import { TreeSum } from "./tree-sum.ts";

export class CandidatesComputation implements Computation {
  readonly #workspace: Workspace;
  readonly #losses: TreeSum;
  /** Pointer to the current neighbour, `[parameterCount]` float32. */
  readonly #neighbour: number;
  /** Pointer to float32 costs, `[1 + candidates]`; a block fills its first elements. */
  readonly #costs: number;
  readonly #sigma: number;
  #step = 0;
  #start = 0;
  #end = 0;
  /** The current candidate and its next shard. */
  #candidate = 0;
  #shard = 0;

  /** @param workspace - Of a run with local search. */
  constructor(workspace: Workspace) {
    const { kernel, config, parameterCount, shards } = workspace;
    const { optimizer } = config;
    assert(optimizer.name === "local-search", "only local search has candidates");
    this.#workspace = workspace;
    this.#losses = new TreeSum(kernel, 0, shards.batchCount(0));
    this.#neighbour = kernel.arena.allocate(4 * parameterCount);
    this.#costs = kernel.arena.allocate(4 * (1 + optimizer.candidates));
    this.#sigma = optimizer.sigma;
  }

  begin({ step, block }: Unit): void {
    this.#workspace.shards.drawOrder(step);
    this.#losses.begin(step, 0);
    this.#step = step;
    this.#start = block.start;
    this.#end = block.end;
    this.#candidate = block.start;
    this.#shard = 0;
  }

  advance(): Computed | undefined {
    const { kernel, network, shards, parameters } = this.#workspace;
    if (this.#shard === 0 && this.#candidate > 0) this.#drawNeighbour();
    const point = this.#candidate === 0 ? parameters : this.#neighbour;
    const shard = shards.ofBatch(this.#step, this.#shard++);
    this.#losses.push(network.lossOf(shard, point).lossSum, 0);
    if (this.#shard < shards.batchCount(this.#step)) return undefined;
    const place = this.#costs / 4 + this.#candidate - this.#start;
    kernel.views.f32[place] = this.#losses.finish().lossSum;
    this.#losses.begin(this.#step, 0);
    this.#shard = 0;
    this.#candidate += 1;
    return this.#candidate < this.#end ? undefined : this.#result();
  }

  #result(): Computed {
    return {
      lossSum: 0,
      correct: 0,
      pointer: this.#costs,
      valueCount: this.#end - this.#start,
    };
  }

  #drawNeighbour(): void {
    const { kernel, config, parameters, parameterCount } = this.#workspace;
    const at = (pointer: number) => new Float32Array(kernel.memory.buffer, pointer, parameterCount);
    drawNeighbour(at(this.#neighbour), at(parameters), {
      seed: config.seed,
      step: this.#step,
      candidate: this.#candidate,
      sigma: this.#sigma,
    });
  }
}
