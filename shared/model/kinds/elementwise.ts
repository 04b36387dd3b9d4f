/** @file The activations of one value at a time: `sigmoid`, `tanh` and `relu`, in place. */
import * as z from "zod/mini";

import type { Kernel } from "../../kernels/kernel.ts";
import type { LayerKind, Wiring } from "../layer-kind.ts";
import type { Chunk, Layer, Rows } from "../layer.ts";

const onnxOperators = { sigmoid: "Sigmoid", tanh: "Tanh", relu: "Relu" } as const;
type Name = keyof typeof onnxOperators;

/** `1 / (1 + e⁻ˣ)`. PyTorch's `nn.Sigmoid`. */
export const sigmoid = elementwise("sigmoid");
/** PyTorch's `nn.Tanh`. */
export const tanh = elementwise("tanh");
/** `max(x, 0)`. PyTorch's `nn.ReLU`. */
export const relu = { ...elementwise("relu"), rectifies: true } as const;

/** Accepts any shape and keeps it. */
function elementwise<Kind extends Name>(kind: Kind) {
  return {
    schema: z.strictObject({ kind: z.literal(kind) }),
    outputShape: (input) => input,
    inPlace: true,
    wire: (wiring) => new ElementwiseLayer(wiring, kind),
    onnx: (graph, { input }) => graph.node(onnxOperators[kind], [input]),
    example: { inputShape: [21], layers: [{ kind: "dense", units: 9 }, { kind }] },
  } satisfies LayerKind<{ readonly kind: Kind }>;
}

/** Also computes the padding of the rows, which is never read. */
class ElementwiseLayer implements Layer {
  readonly #rows: Rows;
  readonly #deltas: Rows;
  readonly #activate: Kernel["functions"]["sigmoid"];
  readonly #differentiate: Kernel["functions"]["sigmoidBackward"];

  constructor({ kernel, output, outputDeltas }: Wiring, name: Name) {
    this.#rows = output;
    this.#deltas = outputDeltas;
    this.#activate = kernel.functions[name];
    this.#differentiate = kernel.functions[`${name}Backward`];
  }

  forward({ sampleCount }: Chunk): void {
    const { pointer, stride } = this.#rows;
    this.#activate(pointer, pointer, sampleCount * stride);
  }

  backward({ sampleCount }: Chunk): void {
    const { pointer, stride } = this.#rows;
    this.#differentiate(this.#deltas.pointer, pointer, sampleCount * stride);
  }
}
