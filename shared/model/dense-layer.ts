/** @file The dense layer, `y = x W + b`. */
import type { Kernel } from "../kernels/kernel.ts";
import type { Chunk, Layer, Rows } from "./layer.ts";
import type { DenseShape } from "./layout.ts";

/** What a dense layer is wired to. */
export interface DenseWiring {
  readonly kernel: Kernel;
  readonly shape: DenseShape;
  /** y. */
  readonly output: Rows;
  /** ∂loss/∂y. */
  readonly outputDeltas: Rows;
  /** Pointer to `denseScratchBytes(shape)` bytes that any layer may overwrite. */
  readonly scratch: number;
}

/** Bytes of the scratch that a dense or a sparse layer needs: a panel of 16 columns, or of 8 transposed rows. */
export function denseScratchBytes({ inputs, outputs }: DenseShape): number {
  return 64 * Math.max(inputs, outputs);
}

export class DenseLayer implements Layer {
  readonly #wiring: DenseWiring;
  readonly #input: Rows;
  readonly #inputDeltas: Rows | undefined;

  /**
   * @param input - x.
   * @param inputDeltas - ∂loss/∂x; `undefined` for the first layer, where nobody asks for it.
   */
  constructor(wiring: DenseWiring, input: Rows, inputDeltas: Rows | undefined) {
    this.#wiring = wiring;
    this.#input = input;
    this.#inputDeltas = inputDeltas;
  }

  forward({ parameters, sampleCount }: Chunk): void {
    const { kernel, shape, output, scratch } = this.#wiring;
    kernel.functions.denseForward(
      output.pointer,
      output.stride,
      this.#input.pointer,
      this.#input.stride,
      sampleCount,
      parameters + 4 * shape.weightOffset,
      parameters + 4 * shape.biasOffset,
      shape.inputs,
      shape.outputs,
      scratch,
    );
  }

  backward(chunk: Chunk): void {
    this.#parameterGradient(chunk);
    if (this.#inputDeltas !== undefined) this.#inputGradient(chunk, this.#inputDeltas);
  }

  #parameterGradient({ gradient, sampleCount, first }: Chunk): void {
    const { kernel, shape, outputDeltas } = this.#wiring;
    const { inputs, outputs } = shape;
    kernel.functions.denseWeightGradient(
      gradient + 4 * shape.weightOffset,
      this.#input.pointer,
      this.#input.stride,
      outputDeltas.pointer,
      outputDeltas.stride,
      sampleCount,
      inputs,
      outputs,
      first,
    );
    const biases = gradient + 4 * shape.biasOffset;
    const { pointer, stride } = outputDeltas;
    kernel.functions.biasGradient(biases, pointer, stride, sampleCount, outputs, first);
  }

  #inputGradient({ parameters, sampleCount }: Chunk, inputDeltas: Rows): void {
    const { kernel, shape, outputDeltas, scratch } = this.#wiring;
    kernel.functions.denseInputGradient(
      inputDeltas.pointer,
      inputDeltas.stride,
      outputDeltas.pointer,
      outputDeltas.stride,
      sampleCount,
      parameters + 4 * shape.weightOffset,
      shape.inputs,
      shape.outputs,
      scratch,
    );
  }
}
