/**
 * @file The network over the samples of one shard: forward, loss, backward. It computes in chunks of a few
 * samples; every sum runs over the shard's samples in order, so the bits don't depend on the chunks.
 */
import { known } from "../assert.ts";
import type { TargetForm } from "../data/dataset.ts";
import type { Kernel } from "../kernels/kernel.ts";
import type { Augment } from "./augment/augment.ts";
import { PictureMover } from "./augment/picture-mover.ts";
import { ChunkTargets } from "./chunk/chunk-targets.ts";
import type { GatherLayer } from "./chunk/gather-layer.ts";
import { leavesAtOnce, leavesAtOnceMax } from "./chunk/leaf-sum.ts";
import { kindOf } from "./layer-kinds.ts";
import { type Chunk, chunkSamplesMax, type Layer, type Rows } from "./layer.ts";
import { frozenPart, layoutOf } from "./layout.ts";
import {
  decisionThreshold,
  type LossFunction,
  type LossName,
  lossOf,
  tokenLossOf,
} from "./loss.ts";
import type { ModelConfig } from "./model-config.ts";
import type { FeatureForm, StoredSplit } from "./stored-split.ts";
import { wireLayers } from "./wire.ts";

/** The samples of one shard. */
export interface Shard {
  readonly split: StoredSplit;
  /** Pointer to `[sampleCount]` uint32: indices into the split, in the order in which they are summed. */
  readonly samples: number;
  readonly sampleCount: number;
  /** The step of training, from which changes of pictures and masks of dropout follow; absent: there are none. */
  readonly step?: number;
}

/** The result of one shard. The next one overwrites it. */
export interface ShardResult {
  /** The float32 losses of the samples, added in order in float64. */
  readonly lossSum: number;
  /** Samples that are classified correctly; 0 if the targets are not classes. */
  readonly correct: number;
}

/** What a network said of one sample, and what it should have said. The next sample overwrites it. */
export interface ScoredSample {
  /** `[width]`: logits if the loss is computed from them, else the outputs of the last layer. */
  readonly outputs: Float32Array;
  /** `[width]`: numbers, or flags as 0 and 1; empty for classes. */
  readonly targets: Float32Array;
  /** The right class and the predicted one; 0 if the targets are not classes. */
  readonly label: number;
  readonly predicted: number;
  /** Its loss. */
  readonly loss: number;
  /** Of tokens: how many there are, and how many are predicted; else 0. */
  readonly steps: number;
  readonly hits: number;
}

/** Called for every sample of a shard. */
export type SampleVisitor = (sample: ScoredSample) => void;

/** What a network is made of. */
export interface NetworkConfig {
  readonly model: ModelConfig;
  readonly loss: { readonly name: LossName };
  readonly task: TargetForm;
  /** How training pictures are changed; absent or `null`: not at all. */
  readonly augment?: Augment | null;
  /** Of those changes and of dropout. Absent only where nothing is trained. */
  readonly seed?: number;
  /** How many layers with parameters, from the first, are not trained; by default none. Their gradient is 0. */
  readonly freeze?: number;
  /** ε of label smoothing; by default 0. */
  readonly labelSmoothing?: number;
  /** What the loss of a sample is multiplied by, by its class; absent or `null`: 1. */
  readonly classWeights?: readonly number[] | null;
}

