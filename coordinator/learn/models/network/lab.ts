/**
 * @file The network of a source with its digits in a kernel's memory: costs and gradients at any parameters, by the
 * layers and the kernel that train. It answers the questions of the sections.
 */
import { assert, known } from "../../../../shared/assert.ts";
import { Predictor } from "../../../../shared/engine/predictor.ts";
import type { Kernel } from "../../../../shared/kernels/kernel.ts";
import { parameterCount } from "../../../../shared/model/layout.ts";
import { Network, type NetworkConfig, type Shard } from "../../../../shared/model/network.ts";
import { Staging, storeSplit } from "../../../../shared/model/stored-split.ts";
import type { NetworkSource, Snapshot } from "./lecture.ts";

/** Some of the source's digits: `count` of them from `first` on. */
export interface Range {
  readonly first: number;
  readonly count: number;
}

export class NetworkLab {
  readonly kernel: Kernel;
  readonly source: NetworkSource;
  readonly parameterCount: number;
  readonly #network: Network;
  readonly #split: Shard["split"];
  /** Pointers: the numbers 0, 1, 2 … of the digits; parameters and gradient, `[parameterCount]` float32 each. */
  readonly #samples: number;
  readonly #parameters: number;
  readonly #gradient: number;
  /** Pointer: the numbers of digits that somebody picked, `[count]`. */
  readonly #picked: number;
  readonly #config: NetworkConfig;
  #predictor: Predictor | undefined;

  constructor(kernel: Kernel, source: NetworkSource) {
    const { model, digits } = source;
    this.kernel = kernel;
    this.source = source;
    this.parameterCount = parameterCount(model);
    this.#config = { model, loss: { name: "cce" }, task: { kind: "classes", count: 10 } };
    this.#network = new Network(kernel, this.#config, "sparse");
    const { count, features, labels } = digits;
    this.#split = storeSplit(new Staging(kernel), { count, features, targets: labels }, "sparse");
    this.#samples = kernel.arena.allocate(4 * count);
    this.#picked = kernel.arena.allocate(4 * count);
    this.#parameters = kernel.arena.allocate(4 * this.parameterCount);
    this.#gradient = kernel.arena.allocate(4 * this.parameterCount);
    const { u32 } = kernel.views;
    for (let i = 0; i < count; i++) u32[this.#samples / 4 + i] = i;
  }

  /** The network at a step: the snapshot that is nearest from below. */
  at(step: number): Snapshot {
    const { snapshots } = this.source;
    return known(snapshots.findLast((each) => each.step <= step) ?? snapshots[0], "a snapshot");
  }

  /** The mean cost over some digits. @param parameters - Shape `[parameterCount]`. */
  cost(parameters: Float32Array, range: Range): number {
    this.#load(parameters);
    return this.#network.lossOf(this.#shard(range), this.#parameters).lossSum / range.count;
  }

  /** The cost of each digit. Shape `[count]`. */
  costs(parameters: Float32Array, { first, count }: Range): Float64Array {
    this.#load(parameters);
    return Float64Array.from({ length: count }, (_, i) => {
      return this.#network.lossOf(this.#shard({ first: first + i, count: 1 }), this.#parameters)
        .lossSum;
    });
  }

  /** The share of digits that are read right. */
  accuracy(parameters: Float32Array, range: Range): number {
    this.#load(parameters);
    return this.#network.lossOf(this.#shard(range), this.#parameters).correct / range.count;
  }

  /**
   * Mean cost and its gradient over some digits.
   *
   * @returns `gradientSum`: the sum over the digits, shape `[parameterCount]`: a copy.
   */
  gradient(
    parameters: Float32Array,
    range: Range,
  ): { readonly cost: number; readonly gradientSum: Float32Array } {
    this.#load(parameters);
    const { lossSum } = this.#network.gradientOf(
      this.#shard(range),
      this.#parameters,
      this.#gradient,
    );
    const first = this.#gradient / 4;
    const gradientSum = this.kernel.views.f32.slice(first, first + this.parameterCount);
    return { cost: lossSum / range.count, gradientSum };
  }

  /**
   * Mean cost and its gradient over any digits, summed in their order.
   *
   * @param samples - Numbers of digits; at most as many as there are.
   * @returns `gradientSum` as from `gradient`, but a view that the next call overwrites.
   */
  gradientOver(
    parameters: Float32Array,
    samples: Uint32Array,
  ): { readonly cost: number; readonly gradientSum: Float32Array } {
    this.#load(parameters);
    const { f32, u32 } = this.kernel.views;
    u32.set(samples, this.#picked / 4);
    const shard = { split: this.#split, samples: this.#picked, sampleCount: samples.length };
    const { lossSum } = this.#network.gradientOf(shard, this.#parameters, this.#gradient);
    const first = this.#gradient / 4;
    const gradientSum = f32.subarray(first, first + this.parameterCount);
    return { cost: lossSum / samples.length, gradientSum };
  }

  /** For digits that are not among the source's. */
  get predictor(): Predictor {
    return (this.#predictor ??= new Predictor(this.kernel, this.#config));
  }

  #load(parameters: Float32Array): void {
    assert(parameters.length === this.parameterCount, "one value per parameter");
    this.kernel.views.f32.set(parameters, this.#parameters / 4);
  }

  #shard({ first, count }: Range): Shard {
    const { count: all } = this.source.digits;
    assert(first >= 0 && count >= 1 && first + count <= all, () => `no digits ${first} + ${count}`);
    return { split: this.#split, samples: this.#samples + 4 * first, sampleCount: count };
  }
}
