/**
 * @file The dense layer as the first layer of a network whose data are mostly zeros: it skips zeros and gives the
 * same bits.
 */
import { known } from "../../assert.ts";
import type { Kernel } from "../../kernels/kernel.ts";
import { sizeOf, type Wiring } from "../layer-kind.ts";
import type { Chunk, Layer, Rows } from "../layer.ts";

/** Reads the samples directly from a split stored as `sparse`. */
export class SparseDenseLayer implements Layer {
  readonly #functions: Kernel["functions"];
  readonly #inputs: number;
  readonly #output: Rows;
  readonly #outputDeltas: Rows;
  /** Bytes from the start of the parameters. */
  readonly #weights: number;
  readonly #biases: number;
  readonly #scratch: number;

  constructor({
    kernel,
    inputShape,
    output,
    outputDeltas,
    offsets: [weights, biases],
    scratch,
  }: Omit<Wiring, "input" | "inputDeltas">) {
    this.#functions = kernel.functions;
    this.#inputs = sizeOf(inputShape);
    this.#output = output;
    this.#outputDeltas = outputDeltas;
    this.#weights = known(weights, "a dense layer has weights");
    this.#biases = known(biases, "a dense layer has biases");
    this.#scratch = scratch;
  }

  forward({ parameters, split, samples, sampleCount }: Chunk): void {
    this.#functions.sparseForward(
      this.#output.pointer,
      this.#output.stride,
      split.features,
      samples,
      sampleCount,
      parameters + this.#weights,
      parameters + this.#biases,
      this.#inputs,
      this.#output.width,
      this.#scratch,
    );
  }

  backward({ gradient, split, samples, sampleCount, first }: Chunk): void {
    const { pointer, stride, width } = this.#outputDeltas;
    this.#functions.sparseWeightGradient(
      gradient + this.#weights,
      split.features,
      samples,
      sampleCount,
      pointer,
      stride,
      this.#inputs,
      width,
      first,
      this.#scratch,
    );
    const biases = gradient + this.#biases;
    this.#functions.biasGradient(biases, pointer, stride, sampleCount, width, first);
  }
}