export class Network {
  readonly #kernel: Kernel;
  readonly #gather: GatherLayer | undefined;
  readonly #mover: PictureMover | undefined;
  /** Without the last layer, if the loss is computed together with it. */
  readonly #layers: readonly Layer[];
  /** The layers before it have no parameters to train, so the backward pass ends here. */
  readonly #firstTrained: number;
  /** The first values of the gradient, which stay 0. */
  readonly #frozenCount: number;
  /** How many samples are computed at once. */
  readonly #chunkSamples: number;
  /** The last layer, if the loss is computed together with it. */
  readonly #fused: Layer | undefined;
  /** Input of the loss: logits if it is fused with the last layer, else predictions. */
  readonly #outputs: Rows;
  readonly #outputDeltas: Rows;
  readonly #loss: LossFunction;
  readonly #targets: ChunkTargets;
  /** Shape `[classes]`; absent if all are 1. */
  readonly #weights: Float32Array | undefined;
  /** What the loss compares the outputs with: labels, or rows of targets. */
  readonly #compared: number;
  readonly #isClass: boolean;
  /** Of tokens: how many a sample has; else 0. */
  readonly #steps: number;
  /** If one output decides between two classes, it is class 1 above this. */
  readonly #threshold: number;
  /** `[chunkSamplesMax]` 16-bit integers (of tokens, those of one sample) and float32 of the current chunk. */
  readonly #predicted: number;
  readonly #losses: number;
  readonly #chunk: Chunk;
  /** Whether several leaves can be computed at once. */
  readonly #addsLeaves: boolean;
  readonly #results = Array.from({ length: leavesAtOnceMax }, () => ({ lossSum: 0, correct: 0 }));
  readonly #result: { lossSum: number; correct: number };

