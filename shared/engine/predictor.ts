/**
 * @file Runs single samples through a model, outside a run: the network's outputs, and the gradient of one sample's
 * loss. The bits are those of the run, because it uses the same network and the same kernel.
 */
import { assert } from "../assert.ts";
import { bytesOf } from "../bytes.ts";
import { targetForm } from "../data/dataset.ts";
import type { Kernel } from "../kernels/kernel.ts";
import { sizeOf } from "../model/layer-kind.ts";
import { chunkSamplesMax } from "../model/layer.ts";
import { layoutOf } from "../model/layout.ts";
import { Network, type NetworkConfig, type Shard } from "../model/network.ts";

export class Predictor {
  readonly #kernel: Kernel;
  readonly #network: Network;
  readonly #featureCount: number;
  readonly #outputCount: number;
  readonly #parameterCount: number;
  /** Pointers: a chunk of samples `[chunkSamplesMax, featureCount]`, their targets, and their indices 0, 1, 2 … */
  readonly #features: number;
  readonly #targets: number;
  readonly #indices: number;
  /** Pointers to `[parameterCount]` float32; the gradient's is 0 until the first request. */
  readonly #parameters: number;
  #gradient = 0;
  readonly #targetType: ReturnType<typeof targetForm>["type"];
  /** The parameters that are now in the kernel's memory. */
  #loaded: Float32Array | undefined;

  /**
   * @param kernel - Some of its memory is used up: the parameters twice, and the layers' outputs for a few samples.
   * @throws If the machine does not have that much memory.
   */
  constructor(kernel: Kernel, config: NetworkConfig) {
    const { arena } = kernel;
    const { outputShape, parameterCount } = layoutOf(config.model);
    this.#kernel = kernel;
    this.#featureCount = sizeOf(config.model.inputShape);
    this.#outputCount = sizeOf(outputShape);
    this.#parameterCount = parameterCount;
    this.#network = new Network(kernel, config, "floats");
    this.#features = arena.allocate(4 * chunkSamplesMax * this.#featureCount);
    const { type, perSample } = targetForm(config.task);
    const targets = config.task.kind === "tokens" ? this.#featureCount : perSample;
    this.#targetType = type;
    this.#targets = arena.allocate(type.BYTES_PER_ELEMENT * targets * chunkSamplesMax);
    this.#indices = arena.allocate(4 * chunkSamplesMax);
    this.#parameters = arena.allocate(4 * parameterCount);
    const { u32 } = kernel.views;
    for (let i = 0; i < chunkSamplesMax; i++) u32[this.#indices / 4 + i] = i;
  }

  /**
   * The outputs of the last layer.
   *
   * @param parameters - Shape `[parameterCount]`. Copied to the kernel unless they are the same array as in the
   *   last call, so their values must not change.
   * @param features - Shape `[count, featureCount]`, any count.
   * @returns Shape `[count, outputCount]`.
   */
  outputs(parameters: Float32Array, features: Float32Array): Float32Array {
    this.#load(parameters);
    const results = new Float32Array((features.length / this.#featureCount) * this.#outputCount);
    let at = 0;
    const chunkLength = chunkSamplesMax * this.#featureCount;
    for (let start = 0; start < features.length; start += chunkLength) {
      const shard = this.#chunk(features.subarray(start, start + chunkLength));
      this.#network.predict(shard, this.#parameters, (outputs) => {
        results.set(outputs, at);
        at += outputs.length;
      });
    }
    return results;
  }

  /**
   * The gradient of one sample's loss.
   *
   * @param parameters - As for `outputs`.
   * @param sample - Features of shape `[featureCount]`, and the targets: the class, or the numbers or flags.
   * @returns Shape `[parameterCount]`, a view that the next call overwrites.
   */
  gradient(
    parameters: Float32Array,
    { features, target }: { readonly features: Float32Array; readonly target: ArrayLike<number> },
  ): Float32Array {
    if (this.#gradient === 0) {
      this.#gradient = this.#kernel.arena.allocate(4 * this.#parameterCount);
    }
    this.#load(parameters);
    const shard = this.#chunk(features);
    this.#kernel.views.u8.set(bytesOf(this.#targetType.from(target)), this.#targets);
    this.#network.gradientOf(shard, this.#parameters, this.#gradient);
    const first = this.#gradient / 4;
    return this.#kernel.views.f32.subarray(first, first + this.#parameterCount);
  }

  #load(parameters: Float32Array): void {
    const { length } = parameters;
    assert(length === this.#parameterCount, () => `one value per parameter, got ${length}`);
    if (this.#loaded === parameters) return;
    this.#kernel.views.f32.set(parameters, this.#parameters / 4);
    this.#loaded = parameters;
  }

  #chunk(features: Float32Array): Shard {
    const sampleCount = features.length / this.#featureCount;
    assert(Number.isInteger(sampleCount), () => `whole samples, got ${features.length} features`);
    this.#kernel.views.f32.set(features, this.#features / 4);
    const split = { count: sampleCount, features: this.#features, targets: this.#targets };
    return { split, samples: this.#indices, sampleCount };
  }
}

/** Position of the largest value (of equal ones, the first): the predicted class. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) {
    if ((values[i] ?? 0) > (values[best] ?? 0)) best = i;
  }
  return best;
}
