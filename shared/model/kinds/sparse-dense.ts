/**
 * @file The dense layer as the first layer of a network whose data are mostly zeros: it skips zeros and gives the
 * same bits.
 */
import { known } from "../../assert.ts";
import type { Kernel } from "../../kernels/kernel.ts";
import { LeafSum } from "../chunk/leaf-sum.ts";
import { sizeOf, type Wiring } from "../layer-kind.ts";
import type { Chunk, Layer, Rows } from "../layer.ts";

/** The columns of a weight that the kernel computes at a time. */
const panelWidth = 16;

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
  readonly #leafSum: LeafSum;
  /** Pointer to a panel `[inputs, 16]` float32. */
  readonly #panel: number;

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
    this.#panel = kernel.arena.allocate(4 * panelWidth * this.#inputs);
    this.#leafSum = new LeafSum(kernel, Math.max(panelWidth * this.#inputs, output.width));
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

  backward(chunk: Chunk): void {
    const { gradient, sampleCount, first } = chunk;
    const { pointer, stride, width } = this.#outputDeltas;
    const [weights, biases] = [gradient + this.#weights, gradient + this.#biases];
    if (chunk.leaves > 1) {
      this.#addLeaves(chunk);
      return;
    }
    this.#functions.sparseWeightGradient(
      weights,
      chunk.split.features,
      chunk.samples,
      sampleCount,
      pointer,
      stride,
      this.#inputs,
      width,
      first,
      this.#scratch,
    );
    this.#functions.biasGradient(biases, pointer, stride, sampleCount, width, first);
  }

  /** Panel by panel, so that the leaves of one are added while it is in a near cache. */
  #addLeaves({ gradient, split, samples, sampleCount, leafSamples }: Chunk): void {
    const { pointer, stride, width } = this.#outputDeltas;
    const functions = this.#functions;
    const sum = this.#leafSum;
    for (let o = 0; o < width; o += panelWidth) {
      sum.begin(this.#panel, panelWidth * this.#inputs);
      for (let from = 0; from < sampleCount; from += leafSamples) {
        functions.sparseWeightGradient(
          sum.place,
          split.features,
          samples + 4 * from,
          Math.min(leafSamples, sampleCount - from),
          pointer + 4 * (from * stride + o),
          stride,
          this.#inputs,
          panelWidth,
          1,
          this.#scratch,
        );
        sum.push();
      }
      const target = gradient + this.#weights + 4 * o;
      functions.storePanel(target, width, this.#panel, width - o, this.#inputs);
    }
    sum.begin(gradient + this.#biases, width);
    for (let from = 0; from < sampleCount; from += leafSamples) {
      const count = Math.min(leafSamples, sampleCount - from);
      const deltas = pointer + 4 * from * stride;
      functions.biasGradient(sum.place, deltas, stride, count, width, 1);
      sum.push();
    }
  }
}