  /**
   * Lays the network out in the kernel's memory.
   *
   * @param form - How the features of the splits are stored; `sparse` only if `readsSparse(model)`.
   */
  constructor(kernel: Kernel, config: NetworkConfig, form: FeatureForm) {
    const { model, loss, task, freeze = 0, labelSmoothing: smoothing = 0 } = config;
    this.#weights = config.classWeights ? Float32Array.from(config.classWeights) : undefined;
    this.#kernel = kernel;
    const { compute, isFused, reads } = lossOf(kernel, loss.name, model, smoothing > 0);
    this.#steps = task.kind === "tokens" ? (model.inputShape[0] ?? 0) : 0;
    const layout = layoutOf(model);
    const wired = wireLayers(kernel, layout, { form, freeze, seed: config.seed });
    this.#frozenCount = frozenPart(layout, freeze).parameterCount;
    this.#gather = wired.gather;
    this.#mover = moverOf(kernel, config, wired.gather);
    this.#layers = isFused ? wired.layers.slice(0, -1) : wired.layers;
    this.#fused = isFused ? wired.layers.at(-1) : undefined;
    this.#firstTrained = wired.firstTrained;
    this.#chunkSamples = wired.chunkSamples;
    this.#outputs = wired.outputs;
    this.#outputDeltas = wired.outputDeltas;
    this.#loss = this.#steps > 0 ? tokenLossOf(kernel, this.#steps) : compute;
    const readsRows = reads === "rows";
    this.#targets = new ChunkTargets(kernel, {
      target: task,
      steps: Math.max(1, this.#steps),
      outputs: wired.outputs,
      readsRows,
      smoothing,
    });
    this.#compared = readsRows ? this.#targets.rows : this.#targets.labels;
    this.#isClass = task.kind === "classes";
    this.#threshold = decisionThreshold(loss.name);
    this.#predicted = kernel.arena.allocate(2 * Math.max(chunkSamplesMax, this.#steps));
    this.#losses = kernel.arena.allocate(4 * chunkSamplesMax);
    const split = { count: 0, features: 0, targets: 0 };
    const nothing = { parameters: 0, gradient: 0, samples: 0, sampleCount: 0, step: undefined };
    this.#chunk = { ...nothing, split, first: 1, leaves: 1, leafSamples: 0 };
    this.#result = known(this.#results[0], "there is a first result");
    this.#addsLeaves = layout.layers.every(
      ({ config: layer, tensors }) => tensors.length === 0 || kindOf(layer).addsLeaves === true,
    );
  }

  /**
   * Loss and gradient of one shard: `gradient ← Σₛ ∂lossₛ/∂parameters`, overwritten, not added to.
   *
   * @param parameters - Pointer to `[parameterCount]` float32.
   * @param gradient - Pointer to `[parameterCount]` float32; written.
   * @returns Not checked for NaN and ∞, because they survive every sum and the block's root is checked.
   */
  gradientOf(shard: Shard, parameters: number, gradient: number): ShardResult {
    this.#begin(shard, parameters);
    this.#chunk.gradient = gradient;
    this.#zeroFrozen(gradient);
    for (let done = 0; done < shard.sampleCount; done += this.#chunkSamples) {
      this.#forward(shard, done);
      this.#computeLosses();
      this.#backward();
      this.#chunk.first = 0;
    }
    return this.#result;
  }

  /** How many shards of `shardSize` samples `gradientOfLeaves` can compute at once: a power of two, often 1. */
  leavesAtOnce(shardSize: number): number {
    return this.#addsLeaves ? leavesAtOnce(shardSize, this.#chunkSamples) : 1;
  }

  /**
   * The same for several consecutive shards at once, with the bits of one after the other: loss of each, and the sum of
   * their gradients along the tree.
   *
   * @param shards - The samples of all of them; the last shard may have fewer than `shardSize`.
   * @param options - `leaves`: how many shards, a power of two, at most `leavesAtOnce(shardSize)`.
   * @returns As many results as shards, and behind them others that mean nothing.
   */
  gradientOfLeaves(
    shards: Shard,
    parameters: number,
    gradient: number,
    { leaves, shardSize }: { readonly leaves: number; readonly shardSize: number },
  ): readonly ShardResult[] {
    this.#begin(shards, parameters);
    this.#chunk.gradient = gradient;
    this.#chunk.leaves = leaves;
    this.#chunk.leafSamples = shardSize;
    this.#zeroFrozen(gradient);
    this.#forward(shards, 0);
    this.#computeLosses();
    this.#backward();
    return this.#results;
  }

  /**
   * Loss of one shard, without its gradient.
   *
   * @param visit - Called for every sample, in order.
   */
  lossOf(shard: Shard, parameters: number, visit?: SampleVisitor): ShardResult {
    this.#begin(shard, parameters);
    for (let done = 0; done < shard.sampleCount; done += this.#chunkSamples) {
      this.#forward(shard, done);
      this.#computeLosses();
      if (visit !== undefined) this.#visitSamples(visit);
    }
    return this.#result;
  }

  /**
   * The last layer's outputs for each sample of one shard. Labels are not read.
   *
   * @param visit - Called with the outputs `[width]` of every sample, in order: a view that the next chunk
   *   overwrites.
   */
  predict(shard: Shard, parameters: number, visit: (outputs: Float32Array) => void): void {
    this.#begin(shard, parameters);
    const { pointer, stride, width } = this.#outputs;
    for (let done = 0; done < shard.sampleCount; done += this.#chunkSamples) {
      this.#forward(shard, done);
      this.#fused?.forward(this.#chunk);
      for (let s = 0; s < this.#chunk.sampleCount; s++) {
        const first = pointer / 4 + s * stride;
        visit(this.#kernel.views.f32.subarray(first, first + width));
      }
    }
  }

  #begin({ split, step }: Shard, parameters: number): void {
    this.#chunk.split = split;
    this.#chunk.step = step;
    this.#chunk.parameters = parameters;
    this.#chunk.first = 1;
    this.#chunk.leaves = 1;
    for (const result of this.#results) {
      result.lossSum = 0;
      result.correct = 0;
    }
  }

  #zeroFrozen(gradient: number): void {
    this.#kernel.views.f32.fill(0, gradient / 4, gradient / 4 + this.#frozenCount);
  }

  /** Runs the chunk that starts `done` samples into the shard through the layers. */
  #forward(shard: Shard, done: number): void {
    const chunk = this.#chunk;
    chunk.samples = shard.samples + 4 * done;
    chunk.sampleCount = Math.min(shard.sampleCount - done, this.#chunkSamples);
    this.#gather?.forward(chunk);
    if (shard.step !== undefined) this.#mover?.forward(chunk, shard.step);
    for (const layer of this.#layers) layer.forward(chunk);
  }

  #backward(): void {
    for (let i = this.#layers.length - 1; i >= this.#firstTrained; i--) {
      this.#layers[i]?.backward(this.#chunk);
    }
  }

  /** Computes the losses of the chunk, ∂loss/∂outputs, and how many of its samples are classified correctly. */
  #computeLosses(): void {
    const { sampleCount } = this.#chunk;
    this.#targets.collect(this.#chunk);
    if (this.#isClass) this.#predict();
    const { pointer, stride, width } = this.#outputs;
    const deltas = this.#outputDeltas.pointer;
    this.#loss(deltas, pointer, stride, sampleCount, width, this.#compared, this.#losses);
    if (this.#weights !== undefined) this.#weigh(this.#weights);
    this.#addLosses();
  }

  /** Multiplies each sample's loss and its gradient by the weight of its class. */
  #weigh(weights: Float32Array): void {
    const { f32, u16 } = this.#kernel.views;
    const { stride, width } = this.#outputs;
    for (let s = 0; s < this.#chunk.sampleCount; s++) {
      const weight = weights[u16[this.#targets.labels / 2 + s] ?? 0] ?? 1;
      const row = this.#outputDeltas.pointer / 4 + s * stride;
      // A product of two float32 numbers is exact in float64, so storing it rounds once.
      f32[this.#losses / 4 + s] = (f32[this.#losses / 4 + s] ?? 0) * weight;
      for (let o = 0; o < width; o++) f32[row + o] = (f32[row + o] ?? 0) * weight;
    }
  }

  #predict(): void {
    const { sampleCount } = this.#chunk;
    const { functions, views } = this.#kernel;
    const { pointer, stride, width } = this.#outputs;
    if (width > 1) {
      functions.argmaxRows(this.#predicted, pointer, stride, sampleCount, width);
      return;
    }
    const { f32, u16 } = views;
    for (let s = 0; s < sampleCount; s++) {
      const output = f32[pointer / 4 + s * stride] ?? 0;
      u16[this.#predicted / 2 + s] = output > this.#threshold ? 1 : 0;
    }
  }

  #addLosses(): void {
    const { f32, u16 } = this.#kernel.views;
    const [predicted, labels] = [this.#predicted / 2, this.#targets.labels / 2];
    const { sampleCount, leaves, leafSamples } = this.#chunk;
    const each = leaves === 1 ? sampleCount : leafSamples;
    for (let s = 0; s < sampleCount; s++) {
      const result = this.#results[Math.floor(s / each)] ?? this.#result;
      result.lossSum += f32[this.#losses / 4 + s] ?? 0;
      if (this.#isClass && u16[predicted + s] === u16[labels + s]) result.correct++;
    }
  }

  #visitSamples(visit: SampleVisitor): void {
    const { f32, u16 } = this.#kernel.views;
    const { pointer, stride, width } = this.#outputs;
    for (let s = 0; s < this.#chunk.sampleCount; s++) {
      const output = pointer / 4 + s * stride;
      const row = this.#targets.rows / 4 + s * stride;
      visit({
        outputs: f32.subarray(output, output + width),
        targets: this.#isClass || this.#steps > 0 ? noTargets : f32.subarray(row, row + width),
        label: this.#isClass ? (u16[this.#targets.labels / 2 + s] ?? 0) : 0,
        predicted: this.#isClass ? (u16[this.#predicted / 2 + s] ?? 0) : 0,
        loss: f32[this.#losses / 4 + s] ?? 0,
        steps: this.#steps,
        hits: this.#steps === 0 ? 0 : this.#hitsOf(s),
      });
    }
  }

  /** At how many steps of a sample of the chunk the next token has the largest logit. */
  #hitsOf(sample: number): number {
    const { functions, views } = this.#kernel;
    const { pointer, stride, width } = this.#outputs;
    const count = width / this.#steps;
    const logits = pointer + 4 * sample * stride;
    functions.argmaxRows(this.#predicted, logits, count, this.#steps, count);
    const [predicted, labels] = [
      this.#predicted / 2,
      this.#targets.labels / 2 + sample * this.#steps,
    ];
    let hits = 0;
    for (let t = 0; t < this.#steps; t++) {
      if (views.u16[predicted + t] === views.u16[labels + t]) hits += 1;
    }
    return hits;
  }
}

const noTargets = new Float32Array(0);

/** A changed sample has to be gathered first, so the splits of such a run are never stored as `sparse`. */
function moverOf(
  kernel: Kernel,
  { augment, seed }: NetworkConfig,
  gather: GatherLayer | undefined,
): PictureMover | undefined {
  if (augment === undefined || augment === null || gather === undefined) return undefined;
  return new PictureMover(
    kernel,
    augment,
    known(seed, "changes are drawn from a seed"),
    gather.output,
  );
}
