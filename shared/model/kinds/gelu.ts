/** @file The Gaussian error linear unit, `y = x · Φ(x)`, by its approximation with tanh. */
import * as z from "zod/mini";

import type { Kernel } from "../../kernels/kernel.ts";
import type { OnnxGraph } from "../../onnx/graph.ts";
import type { LayerKind, Wiring } from "../layer-kind.ts";
import type { Chunk, Layer, Rows } from "../layer.ts";

/**
 * `y = ½ x (1 + tanh(√(2/π) (x + 0.044715 x³)))`. Accepts any shape and keeps it. PyTorch's
 * `nn.GELU(approximate="tanh")`.
 */
export const gelu = {
  schema: z.strictObject({ kind: z.literal("gelu") }),
  outputShape: (input) => input,
  wire: (wiring) => new GeluLayer(wiring),
  onnx: (graph, { input }) => addGelu(graph, input),
  example: { inputShape: [21], layers: [{ kind: "dense", units: 9 }, { kind: "gelu" }] },
} satisfies LayerKind<{ readonly kind: "gelu" }>;

/** The operator set has no operator for it. */
function addGelu(graph: OnnxGraph, x: string): string {
  const scalar = (value: number) => graph.floats([value], []);
  const square = graph.node("Mul", [x, x]);
  const cubic = graph.node("Mul", [square, scalar(0.044715)]);
  const bend = graph.node("Add", [cubic, scalar(1)]);
  const scaled = graph.node("Mul", [x, scalar(Math.sqrt(2 / Math.PI))]);
  const gate = graph.node("Tanh", [graph.node("Mul", [scaled, bend])]);
  const half = graph.node("Mul", [x, scalar(0.5)]);
  return graph.node("Mul", [half, graph.node("Add", [gate, scalar(1)])]);
}

/**
 * Also computes the padding of the rows, which is never read. Not in place: the way back needs x. It also needs the tanh,
 * which waits where ∂loss/∂x will be.
 */
class GeluLayer implements Layer {
  readonly #functions: Kernel["functions"];
  readonly #input: Rows;
  readonly #inputDeltas: Rows | undefined;
  readonly #output: Rows;
  readonly #outputDeltas: Rows;
  readonly #tanhs: number;

  constructor(wiring: Wiring) {
    this.#functions = wiring.kernel.functions;
    this.#input = wiring.input;
    this.#inputDeltas = wiring.inputDeltas;
    this.#output = wiring.output;
    this.#outputDeltas = wiring.outputDeltas;
    // Without a way back, where ∂loss/∂y would be.
    this.#tanhs = (wiring.inputDeltas ?? wiring.outputDeltas).pointer;
  }

  forward({ sampleCount }: Chunk): void {
    const { pointer, stride } = this.#input;
    this.#functions.gelu(this.#output.pointer, this.#tanhs, pointer, sampleCount * stride);
  }

  backward({ sampleCount }: Chunk): void {
    if (this.#inputDeltas === undefined) return;
    const { pointer, stride } = this.#outputDeltas;
    this.#functions.geluBackward(
      this.#inputDeltas.pointer,
      pointer,
      this.#tanhs,
      this.#input.pointer,
      sampleCount * stride,
    );
  }
}
