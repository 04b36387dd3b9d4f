/**
 * @file The network over the samples of one shard: forward, loss, backward. Computes in chunks of at most
 * `chunkSamplesMax` samples; every sum runs over the shard's samples in order, so the bits don't depend on the chunks.
 */
import { known } from "../assert.ts";
import type { Kernel } from "../kernels/kernel.ts";
import type { RunConfig } from "../run/config.ts";
import { ElementwiseLayer, SoftmaxLayer } from "./activation-layer.ts";
import { DenseLayer, denseScratchBytes } from "./dense-layer.ts";
import { GatherLayer } from "./gather-layer.ts";
import { allocateRows, type Chunk, chunkSamplesMax, type Layer, type Rows } from "./layer.ts";
import { denseShapes } from "./layout.ts";
import { lossOf, type LossFunction } from "./loss.ts";
import { SparseLayer } from "./sparse-layer.ts";
import type { FeatureForm, StoredSplit } from "./stored-split.ts";

/** The samples of one shard. */
export interface Shard {
  readonly split: StoredSplit;
  /** Pointer to `[sampleCount]` uint32: which samples of the split, in the order in which they are summed. */
  readonly samples: number;
  readonly sampleCount: number;
}

/** What came out of one shard; the next one overwrites it. */
export interface ShardResult {
  /** Sum over the samples, in order, in float64, of the float32 sample losses. */
  readonly lossSum: number;
  /** Samples whose largest output, the lowest of equals, is at their label. */
  readonly correct: number;
}

/** Called for every sample of a shard. */
export type PredictionVisitor = (label: number, predicted: number) => void;

export class Network {
  readonly #kernel: Kernel;
  readonly #layers: Layer[] = [];
  /** What the loss is given: logits if it is fused with the output activation, else predictions. */
  readonly #outputs: Rows;
  readonly #outputDeltas: Rows;
  readonly #loss: LossFunction;
  /** `[chunkSamplesMax]` bytes, bytes and float32 of the chunk at hand. */
  readonly #labels: number;
  readonly #predicted: number;
  readonly #losses: number;
  readonly #chunk: Chunk;
  readonly #result = { lossSum: 0, correct: 0 };

