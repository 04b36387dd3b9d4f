/** @file The dense layer as the first of a network whose data are mostly zeros: the same bits, zeros skipped. */
import type { DenseWiring } from "./dense-layer.ts";
import type { Chunk, Layer } from "./layer.ts";

/** Reads the samples straight from a split stored as `sparse`. */
export class SparseLayer implements Layer {
  readonly #wiring: DenseWiring;

  constructor(wiring: DenseWiring) {
    this.#wiring = wiring;
  }

  forward({ parameters, split, samples, sampleCount }: Chunk): void {
    const { kernel, shape, output, scratch } = this.#wiring;
    kernel.functions.sparseForward(
      output.pointer,
      output.stride,
      split.features,
      samples,
      sampleCount,
      parameters + 4 * shape.weightOffset,
      parameters + 4 * shape.biasOffset,
      shape.inputs,
      shape.outputs,
      scratch,
    );
  }

  backward({ gradient, split, samples, sampleCount, first }: Chunk): void {
    const { kernel, shape, outputDeltas, scratch } = this.#wiring;
    const { inputs, outputs } = shape;
    const { pointer, stride } = outputDeltas;
    kernel.functions.sparseWeightGradient(
      gradient + 4 * shape.weightOffset,
      split.features,
      samples,
      sampleCount,
      pointer,
      stride,
      inputs,
      outputs,
      first,
      scratch,
    );
    const biases = gradient + 4 * shape.biasOffset;
    kernel.functions.biasGradient(biases, pointer, stride, sampleCount, outputs, first);
  }
}
