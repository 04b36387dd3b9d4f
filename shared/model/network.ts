/**
 * @file The network over the samples of one shard: forward, loss, backward. It computes in chunks of at most
 * `chunkSamplesMax` samples; every sum runs over the shard's samples in order, so the bits don't depend on the
 * chunks.
 */
import { byteClassesMax } from "../data/dataset.ts";
import type { Kernel } from "../kernels/kernel.ts";
import type { GatherLayer } from "./gather-layer.ts";
import { type Chunk, chunkSamplesMax, type Layer, type Rows } from "./layer.ts";
import { layoutOf } from "./layout.ts";
import { type LossFunction, type LossName, lossOf } from "./loss.ts";
import type { ModelConfig } from "./model-config.ts";
import type { FeatureForm, StoredSplit } from "./stored-split.ts";
import { wireLayers } from "./wire.ts";

/** The samples of one shard. */
export interface Shard {
  readonly split: StoredSplit;
  /** Pointer to `[sampleCount]` uint32: indices into the split, in the order in which they are summed. */
  readonly samples: number;
  readonly sampleCount: number;
}

/** The result of one shard. The next one overwrites it. */
export interface ShardResult {
  /** The float32 losses of the samples, added in order in float64. */
  readonly lossSum: number;
  /** Samples whose largest output (of equal ones, the first) is at their label. */
  readonly correct: number;
}

/** Called for every sample of a shard. */
export type PredictionVisitor = (label: number, predicted: number) => void;

export class Network {
  readonly #kernel: Kernel;
  readonly #gather: GatherLayer | undefined;
  /** Without the last layer, if the loss is computed together with it. */
  readonly #layers: readonly Layer[];
  /** The layers before it have no parameters, so the backward pass ends here. */
  readonly #firstTrained: number;
  /** The last layer, if the loss is computed together with it. */
  readonly #fused: Layer | undefined;
  /** Input of the loss: logits if it is fused with the last layer, else predictions. */
  readonly #outputs: Rows;
  readonly #outputDeltas: Rows;
  readonly #loss: LossFunction;
  /** Whether a label in the dataset has two bytes, not one. */
  readonly #hasWideLabels: boolean;
  /** `[chunkSamplesMax]` 16-bit integers, the same, and float32 of the current chunk. */
  readonly #labels: number;
  readonly #predicted: number;
  readonly #losses: number;
  readonly #chunk: Chunk;
  readonly #result = { lossSum: 0, correct: 0 };

  /**
   * Lays the network out in the kernel's memory.
   *
   * @param form - How the features of the splits are stored; `sparse` only if `readsSparse(model)`.
   */
  constructor(
    kernel: Kernel,
    { model, loss }: { readonly model: ModelConfig; readonly loss: { readonly name: LossName } },
    form: FeatureForm,
  ) {
    this.#kernel = kernel;
    const { compute, isFused } = lossOf(kernel, loss.name, model);
    const wired = wireLayers(kernel, layoutOf(model), form);
    this.#gather = wired.gather;
    this.#layers = isFused ? wired.layers.slice(0, -1) : wired.layers;
    this.#fused = isFused ? wired.layers.at(-1) : undefined;
    this.#firstTrained = wired.firstTrained;
    this.#outputs = wired.outputs;
    this.#outputDeltas = wired.outputDeltas;
    this.#loss = compute;
    this.#hasWideLabels = wired.outputs.width > byteClassesMax;
    this.#labels = kernel.arena.allocate(2 * chunkSamplesMax);
    this.#predicted = kernel.arena.allocate(2 * chunkSamplesMax);
    this.#losses = kernel.arena.allocate(4 * chunkSamplesMax);
    const split = { count: 0, features: 0, targets: 0 };
    this.#chunk = { parameters: 0, gradient: 0, split, samples: 0, sampleCount: 0, first: 1 };
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
    for (let done = 0; done < shard.sampleCount; done += chunkSamplesMax) {
      this.#forward(shard, done);
      this.#computeLosses();
      this.#backward();
      this.#chunk.first = 0;
    }
    return this.#result;
  }

  /**
   * Loss of one shard, without its gradient.
   *
   * @param visit - Called with the label and the predicted class of every sample.
   */
  lossOf(shard: Shard, parameters: number, visit?: PredictionVisitor): ShardResult {
    this.#begin(shard, parameters);
    for (let done = 0; done < shard.sampleCount; done += chunkSamplesMax) {
      this.#forward(shard, done);
      this.#computeLosses();
      if (visit !== undefined) this.#visitPredictions(visit);
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
    for (let done = 0; done < shard.sampleCount; done += chunkSamplesMax) {
      this.#forward(shard, done);
      this.#fused?.forward(this.#chunk);
      for (let s = 0; s < this.#chunk.sampleCount; s++) {
        const first = pointer / 4 + s * stride;
        visit(this.#kernel.views.f32.subarray(first, first + width));
      }
    }
  }

  #begin({ split }: Shard, parameters: number): void {
    this.#chunk.split = split;
    this.#chunk.parameters = parameters;
    this.#chunk.first = 1;
    this.#result.lossSum = 0;
    this.#result.correct = 0;
  }

  /** Runs the chunk that starts `done` samples into the shard through the layers. */
  #forward(shard: Shard, done: number): void {
    const chunk = this.#chunk;
    chunk.samples = shard.samples + 4 * done;
    chunk.sampleCount = Math.min(shard.sampleCount - done, chunkSamplesMax);
    this.#gather?.forward(chunk);
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
    this.#collectLabels();
    const { pointer, stride, width } = this.#outputs;
    const { functions } = this.#kernel;
    functions.argmaxRows(this.#predicted, pointer, stride, sampleCount, width);
    const deltas = this.#outputDeltas.pointer;
    this.#loss(deltas, pointer, stride, sampleCount, width, this.#labels, this.#losses);
    this.#addLosses();
  }

  #collectLabels(): void {
    const { split, samples, sampleCount } = this.#chunk;
    const { u8, u16, u32 } = this.#kernel.views;
    const [labels, first] = this.#hasWideLabels ? [u16, split.targets / 2] : [u8, split.targets];
    for (let s = 0; s < sampleCount; s++) {
      u16[this.#labels / 2 + s] = labels[first + (u32[samples / 4 + s] ?? 0)] ?? 0;
    }
  }

  #addLosses(): void {
    const { f32, u16 } = this.#kernel.views;
    for (let s = 0; s < this.#chunk.sampleCount; s++) {
      this.#result.lossSum += f32[this.#losses / 4 + s] ?? 0;
      if (u16[this.#predicted / 2 + s] === u16[this.#labels / 2 + s]) this.#result.correct++;
    }
  }

  #visitPredictions(visit: PredictionVisitor): void {
    const { u16 } = this.#kernel.views;
    for (let s = 0; s < this.#chunk.sampleCount; s++) {
      visit(u16[this.#labels / 2 + s] ?? 0, u16[this.#predicted / 2 + s] ?? 0);
    }
  }
}
