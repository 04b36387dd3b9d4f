/**
 * @file The compute engine: one thread's share of a run. Holds the dataset, the parameters and the network in one
 * kernel's memory, and computes units, one shard a call, so that its caller can stop, listen and go on. A unit's result
 * is a pure function of the run config, the dataset, the parameters and the unit (invariant 1). All memory is laid out
 * once: no array is allocated per shard or per step.
 */
import { assert, assertNever, known } from "../assert.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Kernel } from "../kernels/kernel.ts";
import { checkModel } from "../model/check.ts";
import { parameterCount } from "../model/layout.ts";
import { Network } from "../model/network.ts";
import { type StoredDataset, storeDataset, type StoredSplit } from "../model/stored-split.ts";
import { readsSparse } from "../model/wire.ts";
import { stateOf } from "../random.ts";
import type { RunConfig } from "../run/config.ts";
import {
  batchSizeOf,
  epochOf,
  epochSeeds,
  planRun,
  type RunPlan,
  shardCountOf,
} from "../run/plan.ts";
import { isNode } from "../run/tree.ts";
import type { Unit, UnitResult } from "../run/unit.ts";
import { drawNeighbour } from "./noise.ts";
import { TreeSum } from "./tree-sum.ts";

/** NaN or ±∞ came out of a unit: the unit fails on every machine alike, typically because the run diverges. */
export class NonFiniteError extends Error {
  override readonly name = "NonFiniteError";
}

/** What an engine needs to know. */
export interface EngineOptions {
  /** With its memory; the engine lays the dataset out in it. */
  readonly kernel: Kernel;
  readonly config: RunConfig;
  readonly dataset: Dataset;
}

/**
 * What engines on several threads read in one shared memory, each with a kernel and buffers of its own. Plain values:
 * one thread lays it out and tells the others.
 */
export interface EngineData {
  readonly dataset: StoredDataset;
  /** Pointer to the point, `[parameterCount]` float32: set through one of the engines, seen by all. */
  readonly parameters: number;
}

export interface Engine {
  readonly parameterCount: number;
  /**
   * The point at which the following units are computed.
   *
   * @param bytes - `[parameterCount]` little-endian float32, at any alignment; copied.
   * @throws {NonFiniteError} If one of them is NaN or ±∞.
   */
  setParameters(bytes: Uint8Array): void;
  /** Makes `unit` the one that `advance` works on; what was under way is dropped. */
  begin(unit: Unit): void;
  /**
   * Computes the next shard of the unit (for `candidates`: of one candidate).
   *
   * @returns The result after the last shard, before that `undefined`. Its values are overwritten by the next unit, and
   *   for a gradient they are a view of the kernel's memory, which whoever makes that memory grow detaches.
   * @throws {NonFiniteError} If the finished unit has a value that is NaN or ±∞.
   */
  advance(): UnitResult | undefined;
  /** `begin` and `advance` to the end. */
  compute(unit: Unit): UnitResult;
}

/**
 * Lays a run out in the kernel's memory.
 *
 * @throws If model and dataset don't go together (the command line has checked that).
 */
export function createEngine(options: EngineOptions): Engine {
  const { kernel, config } = options;
  return createEngineOver({ kernel, config, data: layOutData(options) });
}

/** Puts into the kernel's memory what `createEngineOver` needs. Throws as `createEngine` does. */
export function layOutData({ kernel, config, dataset }: EngineOptions): EngineData {
  const problem = checkModel(config, dataset);
  assert(problem === undefined, problem ?? "");
  return {
    dataset: storeDataset(kernel, dataset, readsSparse(config.model)),
    parameters: kernel.arena.allocate(4 * parameterCount(config.model)),
  };
}

/** An engine over data that lie in its kernel's memory. */
export function createEngineOver(
  options: Pick<EngineOptions, "kernel" | "config"> & { readonly data: EngineData },
): Engine {
  return new ComputeEngine(options);
}