  /**
   * Lays the network out in the kernel's memory.
   *
   * @param form - How the features of the splits are stored.
   */
  constructor(
    kernel: Kernel,
    { model, loss }: Pick<RunConfig, "model" | "loss">,
    form: FeatureForm,
  ) {
    this.#kernel = kernel;
    const shapes = denseShapes(model);
    const scratch = kernel.arena.allocate(Math.max(...shapes.map(denseScratchBytes)));
    const { compute, isFused } = lossOf(kernel, loss.name, model.output);
    let input: Rows | undefined;
    let inputDeltas: Rows | undefined;
    if (form !== "sparse") {
      input = allocateRows(kernel, known(model.layers[0], "a model has inputs"));
      this.#layers.push(new GatherLayer(kernel, form, input));
    }
    for (const [index, shape] of shapes.entries()) {
      const output = allocateRows(kernel, shape.outputs);
      const outputDeltas = allocateRows(kernel, shape.outputs);
      const wiring = { kernel, shape, output, outputDeltas, scratch };
      this.#layers.push(
        input === undefined ? new SparseLayer(wiring) : new DenseLayer(wiring, input, inputDeltas),
      );
      const isLast = index === shapes.length - 1;
      if (!(isLast && isFused)) {
        this.#addActivation(shape.activation, output, outputDeltas);
      }
      [input, inputDeltas] = [output, outputDeltas];
    }
    this.#outputs = known(input, "a model has a layer");
    this.#outputDeltas = known(inputDeltas, "a model has a layer");
    this.#loss = compute;
    this.#labels = kernel.arena.allocate(chunkSamplesMax);
    this.#predicted = kernel.arena.allocate(chunkSamplesMax);
    this.#losses = kernel.arena.allocate(4 * chunkSamplesMax);
    const split = { count: 0, features: 0, labels: 0 };
    this.#chunk = { parameters: 0, gradient: 0, split, samples: 0, sampleCount: 0, first: 1 };
  }

  /**
   * Loss and gradient of one shard: `gradient ← Σₛ ∂lossₛ/∂parameters`, overwritten, not added to.
   *
   * @param parameters - Pointer to `[parameterCount]` float32.
   * @param gradient - Pointer to `[parameterCount]` float32; written.
   * @returns Not checked for NaN and ∞: the block's root is, and they survive every sum.
   */
  gradientOf(shard: Shard, parameters: number, gradient: number): ShardResult {
    this.#begin(shard, parameters);
    this.#chunk.gradient = gradient;
    for (let done = 0; done < shard.sampleCount; done += chunkSamplesMax) {
      this.#forward(shard, done);
      for (let i = this.#layers.length - 1; i >= 0; i--) this.#layers[i]?.backward(this.#chunk);
      this.#chunk.first = 0;
    }
    return this.#result;
  }

  /**
   * Loss of one shard, without its gradient.
   *
   * @param visit - Told the label and the predicted class of every sample.
   */
  lossOf(shard: Shard, parameters: number, visit?: PredictionVisitor): ShardResult {
    this.#begin(shard, parameters);
    for (let done = 0; done < shard.sampleCount; done += chunkSamplesMax) {
      this.#forward(shard, done);
      if (visit !== undefined) this.#visitPredictions(visit);
    }
    return this.#result;
  }

  #begin({ split }: Shard, parameters: number): void {
    this.#chunk.split = split;
    this.#chunk.parameters = parameters;
    this.#chunk.first = 1;
    this.#result.lossSum = 0;
    this.#result.correct = 0;
  }

  /** Runs the chunk that starts `done` samples into the shard through all layers and the loss. */
  #forward(shard: Shard, done: number): void {
    const chunk = this.#chunk;
    chunk.samples = shard.samples + 4 * done;
    chunk.sampleCount = Math.min(shard.sampleCount - done, chunkSamplesMax);
    for (const layer of this.#layers) layer.forward(chunk);
    this.#collectLabels();
    const { pointer, stride, width } = this.#outputs;
    const { functions } = this.#kernel;
    functions.argmaxRows(this.#predicted, pointer, stride, chunk.sampleCount, width);
    const deltas = this.#outputDeltas.pointer;
    this.#loss(deltas, pointer, stride, chunk.sampleCount, width, this.#labels, this.#losses);
    this.#addLosses();
  }

  #collectLabels(): void {
    const { split, samples, sampleCount } = this.#chunk;
    const { u8, u32 } = this.#kernel.views;
    for (let s = 0; s < sampleCount; s++) {
      u8[this.#labels + s] = u8[split.labels + (u32[samples / 4 + s] ?? 0)] ?? 0;
    }
  }

  #addLosses(): void {
    const { f32, u8 } = this.#kernel.views;
    for (let s = 0; s < this.#chunk.sampleCount; s++) {
      this.#result.lossSum += f32[this.#losses / 4 + s] ?? 0;
      if (u8[this.#predicted + s] === u8[this.#labels + s]) this.#result.correct++;
    }
  }

  #visitPredictions(visit: PredictionVisitor): void {
    const { u8 } = this.#kernel.views;
    for (let s = 0; s < this.#chunk.sampleCount; s++) {
      visit(u8[this.#labels + s] ?? 0, u8[this.#predicted + s] ?? 0);
    }
  }

  #addActivation(name: RunConfig["model"]["output"], rows: Rows, deltas: Rows): void {
    const wiring = { kernel: this.#kernel, rows, deltas };
    if (name === "softmax") this.#layers.push(new SoftmaxLayer(wiring));
    else if (name !== "linear") this.#layers.push(new ElementwiseLayer(wiring, name));
  }
}
