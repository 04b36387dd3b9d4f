/** @file Activations, in place on the rows of the layer before. */
import type { Kernel } from "../kernels/kernel.ts";
import type { Chunk, Layer, Rows } from "./layer.ts";

/** What an activation is wired to: its rows hold x before `forward` and y after it. */
export interface ActivationWiring {
  readonly kernel: Kernel;
  readonly rows: Rows;
  /** ∂loss/∂y before `backward`, ∂loss/∂x after it. */
  readonly deltas: Rows;
}

/** `sigmoid`, `tanh` or `relu`: element by element, the padding included. */
export class ElementwiseLayer implements Layer {
  readonly #wiring: ActivationWiring;
  readonly #activate: Kernel["functions"]["sigmoid"];
  readonly #differentiate: Kernel["functions"]["sigmoidBackward"];

  constructor(wiring: ActivationWiring, name: "sigmoid" | "tanh" | "relu") {
    this.#wiring = wiring;
    this.#activate = wiring.kernel.functions[name];
    this.#differentiate = wiring.kernel.functions[`${name}Backward`];
  }

  forward({ sampleCount }: Chunk): void {
    const { pointer, stride } = this.#wiring.rows;
    this.#activate(pointer, pointer, sampleCount * stride);
  }

  backward({ sampleCount }: Chunk): void {
    const { rows, deltas } = this.#wiring;
    this.#differentiate(deltas.pointer, rows.pointer, sampleCount * rows.stride);
  }
}

/** `softmax` over each row, where a loss does not have it fused. */
export class SoftmaxLayer implements Layer {
  readonly #wiring: ActivationWiring;

  constructor(wiring: ActivationWiring) {
    this.#wiring = wiring;
  }

  forward({ sampleCount }: Chunk): void {
    const { kernel, rows } = this.#wiring;
    const { pointer, stride, width } = rows;
    kernel.functions.softmax(pointer, pointer, stride, sampleCount, width);
  }

  backward({ sampleCount }: Chunk): void {
    const { kernel, rows, deltas } = this.#wiring;
    const { pointer, stride, width } = rows;
    kernel.functions.softmaxBackward(deltas.pointer, pointer, stride, sampleCount, width);
  }
}