class ComputeEngine implements Engine {
  readonly parameterCount: number;
  readonly #kernel: Kernel;
  readonly #config: RunConfig;
  readonly #plan: RunPlan;
  readonly #classCount: number;
  readonly #network: Network;
  readonly #train: StoredSplit;
  readonly #test: StoredSplit;
  /** Pointers to uint32: the epoch's order of the training split, and 0, 1, 2 … for the test split. */
  readonly #trainOrder: number;
  readonly #testOrder: number;
  #orderEpoch = -1;
  /** Pointers to `[parameterCount]` float32: the point, and the neighbour at hand. */
  readonly #parameters: number;
  readonly #neighbour: number;
  readonly #gradients: TreeSum;
  readonly #losses: TreeSum;
  /** Shape `[label, predicted]`. */
  readonly #confusion: Float32Array;
  /** Shape `[1 + candidates]`; a block fills its first places. */
  readonly #candidateLosses: Float32Array;
  #firstLossSum = 0;
  #unit: Unit | undefined;
  /** The next leaf of the unit's block, and for `candidates` the next shard of that leaf. */
  #leaf = 0;
  #candidateShard = 0;

  constructor({ kernel, config, data }: Parameters<typeof createEngineOver>[0]) {
    const { form, train, test, classCount } = data.dataset;
    this.#kernel = kernel;
    this.#config = config;
    this.#plan = planRun(config, { trainCount: train.count, testCount: test.count });
    this.#classCount = classCount;
    this.#train = train;
    this.#test = test;
    this.#trainOrder = kernel.arena.allocate(4 * train.count);
    this.#testOrder = kernel.arena.allocate(4 * test.count);
    this.parameterCount = parameterCount(config.model);
    this.#parameters = data.parameters;
    const { optimizer } = config;
    const searches = optimizer.name === "local-search";
    this.#neighbour = searches ? kernel.arena.allocate(4 * this.parameterCount) : 0;
    this.#candidateLosses = new Float32Array(searches ? 1 + optimizer.candidates : 0);
    this.#network = new Network(kernel, config, form);
    const batchShards = shardCountOf(Math.min(config.batchSize, train.count), config);
    const testShards = shardCountOf(test.count, config);
    this.#gradients = new TreeSum(kernel, this.parameterCount, batchShards);
    this.#losses = new TreeSum(kernel, 0, Math.max(batchShards, testShards));
    this.#confusion = new Float32Array(classCount * classCount);
    kernel.views.u32.set(
      Uint32Array.from({ length: test.count }, (_, i) => i),
      this.#testOrder / 4,
    );
  }

  setParameters(bytes: Uint8Array): void {
    const { views, functions } = this.#kernel;
    const expected = 4 * this.parameterCount;
    assert(bytes.length === expected, `parameters have ${expected} bytes, got ${bytes.length}`);
    views.u8.set(bytes, this.#parameters);
    if (functions.allFinite(this.#parameters, this.parameterCount) !== 1) {
      throw new NonFiniteError("a parameter is NaN or infinite");
    }
  }

  begin(unit: Unit): void {
    const { block, step, kind } = unit;
    assert(
      isNode(block, this.#leafCount(unit)),
      `[${block.start}, ${block.end}) is no ${kind} block`,
    );
    this.#unit = unit;
    this.#leaf = block.start;
    this.#candidateShard = 0;
    this.#gradients.clear();
    this.#losses.clear();
    this.#confusion.fill(0);
    if (kind !== "evaluation") this.#drawOrder(epochOf(step, this.#plan).epoch);
  }

  advance(): UnitResult | undefined {
    const unit = known(this.#unit, "a unit was begun");
    if (unit.kind === "gradient") this.#gradientLeaf(unit.step);
    else if (unit.kind === "evaluation") this.#evaluationLeaf();
    else if (unit.kind === "candidates") this.#candidateLeaf(unit);
    else assertNever(unit.kind);
    if (this.#leaf < unit.block.end) return undefined;
    this.#unit = undefined;
    return this.#checked(this.#result(unit), unit);
  }

  compute(unit: Unit): UnitResult {
    this.begin(unit);
    for (;;) {
      const result = this.advance();
      if (result !== undefined) return result;
    }
  }

  #gradientLeaf(step: number): void {
    const shard = this.#batchShard(step, this.#leaf++);
    const { leafPointer } = this.#gradients;
    const result = this.#network.gradientOf(shard, this.#parameters, leafPointer);
    this.#gradients.push(result.lossSum, result.correct);
  }

  #evaluationLeaf(): void {
    const shard = this.#shard(this.#test, this.#testOrder, this.#leaf++, this.#test.count);
    const result = this.#network.lossOf(shard, this.#parameters, (label, predicted) => {
      const cell = label * this.#classCount + predicted;
      this.#confusion[cell] = (this.#confusion[cell] ?? 0) + 1;
    });
    this.#losses.push(result.lossSum, result.correct);
  }

  #candidateLeaf({ step, block }: Unit): void {
    if (this.#candidateShard === 0 && this.#leaf > 0) this.#drawNeighbour(step, this.#leaf);
    const shard = this.#batchShard(step, this.#candidateShard++);
    const point = this.#leaf === 0 ? this.#parameters : this.#neighbour;
    this.#losses.push(this.#network.lossOf(shard, point).lossSum, 0);
    if (this.#candidateShard < this.#batchShardCount(step)) return;
    const { lossSum } = this.#losses.finish();
    if (this.#leaf === block.start) this.#firstLossSum = lossSum;
    this.#candidateLosses[this.#leaf - block.start] = lossSum;
    this.#losses.clear();
    this.#candidateShard = 0;
    this.#leaf++;
  }

  #result({ kind, block }: Unit): UnitResult {
    switch (kind) {
      case "gradient": {
        const { pointer, lossSum, correct } = this.#gradients.finish();
        const values = new Float32Array(this.#kernel.memory.buffer, pointer, this.parameterCount);
        return { lossSum, correct, values };
      }
      case "evaluation": {
        const { lossSum, correct } = this.#losses.finish();
        return { lossSum, correct, values: this.#confusion };
      }
      case "candidates":
        return {
          lossSum: this.#firstLossSum,
          correct: 0,
          values: this.#candidateLosses.subarray(0, block.end - block.start),
        };
      default:
        return assertNever(kind);
    }
  }

  #checked(result: UnitResult, { kind, step, block }: Unit): UnitResult {
    const { lossSum, values } = result;
    const isFinite =
      kind === "gradient"
        ? this.#kernel.functions.allFinite(values.byteOffset, values.length) === 1
        : values.every(Number.isFinite);
    if (isFinite && Number.isFinite(lossSum)) return result;
    const what = Number.isFinite(lossSum) ? kind : "loss";
    throw new NonFiniteError(
      `the ${what} of step ${step}, block ${block.start}–${block.end}, is NaN or infinite`,
    );
  }

  /** How many leaves the tree has that a unit's block belongs to. */
  #leafCount({ kind, step }: Unit): number {
    const { optimizer } = this.#config;
    if (kind === "evaluation") return shardCountOf(this.#test.count, this.#config);
    if (kind === "gradient") return this.#batchShardCount(step);
    assert(optimizer.name === "local-search", "only local search has candidates");
    return 1 + optimizer.candidates;
  }

  #batchShardCount(step: number): number {
    return shardCountOf(batchSizeOf(step, this.#config, this.#plan), this.#config);
  }

  #batchShard(step: number, index: number) {
    const first = epochOf(step, this.#plan).batch * this.#config.batchSize;
    const batchSize = batchSizeOf(step, this.#config, this.#plan);
    return this.#shard(this.#train, this.#trainOrder + 4 * first, index, batchSize);
  }

  /** Shard `index` of the `sampleCount` samples that `order` points to. */
  #shard(split: StoredSplit, order: number, index: number, sampleCount: number) {
    const { shardSize } = this.#config;
    const first = index * shardSize;
    const samples = order + 4 * first;
    return { split, samples, sampleCount: Math.min(shardSize, sampleCount - first) };
  }

  #drawOrder(epoch: number): void {
    if (epoch === this.#orderEpoch) return;
    const [s0 = 0, s1 = 0, s2 = 0, s3 = 0] = stateOf(epochSeeds(epoch, this.#config));
    const { drawPermutation } = this.#kernel.functions;
    drawPermutation(this.#trainOrder, this.#plan.trainCount, s0, s1, s2, s3);
    this.#orderEpoch = epoch;
  }

  #drawNeighbour(step: number, candidate: number): void {
    const { optimizer, seed } = this.#config;
    assert(optimizer.name === "local-search", "only local search has neighbours");
    const { f32 } = this.#kernel.views;
    const at = (pointer: number) => f32.subarray(pointer / 4, pointer / 4 + this.parameterCount);
    const neighbour = { seed, step, candidate, sigma: optimizer.sigma };
    drawNeighbour(at(this.#neighbour), at(this.#parameters), neighbour);
  }
}
